using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>All that the page shows, at one moment; nothing in it changes.</summary>
public sealed record LabView
{
    public static readonly LabView Empty = new();

    public LinkStatus Link { get; init; }

    /// <summary>Null until the first snapshot came.</summary>
    public LabState? State { get; init; }

    public IReadOnlyList<Scenario> Scenarios { get; init; } = [];

    /// <summary>The open run; null when none is open.</summary>
    public Timeline? Timeline { get; init; }

    public RunClock Clock { get; init; }
}
