using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A line in the list of runs.</summary>
public sealed record RunSummary(
    string Id,
    string Lab,
    string Scenario,
    LocalText Title,
    string Topic,
    IReadOnlyDictionary<string, Scalar> Values,
    IReadOnlyDictionary<string, int> Ports,
    DateTimeOffset StartedAt,
    HostsMode Mode,
    IReadOnlyList<RunHost> Hosts,
    Outcome Outcome,
    IReadOnlyList<RunResult> Results,
    long Events
)
{
    /// <summary>Most characters of <see cref="Note"/>.</summary>
    public const int MaxNote = 500;

    /// <summary>What somebody wrote down about it; empty for nothing.</summary>
    public string Note { get; init; } = "";

    /// <summary>True for a run that stays whatever the bounds of the store are.</summary>
    public bool Kept { get; init; }
}

/// <summary>A host that a run was made on.</summary>
/// <param name="Name">The role in the lab.</param>
/// <param name="HostName">gethostname.</param>
/// <param name="Address">The address that the other host reached, without a port.</param>
/// <param name="Kernel">uname -r.</param>
public sealed record RunHost(string Name, string HostName, string Address, string Kernel);
