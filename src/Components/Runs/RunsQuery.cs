namespace ReuseAddrDashboard.Components.Runs;

/// <summary>Which runs the page shows, as its address and the API say it: empty for all.</summary>
public sealed record RunsQuery(
    string Text = "",
    string Topic = "",
    string Result = "",
    string Kernel = "",
    bool Kept = false,
    string? Before = null,
    string? After = null
)
{
    /// <summary>Whether it leaves anything out.</summary>
    public bool Filters => this with { Before = null, After = null } != new RunsQuery();

    /// <summary>The same on the first page.</summary>
    public RunsQuery Newest => this with { Before = null, After = null };

    /// <summary>As a query without its question mark; empty for all.</summary>
    public override string ToString() =>
        string.Join(
            '&',
            ((string Name, string? Value)[])
                [("q", Text), ("topic", Topic), ("result", Result), ("kernel", Kernel), ("kept", Kept ? "true" : null), ("before", Before), ("after", After)]
                is var parts
                ? parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}")
                : []
        );
}
