using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>Where this dashboard's hosts are, and why there. Written by the hosts' starter, read by the labs.</summary>
internal sealed class LocalHostsStatus
{
    private volatile Picture _now = new(HostsMode.Namespaces, new Message(HostsCodes.Starting), false);

    /// <summary>Told after every change, on the thread that made it.</summary>
    public event Action? Changed;

    public HostsMode Mode => _now.Mode;

    /// <summary>Null when there is nothing to say.</summary>
    public Message? Reason => _now.Reason;

    /// <summary>True while all local agents are kept running.</summary>
    public bool Ready => _now.Ready;

    public void Set(HostsMode mode, Message? reason, bool ready = false)
    {
        _now = new(mode, reason, ready);
        Changed?.Invoke();
    }

    private sealed record Picture(HostsMode Mode, Message? Reason, bool Ready);
}
