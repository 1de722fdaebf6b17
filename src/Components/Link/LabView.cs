using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>All that the page shows, at one moment; nothing in it changes.</summary>
public sealed record LabView
{
    /// <summary>Before the first snapshot.</summary>
    public static readonly LabView Empty = new();

    /// <summary>Whether the dashboard is there.</summary>
    public LinkStatus Link { get; init; }

    /// <summary>Null until the first snapshot came.</summary>
    public LabState? State { get; init; }

    /// <summary>The catalogue.</summary>
    public IReadOnlyList<ListedScenario> Scenarios { get; init; } = [];

    /// <summary>The open run that is shown; null when none is open.</summary>
    public OpenRun? Run { get; init; }

    /// <summary>Its log, folded.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>The clock of the run that is shown.</summary>
    public RunClock Clock { get; init; }

    /// <summary>How many events of the run have come, and how many it has, while much is still missing; null otherwise.</summary>
    public (long Have, long Total)? Loading { get; init; }
}
