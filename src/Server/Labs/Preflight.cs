using System.Globalization;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What the checks of hosts mean for a scenario on a port. Pure.</summary>
internal static class Preflight
{
    private const FindingLevel Ok = FindingLevel.Ok,
        Info = FindingLevel.Info,
        Warning = FindingLevel.Warning,
        Blocker = FindingLevel.Blocker;

    /// <summary>A SYN that a firewall's ICMP answered is refused only when it has been sent once more, a second later; a closed port refuses at once.</summary>
    public const long SlowRefusal = 500_000_000;

    /// <summary>Below so many TIME-WAIT sockets those of a scenario may be left out.</summary>
    private const int FewBuckets = 16;

    /// <summary>The gravest first.</summary>
    /// <param name="port">The port that was asked about.</param>
    /// <param name="portHost">The host whose programs bind it.</param>
    /// <param name="hosts">What each answered.</param>
    /// <param name="runPorts">The ports of open runs: their sockets are no finding.</param>
    /// <param name="before">The check before of this port, by which a counter is seen to grow; null for none.</param>
    public static IReadOnlyList<Finding> Judge(
        int port,
        string portHost,
        IReadOnlyList<HostChecked> hosts,
        IReadOnlyCollection<int> runPorts,
        LabCheck? before = null
    )
    {
        var found = new List<Finding>();
        HostCheck? at = hosts.FirstOrDefault(h => h.Host == portHost)?.Check;
        PortHolder[] holders = at is null ? [] : Foreign(at.Holders, runPorts.Contains(port));
        foreach (HostChecked host in hosts)
        {
            if (host.Check is not { } check)
            {
                found.Add(
                    new(Warning, host.At, host.Host, "answer", Message.Of("check.no-answer", ("host", host.Host)), new Message("check.remedy.agent-log"))
                );
                continue;
            }
            if (host.Host == portHost)
                PortFindings.Add(found, host, check, holders);
            Sysctls(found, host, port, check, host.Host == portHost);
            if (check.Reach is { } reach)
                found.Add(Reached(port, host, portHost, reach, at, before?.Hosts.FirstOrDefault(h => h.Host == portHost)?.Check));
        }
        return [.. found.OrderByDescending(f => f.Level)];
    }

    /// <summary>
    /// Whether a host may connect to see if it reaches an address without anybody having asked for it: not where something listens, which would be a
    /// stranger's. False where the port's
    /// host did not say.
    /// </summary>
    public static bool MayConnect(HostCheck? portHost, TcpEndpoint to) => portHost is { MoreHolders: 0 } && !ListensOn(portHost, to);

    // A run's own: what its programs hold, and what they left that no process has any more.
    private static PortHolder[] Foreign(IReadOnlyList<PortHolder> holders, bool duringRun) => [.. holders.Where(h => !h.Own && !(duringRun && h.Inode == 0))];

    private static bool ListensOn(HostCheck check, TcpEndpoint to) => check.Holders.Any(h => h.State == TcpState.Listen && h.Overlaps(to));

    private static void Sysctls(List<Finding> found, HostChecked host, int port, HostCheck check, bool listens)
    {
        void Say(FindingLevel level, string name, Message text, Message? remedy = null) => found.Add(new(level, host.At, host.Host, name, text, remedy));

        if (Number(check, "net.ipv4.tcp_max_tw_buckets") is { } buckets && buckets < FewBuckets)
        {
            Say(
                listens && buckets == 0 ? Blocker : Warning,
                "net.ipv4.tcp_max_tw_buckets",
                Message.Of(buckets == 0 ? "check.no-buckets" : "check.few-buckets", ("host", host.Host), ("buckets", buckets)),
                new Message("check.remedy.buckets")
            );
        }

        string? reserved = check.Sysctls.GetValueOrDefault(ReservedPorts.Sysctl);
        if (
            Value(check, "net.ipv4.ip_local_port_range").Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var low, var high]
            && int.TryParse(low, out int first)
            && int.TryParse(high, out int last)
            && port >= first
            && port <= last
            && !(reserved is not null && ReservedPorts.Has(reserved, port))
        )
        {
            Say(
                Warning,
                "net.ipv4.ip_local_port_range",
                Message.Of("check.in-port-range", ("port", port), ("first", first), ("last", last), ("host", host.Host)),
                ReservedPorts.Remedy(reserved, first, port)
            );
        }

        if (listens && Number(check, "net.ipv4.tcp_rfc1337") == 1)
            Say(Info, "net.ipv4.tcp_rfc1337", Message.Of("check.rfc1337", ("host", host.Host)));
        if (!listens && Number(check, "net.ipv4.tcp_timestamps") == 0)
            Say(Info, "net.ipv4.tcp_timestamps", Message.Of("check.no-timestamps", ("host", host.Host)));
        if (listens && Number(check, "net.ipv4.tcp_abort_on_overflow") == 1)
            Say(Info, "net.ipv4.tcp_abort_on_overflow", Message.Of("check.abort-on-overflow", ("host", host.Host)));
        if (Number(check, "net.ipv4.ip_nonlocal_bind") == 1)
            Say(Info, "net.ipv4.ip_nonlocal_bind", Message.Of("check.nonlocal-bind", ("host", host.Host)));
    }

    private static Finding Reached(int port, HostChecked host, string portHost, ReachTest reach, HostCheck? at, HostCheck? before)
    {
        Finding Found(FindingLevel level, string code, string? remedy) =>
            new(
                level,
                host.At,
                null,
                "reach",
                Message.Of(code, ("host", host.Host), ("host-of-port", portHost), ("to", reach.To), ("took", reach.Took), ("errno", reach.Errno)),
                remedy is null ? null : Message.Of(remedy, ("port", port), ("host", host.Host), ("host-of-port", portHost))
            );

        bool listens = at is not null && ListensOn(at, reach.To);
        bool full = at is not null && (at.Holders.Any(h => h.QueueIsFull && h.Overlaps(reach.To)) || listens && at.ListenOverflows > before?.ListenOverflows);
        return reach.Result switch
        {
            ReachResult.Refused when listens => Found(Warning, "check.reach-rejected", "check.remedy.firewall"),
            ReachResult.Refused when reach.Took < SlowRefusal => Found(Ok, "check.reach-refused", null),
            ReachResult.Refused => Found(Warning, "check.reach-refused-late", "check.remedy.firewall"),
            ReachResult.Open when listens => Found(Info, "check.reach-open", null),
            ReachResult.Open => Found(Warning, "check.reach-open-elsewhere", "check.remedy.address"),
            ReachResult.Filtered when full => Found(Warning, "check.reach-queue-full", "check.remedy.queue-full"),
            ReachResult.Filtered => Found(Blocker, "check.reach-filtered", "check.remedy.firewall"),
            _ => Found(Blocker, "check.unreachable", reach.Errno == "EHOSTUNREACH" ? "check.remedy.way-or-firewall" : "check.remedy.way"),
        };
    }

    /// <summary>A sysctl's value; <c>unknown</c> where it cannot be read.</summary>
    public static string Value(HostCheck check, string sysctl) => check.Sysctls.GetValueOrDefault(sysctl) ?? "?";

    private static long? Number(HostCheck check, string sysctl) =>
        long.TryParse(Value(check, sysctl), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
}
