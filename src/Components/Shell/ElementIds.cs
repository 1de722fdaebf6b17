namespace ReuseAddrDashboard.Components.Shell;

/// <summary>Ids of elements, each made once in this page: a component may stand on it any number of times.</summary>
public static class ElementIds
{
    private static int _last;

    /// <summary>An id that no other element of the page has.</summary>
    public static string Next(string name) => $"{name}-{++_last}";
}
