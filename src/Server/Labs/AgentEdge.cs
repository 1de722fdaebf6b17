using System.Net;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What an agent may say: everything it sends is bounded and checked here, before the lab believes it.</summary>
internal static class AgentEdge
{
    private const int MaxName = 64,
        MaxRole = 16,
        MaxRaw = 400,
        MaxSysctls = 64,
        MaxHz = 100_000,
        MaxSources = 16,
        MaxAbilities = 32,
        MaxCommand = 1024,
        MaxSockets = 64;

    // A counter that a hostile agent might overflow where several are added up.
    private const long MaxLost = 1L << 40;

    // ip_local_reserved_ports is a list as long as somebody made it.
    private const int MaxSysctlValue = 16_384;

    // A day from any event to its return, in nanoseconds: no call waits longer.
    private const long MaxDuration = 86_400_000_000_000;

    // CLOCK_MONOTONIC counts from the boot, in nanoseconds; this is 36 years, and its sums are far from the end of the type.
    private const long MaxTime = 1L << 60;

    /// <summary>Why the announcement is not taken; null when it is.</summary>
    public static Message? Fault(AgentHello hello)
    {
        HostFacts? f = hello?.Facts;
        if (hello?.Protocol != AgentHello.CurrentProtocol)
            return Message.Of("join.protocol", ("own", AgentHello.CurrentProtocol), ("other", hello?.Protocol));
        if (f is null || !IsRole(f.Name))
            return Message.Of("join.bad-role", ("most", MaxRole));
        if (!Line(hello.Instance, MaxName))
            return Message.Of("join.bad-instance", ("most", MaxName));
        if (!IPAddress.TryParse(f.Address, out _) || !IsAddress(f.SecondAddress) || !IsAddress(f.V6Address))
            return Message.Of("join.bad-address");
        bool bounded =
            Line(f.HostName, 255)
            && Line(f.Os, 200)
            && Line(f.Kernel, 200)
            && Line(f.Interface, MaxName)
            && Line(f.BootId, MaxName)
            && Line(f.AgentVersion, MaxName)
            && Are(f.Sources)
            && f.Abilities is null or { Count: <= MaxAbilities }
            && f.Abilities?.All(a => Line(a, MaxName)) != false
            && f.ClockTicks is >= 0 and <= MaxHz
            && f.KernelHz is >= 0 and <= MaxHz
            && f.Sysctls is { Count: <= MaxSysctls }
            && f.Sysctls.All(s => Line(s.Key, 128) && Optional(s.Value, MaxSysctlValue));
        return bounded ? null : Message.Of("join.bad-facts");
    }

    /// <summary>True when the report is one that an agent could have sent.</summary>
    public static bool Accepts(AgentReport report) =>
        report.Items is { Count: > 0 and <= AgentReport.MaxItems } items
        && items.Select((item, i) => item is not null && item.Number == items[0].Number + i && item.Number > 0 && Accepts(item)).All(ok => ok);

    private static bool Accepts(AgentItem item) =>
        (item.Check is null || item is { Done: true, Event: null } && Accepts(item.Check))
        && (item.Refused is null || item.Refused.IsBounded)
        && OptionalLine(item.Run, MaxName)
        && (item.Event is null || Accepts(item.Event))
        && (item.Matrix is null || item.Event is null && Accepts(item.Matrix));

    private static bool Accepts(MatrixPart part) =>
        part.Results is { Count: <= MatrixPart.MaxResults }
        && part.Results.All(r => r is not null && r.Kernel is null != r.Untried is null && r.Untried?.IsBounded != false)
        && part.Host?.IsBounded != false
        && part.LeftInTimeWait is >= 0 and <= 65_536;

