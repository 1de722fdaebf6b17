using System.Globalization;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What the checks of two hosts mean for a lesson on a port. Pure.</summary>
internal static class Preflight
{
    private const FindingLevel Ok = FindingLevel.Ok, Info = FindingLevel.Info, Warning = FindingLevel.Warning, Blocker = FindingLevel.Blocker;

    // A SYN that was answered by a firewall's ICMP is refused only when it has been sent once more, a second later.
    private const long SlowRefusal = 500_000_000;

    /// <summary>The gravest first.</summary>
    public static IReadOnlyList<Finding> Judge(int port, IReadOnlyList<HostChecked> hosts)
    {
        var found = new List<Finding>();
        foreach ((string host, HostCheck? check) in hosts)
        {
            if (check is null)
            {
                found.Add(new(Warning, host, "answer", $"The {host}'s agent did not answer the check.", $"Look at the agent's log there, then check again."));
                continue;
            }
            if (host == HubRoutes.Server)
                Server(found, port, check);
            Sysctls(found, host, port, check);
            if (check.Reach is { } reach)
                found.Add(Reached(port, reach, hosts));
        }
        return [.. found.OrderByDescending(f => f.Level)];
    }

    private static void Server(List<Finding> found, int port, HostCheck check)
    {
        PortHolder[] waiting = [.. check.Holders.Where(h => h.State == TcpState.TimeWait)];
        PortHolder[] others = [.. check.Holders.Where(h => h.State is not (TcpState.TimeWait or TcpState.SynRecv or TcpState.NewSynRecv))];
        if (others is [var holder, ..])
        {
            bool certain = holder.State is TcpState.Listen or TcpState.BoundInactive;
            string more = others.Length + check.MoreHolders is > 1 and var all ? $" ({all} sockets in all)" : "";
            found.Add(new(certain ? Blocker : Warning, HubRoutes.Server, "port",
                $"Port {port} is taken: {holder.State.Name()} {holder.Local}{(holder.Remote is { } peer ? $" with {peer}" : "")}, {Owner(holder)}{more}.",
                holder.Pid is { } pid ? $"End that program (kill {pid}), or choose another port." : holder.FindCommand is { } find ? $"Find that program ({find}) and end it, or choose another port." : "Choose another port."));
        }
        if (waiting.Length > 0)
        {
            long left = waiting.Max(w => w.Timer?.Left ?? 0);
            found.Add(new(Warning, HubRoutes.Server, "time-wait",
                string.Create(CultureInfo.InvariantCulture, $"{waiting.Length} TIME-WAIT of an earlier connection on port {port}, {left / 1e9:0} s more. Without SO_REUSEADDR on both, the first bind gets EADDRINUSE."),
                "Wait for its end, or choose another port. Play all waits by itself."));
        }
        if (check.TrialBind == "EACCES")
        {
            found.Add(new(Blocker, HubRoutes.Server, "privileged",
                $"The agent may not bind port {port} (EACCES): net.ipv4.ip_unprivileged_port_start is {Value(check, "net.ipv4.ip_unprivileged_port_start")}.",
                "Choose a port from there on, or give the agent CAP_NET_BIND_SERVICE."));
        }
        else if (check.TrialBind is "none")
            found.Add(new(Ok, HubRoutes.Server, "port", $"Port {port} can be bound."));
        else if (check.TrialBind is { } errno && others.Length + waiting.Length == 0)
            found.Add(new(Blocker, HubRoutes.Server, "port", $"Port {port} cannot be bound ({errno}), and no socket of this host is seen on it.", "Choose another port."));
        if (check.TimeWaitOverflow is > 0 and var overflow)
            found.Add(new(Info, HubRoutes.Server, "overflow", $"{overflow} connections got no TIME-WAIT there so far (TCPTimeWaitOverflow).", "If it grows, raise net.ipv4.tcp_max_tw_buckets."));
    }

