using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>Where this dashboard's hosts are, and why there. Written by the hosts' starter, read by the labs.</summary>
public sealed class LocalHostsStatus
{
    private volatile Picture _now = new(HostsMode.Namespaces, "The two hosts are being started.", false);

    /// <summary>Told after every change, on the thread that made it.</summary>
    public event Action? Changed;

    public HostsMode Mode => _now.Mode;

    /// <summary>A sentence; null when there is nothing to say.</summary>
    public string? Reason => _now.Reason;

    /// <summary>True while both local agents are kept running.</summary>
    public bool Ready => _now.Ready;

    public void Set(HostsMode mode, string? reason, bool ready = false)
    {
        _now = new(mode, reason, ready);
        Changed?.Invoke();
    }

    private sealed record Picture(HostsMode Mode, string? Reason, bool Ready);
}
