using System.Net;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What the sockets that have a port mean for whoever wants to bind it. Pure.</summary>
internal static class PortFindings
{
    /// <summary>Adds what is found.</summary>
    /// <param name="found">Takes it.</param>
    /// <param name="host">The host whose programs bind the port.</param>
    /// <param name="check">What it answered.</param>
    /// <param name="holders">Those of its holders that are of no run.</param>
    public static void Add(List<Finding> found, HostChecked host, HostCheck check, IReadOnlyList<PortHolder> holders)
    {
        void Say(FindingLevel level, string about, Message text, Message? remedy = null) => found.Add(new(level, host.At, host.Host, about, text, remedy));

        int port = check.Port;
        TcpEndpoint any = TcpEndpoint.Of(IPAddress.Any, port);
        bool binds = check.TrialBind == "none";
        // What the kernel has just let us bind beside is in nobody's way: an IPv6-only listener, a socket of another address.
        PortHolder[] inTheWay = binds ? [] : [.. holders.Where(h => h.Overlaps(any))];
        PortHolder[] waiting = [.. inTheWay.Where(h => h.State == TcpState.TimeWait)];
        PortHolder[] others = [.. inTheWay.Where(h => h.State is not (TcpState.TimeWait or TcpState.SynRecv or TcpState.NewSynRecv))];
        if (others is [var holder, ..])
        {
            bool certain = holder.State is TcpState.Listen or TcpState.BoundInactive;
            Say(certain ? FindingLevel.Blocker : FindingLevel.Warning, "port", Taken(port, holder), Remedy(holder));
            if (others.Length + check.MoreHolders is > 1 and var count)
                Say(FindingLevel.Info, "holders", Message.Of("check.more-holders", ("port", port), ("count", count)));
            if (holders.FirstOrDefault(h => h.QueueIsFull) is { } full)
                Say(FindingLevel.Info, "queue", Message.Of("check.queue-full", ("socket", Row(full)), ("waiting", full.Waiting), ("backlog", full.Backlog)));
        }
        if (waiting.Length > 0)
        {
            Say(
                FindingLevel.Warning,
                "time-wait",
                Message.Of("check.time-wait", ("port", port), ("count", waiting.Length), ("left", waiting.Max(w => w.Timer?.Left ?? 0))),
                new Message("check.remedy.wait")
            );
        }

        if (check.TrialBind == "EACCES")
        {
            string? start = Preflight.Value(check, "net.ipv4.ip_unprivileged_port_start");
            Say(
                FindingLevel.Blocker,
                "privileged",
                Message.Of("check.privileged", ("port", port), ("start", start)),
                Message.Of("check.remedy.privileged", ("start", start))
            );
        }
        else if (binds && holders.FirstOrDefault(h => h.State is TcpState.Listen or TcpState.BoundInactive) is { } beside)
        {
            Say(FindingLevel.Ok, "port", Message.Of("check.port-free-beside", ("port", port), ("socket", Row(beside))));
        }
        else if (binds)
        {
            Say(FindingLevel.Ok, "port", Message.Of("check.port-free", ("port", port)));
        }
        else if (check.TrialBind is { } errno && inTheWay.Length == 0)
        {
            Say(FindingLevel.Blocker, "port", Message.Of("check.port-unseen", ("port", port), ("errno", errno)), new Message("check.remedy.other-port"));
        }
        if (check.TimeWaitOverflow is > 0 and var overflow)
        {
            Say(
                FindingLevel.Info,
                "overflow",
                Message.Of("check.time-wait-overflow", ("count", overflow), ("host", host.Host)),
                new Message("check.remedy.overflow")
            );
        }
    }

    private static Message Taken(int port, PortHolder holder) =>
        holder switch
        {
            { Pid: { } pid } => Message.Of("check.taken-by-process", ("port", port), ("socket", Row(holder)), ("program", holder.Program), ("pid", pid)),
            { Inode: 0, State: TcpState.FinWait2, Timer: { } timer } => Message.Of(
                "check.taken-by-orphan-until",
                ("port", port),
                ("socket", Row(holder)),
                ("left", timer.Left)
            ),
            { Inode: 0 } => Message.Of("check.taken-by-orphan", ("port", port), ("socket", Row(holder))),
            { User: { } user } => Message.Of("check.taken-by-user", ("port", port), ("socket", Row(holder)), ("user", user), ("uid", holder.Uid)),
            _ => Message.Of("check.taken-by-uid", ("port", port), ("socket", Row(holder)), ("uid", holder.Uid)),
        };

    private static Message Remedy(PortHolder holder) =>
        holder switch
        {
            { Pid: { } pid } => Message.Of("check.remedy.kill", ("pid", pid)),
            { FindCommand: { } find } => Message.Of("check.remedy.find", ("command", find)),
            _ => new Message("check.remedy.other-port"),
        };

    // As ss writes it: state, own address, the peer's where there is one.
    private static string Row(PortHolder holder) =>
        holder.Remote is { } peer ? $"{holder.State.Name()} {holder.Local} {peer}" : $"{holder.State.Name()} {holder.Local}";
}