    private static void Sysctls(List<Finding> found, string host, int port, HostCheck check)
    {
        void Say(FindingLevel level, string name, string text, string? remedy = null) => found.Add(new(level, host, name, text, remedy));

        bool server = host == HubRoutes.Server;
        if (server && Number(check, "net.ipv4.tcp_max_tw_buckets") is { } buckets && buckets < 16)
            Say(buckets == 0 ? Blocker : Warning, "net.ipv4.tcp_max_tw_buckets", buckets == 0 ? "No TIME-WAIT is made at all: the rebind has nothing to meet." : "So few TIME-WAIT sockets may exist; the lesson's may be left out.",
                "sysctl -w net.ipv4.tcp_max_tw_buckets=65536");
        string? reserved = check.Sysctls.GetValueOrDefault(ReservedPorts.Sysctl);
        if (Value(check, "net.ipv4.ip_local_port_range").Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
            && int.TryParse(low, out int first) && int.TryParse(high, out int last) && port >= first && port <= last && !(reserved is not null && ReservedPorts.Has(reserved, port)))
            Say(Warning, "net.ipv4.ip_local_port_range", $"Port {port} lies within: the kernel may give it to any program's outgoing connection.", $"Choose a port below {first}, or {ReservedPorts.Reserve(reserved, port)}");
        if (server && Number(check, "net.ipv4.tcp_rfc1337") == 1)
            Say(Info, "net.ipv4.tcp_rfc1337", "A RST does not end TIME-WAIT there.");
        if (!server && Number(check, "net.ipv4.tcp_timestamps") == 0)
            Say(Info, "net.ipv4.tcp_timestamps", "Without timestamps a port in TIME-WAIT is not taken again for a new connection within its minute.");
        if (server && Number(check, "net.ipv4.tcp_abort_on_overflow") == 1)
            Say(Info, "net.ipv4.tcp_abort_on_overflow", "A full queue of a listener answers with RST.");
        if (Number(check, "net.ipv4.ip_nonlocal_bind") == 1)
            Say(Info, "net.ipv4.ip_nonlocal_bind", "bind takes addresses that this host does not have.");
    }

    private static Finding Reached(int port, ReachTest reach, IReadOnlyList<HostChecked> hosts)
    {
        string took = string.Create(CultureInfo.InvariantCulture, $"{reach.Took / 1e6:0.0##} ms");
        string open = $"On the server: firewall-cmd --add-port={port}/tcp, or nft add rule inet filter input tcp dport {port} accept, or ufw allow {port}/tcp.";
        return reach.Result switch
        {
            ReachResult.Refused when reach.Took < SlowRefusal => new(Ok, null, "reach", $"The client reaches {reach.To}: refused after {took}, as it is to be while nobody listens."),
            ReachResult.Refused => new(Warning, null, "reach", $"{reach.To} is refused only after {took}: a firewall rejects the port.", open),
            ReachResult.Open when hosts.Any(h => h.Check?.Holders.Any(s => s.State == TcpState.Listen) == true) => new(Info, null, "reach", $"The client reaches {reach.To}: somebody listens there."),
            ReachResult.Open => new(Warning, null, "reach", $"{reach.To} answers, but the server has no listener there: another machine has that address, or something redirects the port.", "Check the agents' --address."),
            ReachResult.Filtered => new(Blocker, null, "reach", $"No answer from {reach.To} within {reach.Took / 1_000_000_000} s: a firewall drops the SYN or its answer.", open),
            _ => new(Blocker, null, "reach", $"The client cannot reach {reach.To} ({reach.Errno}).",
                reach.Errno == "EHOSTUNREACH" ? $"Check the way between the hosts. A firewall that rejects says the same. {open}" : "Check the way between the hosts and the agents' --address."),
        };
    }

    private static string Owner(PortHolder holder) => holder switch
    {
        { Pid: { } pid } => $"{holder.Program} (process {pid})",
        { Inode: 0 } => "which no process owns any more",
        { User: { } user } => string.Create(CultureInfo.InvariantCulture, $"of {user} (uid {holder.Uid}), whose process this agent may not look into"),
        _ => string.Create(CultureInfo.InvariantCulture, $"of uid {holder.Uid}, whose process this agent may not look into"),
    };

    private static string Value(HostCheck check, string sysctl) => check.Sysctls.GetValueOrDefault(sysctl) ?? "unknown";

    private static long? Number(HostCheck check, string sysctl) => long.TryParse(Value(check, sysctl), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
