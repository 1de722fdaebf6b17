using Microsoft.JSInterop;

namespace ReuseAddrDashboard.Web.Catalogue;

/// <summary>The lessons that this browser's person has played to their end. Kept in the browser, and nowhere else.</summary>
public sealed class DoneLessons(IJSRuntime js)
{
    private HashSet<string>? _done;

    /// <summary>Their ids.</summary>
    public async Task<IReadOnlySet<string>> All() => _done ??= [.. await js.InvokeAsync<string[]?>("labDone.read") ?? []];

    /// <summary>A run of it has come to its end.</summary>
    public async Task Add(string lesson)
    {
        _ = await All();
        if (_done!.Add(lesson))
            await js.InvokeVoidAsync("labDone.add", lesson);
    }
}