    // An agent may bring a source that is not known here, and speak for the lab in none.
    private static bool Accepts(RunEvent e) =>
        EvidenceSource.IsName(e.Source)
        && e.Source is not (EvidenceSource.Lab or EvidenceSource.Inferred or EvidenceSource.CaptureFile)
        && IsTime(e.T)
        && e switch
        {
            CallEvent c => Line(c.Socket, MaxName)
                && Line(c.Call, 32)
                && Accepts(c.Args)
                && OptionalLine(c.Errno, 32)
                && OptionalLine(c.ErrnoText, 128)
                && c.Errno is null == c.ErrnoNumber is null
                && (c.Remark is null || c.Remark.IsBounded)
                && OptionalLine(c.Accepted, MaxName)
                && OptionalLine(c.Program, MaxName)
                && OptionalLine(c.Step, MaxName)
                && c.Duration is >= 0 and <= MaxDuration,
            ProgramEvent p => Line(p.Program, MaxName)
                && OptionalLine(p.Child, MaxName)
                && OptionalLine(p.Command, MaxCommand)
                && Enum.IsDefined(p.Change)
                && p.Sockets is { Count: <= MaxSockets }
                && p.Sockets.All(s => Line(s, MaxName)),
            EnvironmentEvent c => Line(c.What, 32)
                && Line(c.Name, 128)
                && Enum.IsDefined(c.Change)
                && Optional(c.Value, MaxCommand)
                && Optional(c.Before, MaxCommand)
                && c.Met is null or (>= 0 and <= MaxLost)
                && (c.Reason is null || c.Reason.IsBounded),
            SocketEvent s => OptionalLine(s.Raw, MaxRaw)
                && IsTime(s.After)
                && IsTime(s.Timer?.Left)
                && (s.From is not null || s.To is not null)
                && IsState(s.From)
                && IsState(s.To),
            StateEvent s => IsTime(s.After) && IsState(s.From) && IsState(s.To),
            SegmentEvent s => TcpFlagNames.TryParse(s.Flags, out _)
                && s.From.IsV6 == s.To.IsV6
                && s.Len is >= 0 and <= SegmentEvent.MaxLength
                && s.Win is >= 0 and <= ushort.MaxValue
                && s.Mss is null or (>= 0 and <= ushort.MaxValue)
                && s.Wscale is null or (>= 0 and <= byte.MaxValue)
                && s.Sack is null or { Count: > 0 and <= SackBlocks.Max }
                && (s.Frame is null || Accepts(s.Frame, s.Len))
                && (s.Sent ?? s.Received) == s.T
                && (s.Received ?? s.Sent) == s.T,
            GapEvent g => g.Lost is >= 0 and <= MaxLost && g.Reason is { IsBounded: true, Code: not LabRun.ForeignGap },
            NoteEvent n => n.Message is { IsBounded: true } && Enum.IsDefined(n.Level),
            _ => false,
        };

    private static bool Accepts(CallArguments? a) =>
        a is not null
        && a.Octets is null or { Length: <= CallArguments.MaxOctets }
        && a.Size is null or >= 0
        && a.SizeBack is null or >= 0
        && a.Length is null or >= 0
        && (a.Family is not { } family || Enum.IsDefined(family))
        && (a.How is not { } how || Enum.IsDefined(how));

    private static bool Accepts(HostCheck check) =>
        check.Port is > 0 and <= ushort.MaxValue
        && check.Sysctls?.Count <= MaxSysctls
        && check.Sysctls.All(s => Within(s.Key, 128) && Optional(s.Value, MaxSysctlValue))
        && check.Holders?.Count <= HostCheck.MaxHolders
        && check.Holders.All(h => h is not null && OptionalLine(h.Program, MaxName) && OptionalLine(h.User, MaxName))
        && check.MoreHolders >= 0
        && check.Capabilities?.Count <= 64
        && check.Capabilities.All(c => Line(c, MaxName))
        && OptionalLine(check.TrialBind, 32)
        && (check.Reach is not { } reach || Enum.IsDefined(reach.Result) && OptionalLine(reach.Errno, 32) && reach.Took is >= 0 and <= MaxDuration);

    private static bool Accepts(CapturedFrame frame, int payload) =>
        Enum.IsDefined((FrameKind)Math.Clamp(frame.LinkType, 0, byte.MaxValue))
        && frame.Octets is { Length: > 0 and <= CapturedFrame.MaxOctets } octets
        && frame.Length >= octets.Length
        && frame.Length <= SegmentEvent.MaxLength + CapturedFrame.MaxOctets
        && frame.Length >= payload;

    private static bool Are(IReadOnlyList<SourceFact>? sources) =>
        sources is { Count: > 0 and <= MaxSources }
        && sources.All(s =>
            s is not null
            && EvidenceSource.IsName(s.Name)
            && s.Available == s.Missing is null
            && IsMessage(s.Missing)
            && IsMessage(s.Grant)
            && IsMessage(s.Limit)
        )
        && sources.Select(s => s.Name).Distinct().Count() == sources.Count;

    private static bool IsMessage(Message? message) => message is null || message.IsBounded;

    private static bool IsState(TcpState? state) => state is not { } s || Enum.IsDefined(s);

    private static bool IsRole(string? name) => name is { Length: > 0 and <= MaxRole } && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9');

    private static bool IsAddress(string? text) => text is null || IPAddress.TryParse(text, out _);

    /// <summary>One line: what stands in the server's log must not pretend to be another.</summary>
    private static bool Line(string? text, int most) => Within(text, most) && PlainLine.Is(text!);

    private static bool OptionalLine(string? text, int most) => text is null || text.Length <= most && PlainLine.Is(text);

    private static bool IsTime(long? t) => t is null or (>= -MaxTime and <= MaxTime);

    private static bool Within(string? text, int most) => text is { Length: > 0 } && text.Length <= most;

    private static bool Optional(string? text, int most) => text is null || text.Length <= most;
}
