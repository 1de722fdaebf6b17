namespace ReuseAddrDashboard.Server.Kernels;

/// <summary>A matrix that comes with the dashboard: what a distribution's kernel did when it was booted for it.</summary>
internal sealed record KernelEntry
{
    /// <summary>Its id, <c>debian-6.1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>uname -r.</summary>
    public required string Kernel { get; init; }

    /// <summary>What it came with.</summary>
    public required string Os { get; init; }

    /// <summary>When its cells were tried.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How many.</summary>
    public required int Cells { get; init; }

    /// <summary>The command that made it, in the project's directory.</summary>
    public required string Command { get; init; }
}
