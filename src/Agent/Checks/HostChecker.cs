using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>How fit this host is for a scenario on a port: read and tried at the moment it is asked, in the calling thread's network namespace.</summary>
internal static class HostChecker
{
    private static readonly string[] Sysctls =
    [
        "net.ipv4.tcp_max_tw_buckets",
        "net.ipv4.tcp_tw_reuse",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_timestamps",
        "net.ipv4.tcp_rfc1337",
        "net.ipv4.tcp_abort_on_overflow",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_nonlocal_bind",
    ];

    /// <param name="order">What is asked.</param>
    /// <param name="isOwn">Whether an inode is of a socket of a run, that this agent or a child of its own holds.</param>
    public static HostCheck Check(CheckOrder order, Func<ulong, bool> isOwn)
    {
        // Before the trials: they are not to find themselves.
        (IReadOnlyList<PortHolder> holders, int more) = PortHolders.Find((ushort)order.Port, isOwn);
        string[] netstat = TextFile.Lines("/proc/thread-self/net/netstat");
        return new HostCheck
        {
            Port = order.Port,
            Sysctls = Sysctls.ToDictionary(name => name, TextFile.Sysctl),
            Holders = holders,
            MoreHolders = more,
            TimeWaitOverflow = Counter(netstat, "TcpExt:", "TCPTimeWaitOverflow"),
            ListenOverflows = Counter(netstat, "TcpExt:", "ListenOverflows"),
            Capabilities = CapabilityNames.Find(Kernel.Capabilities.Permitted()),
            TrialBind = order.TryBind ? Trials.Bind((ushort)order.Port) : null,
            Reach = order.Reach is { } to ? Trials.Reach(to) : null,
        };
    }

    /// <summary>A counter of /proc/net/netstat, which has a line of names and one of values for each group; null where it has none.</summary>
    public static long? Counter(IReadOnlyList<string> lines, string group, string name)
    {
        for (int i = 0; i + 1 < lines.Count; i++)
        {
            if (!lines[i].StartsWith(group, StringComparison.Ordinal))
                continue;
            int at = Array.IndexOf(lines[i].Split(' '), name);
            string[] values = lines[i + 1].Split(' ');
            return at > 0 && at < values.Length && long.TryParse(values[at], out long value) ? value : null;
        }
        return null;
    }
}
