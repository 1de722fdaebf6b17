namespace ReuseAddrDashboard.Components.Link;

/// <summary>Which lab an address is about: <c>?lab=ID</c>; empty for the dashboard's first.</summary>
public static class LabAddress
{
    /// <summary>The lab that an address of the page names; empty for the first.</summary>
    public static string Lab(string uri)
    {
        foreach (string part in new Uri(uri).Query.TrimStart('?').Split('&'))
        {
            if (part.StartsWith("lab=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(part[4..]);
        }
        return "";
    }
}
