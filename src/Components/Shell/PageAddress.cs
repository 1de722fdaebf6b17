using Microsoft.AspNetCore.Components;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>
/// Addresses of the page's own links: each carries what the present address says of language and lab, so that whoever follows or copies one is where this
/// person is.
/// </summary>
public sealed class PageAddress(NavigationManager navigation)
{
    private static readonly string[] Carried = ["lang", "lab"];

    /// <summary>The address of a page.</summary>
    /// <param name="page">As it is below the base address: <c>runs</c>, <c>lab?lesson=cork</c>.</param>
    public string To(string page)
    {
        string[] kept = [.. Query(navigation.Uri).Where(part => Carried.Contains(part.Split('=')[0]))];
        return kept.Length == 0 ? page : page + (page.Contains('?', StringComparison.Ordinal) ? '&' : '?') + string.Join('&', kept);
    }

    /// <summary>Whether the present address is that page's, or lies below it; what it asks for does not matter.</summary>
    public bool IsAt(PageLink page)
    {
        string here = navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0].TrimEnd('/');
        return here == page.Href || page.Below && here.StartsWith(page.Href + "/", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Query(string uri) => new Uri(uri).Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries);
}
