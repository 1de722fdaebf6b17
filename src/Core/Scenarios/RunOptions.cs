namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What a person chooses for a run.</summary>
public sealed record RunOptions
{
    public const int MinPort = 1, MaxPort = 65535, MaxPauseMs = 10_000;

    /// <summary>The server's port, 1 to 65535.</summary>
    public int Port { get; init; } = 11111;

    /// <summary>SO_REUSEADDR on the first listener.</summary>
    public bool ListenerReuseAddr { get; init; }

    /// <summary>SO_REUSEADDR on the rebind.</summary>
    public bool RebindReuseAddr { get; init; }

    /// <summary>Pause between two calls in milliseconds, 0 to 10,000.</summary>
    public int PauseMs { get; init; } = 300;
}
