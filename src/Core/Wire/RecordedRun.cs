using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>A run that was recorded on a real kernel and comes with the dashboard: what <c>GET /api/recorded</c> lists.</summary>
public sealed record RecordedRun
{
    /// <summary>The lesson's id: <c>GET /api/recorded/LESSON</c> has the run.</summary>
    public required string Scenario { get; init; }

    /// <summary>The lesson's title as it was then.</summary>
    public required LocalText Title { get; init; }

    /// <summary>The group it stands in.</summary>
    public required string Topic { get; init; }

    /// <summary>What uname -r said where it was made.</summary>
    public required string Kernel { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How many events its log has.</summary>
    public int Events { get; init; }
}
