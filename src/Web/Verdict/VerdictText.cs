using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Verdict;

/// <summary>The reason of a rebind's result in a sentence or two.</summary>
public sealed class VerdictText(IStringLocalizer text)
{
    public string Why(RebindAttempt attempt) => attempt.Reason switch
    {
        RebindReason.OptionMissing => InTheWay(attempt) + " " + Missing(attempt),
        RebindReason.Listener => InTheWay(attempt) + " " + text["Over a listener SO_REUSEADDR never lets a second socket bind."],
        RebindReason.Unexplained => InTheWay(attempt) + " " + text["Both sockets have SO_REUSEADDR as far as the calls tell, so the facts here do not explain it."],
        RebindReason.NothingSeen => text["The socket table shows no socket on the port. One that is bound and does not listen holds a port and is in no table; look for another program."],
        RebindReason.Privileged => text["A port below 1024 needs the right CAP_NET_BIND_SERVICE (or a lower net.ipv4.ip_unprivileged_port_start). Choose a higher port."],
        RebindReason.BothHaveOption => text["The {0} socket {1} is still there. Both it and the new socket have SO_REUSEADDR, so the kernel lets them share the port.", State(attempt), Tuple(attempt)],
        RebindReason.NothingInTheWay => text["No socket was left on the port, so there was nothing that SO_REUSEADDR would have had to allow."],
        _ => text["The error speaks for itself; no other socket has to do with it."],
    };

    private string InTheWay(RebindAttempt attempt) => attempt.InTheWay is { State: TcpState.Listen }
        ? text["A LISTEN socket on {0} is in the way.", attempt.InTheWay.Local]
        : text["The {0} socket {1} is in the way.", State(attempt), Tuple(attempt)];

    private string Missing(RebindAttempt attempt) => (attempt.OtherReuse, attempt.OwnReuse) switch
    {
        (false, false) => text["Neither it nor the new socket has SO_REUSEADDR; on Linux both need it."],
        (false, true) => text["The new socket has SO_REUSEADDR; the one in the way, which took its value from the first listener, has not. On Linux both need it."],
        (true, false) => text["It has SO_REUSEADDR from the first listener; the new socket has not. On Linux both need it."],
        (null, false) => text["The new socket has no SO_REUSEADDR; what the one in the way has is not known. On Linux both need it."],
        _ => text["What SO_REUSEADDR the one in the way has is not known. On Linux both need it."],
    };

    private static string State(RebindAttempt attempt) => attempt.InTheWay?.State.Name() ?? "";

    private static string Tuple(RebindAttempt attempt) => attempt.InTheWay is { } socket ? $"{socket.Local} → {socket.Remote}" : "";
}
