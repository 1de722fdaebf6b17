using System.Net;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What an agent may say: everything it sends is bounded and checked here, before the lab believes it.</summary>
internal static class AgentEdge
{
    private const int MaxName = 64, MaxText = 512, MaxRaw = 400, MaxSysctls = 32, MaxHz = 100_000;

    // ip_local_reserved_ports is a list as long as somebody made it.
    private const int MaxSysctlValue = 16_384;

    /// <summary>A sentence that says why the announcement is not taken; null when it is.</summary>
    public static string? Fault(AgentHello hello)
    {
        HostFacts f = hello.Facts;
        if (hello.Protocol != AgentHello.CurrentProtocol)
            return $"This dashboard speaks protocol {AgentHello.CurrentProtocol} and the agent {hello.Protocol}. Use agent and dashboard of the same version.";
        if (f is null || f.Name is not (HubRoutes.Client or HubRoutes.Server))
            return "An agent is either the client or the server: start it with --name client or --name server.";
        if (string.IsNullOrEmpty(hello.Instance) || hello.Instance.Length > MaxName)
            return $"The agent's instance id has 1 to {MaxName} characters.";
        if (!IPAddress.TryParse(f.Address, out _))
            return "The agent's address is not an IP address: start it with --address ADDRESS.";
        bool bounded = Within(f.HostName, 255) && Within(f.Os, 200) && Within(f.Kernel, 200) && Within(f.Interface, MaxName) && Within(f.BootId, MaxName)
            && Within(f.AgentVersion, MaxName) && Are(f.Sources) && f.ClockTicks is >= 0 and <= MaxHz && f.KernelHz is >= 0 and <= MaxHz
            && f.Sysctls?.Count <= MaxSysctls && f.Sysctls.All(s => Within(s.Key, 128) && (s.Value is null || s.Value.Length <= 128));
        return bounded ? null : "The agent's facts about its host are not such as an agent of this version sends.";
    }

    /// <summary>True when the report is one an agent of ours could have sent.</summary>
    public static bool Accepts(AgentReport report) =>
        report.Items is { Count: > 0 and <= AgentReport.MaxItems } items
        && items.Select((item, i) => item is not null && item.Number == items[0].Number + i && item.Number > 0 && Accepts(item)).All(ok => ok);

    private static bool Accepts(AgentItem item) => (item.Check is null || item is { Done: true, Event: null } && Accepts(item.Check)) && (item.Refused is null || item.Refused.Length <= MaxText) && item.Event switch
    {
        null => true,
        CallEvent c => Within(c.Socket, MaxName) && Within(c.Call, 32) && Within(c.Args, MaxText) && Optional(c.Errno, 32) && Optional(c.ErrnoText, 128)
            && Optional(c.Remark, MaxText) && Optional(c.Accepted, MaxName) && c.Duration >= 0,
        SocketEvent s => Optional(s.Raw, MaxRaw) && (s.From is not null || s.To is not null),
        StateEvent => true,
        SegmentEvent s => TcpFlagNames.TryParse(s.Flags, out _) && s.From.IsV6 == s.To.IsV6 && s.Len is >= 0 and <= SegmentEvent.MaxLength
            && s.Win is >= 0 and <= ushort.MaxValue && s.Mss is null or (>= 0 and <= ushort.MaxValue) && s.Wscale is null or (>= 0 and <= byte.MaxValue)
            && s.Sack is null or { Count: > 0 and <= SackBlocks.Max } && (s.Frame is null || Accepts(s.Frame, s.Len))
            && (s.Sent ?? s.Received) == s.T && (s.Received ?? s.Sent) == s.T,
        GapEvent g => g.Lost >= 0 && Within(g.Reason, MaxText),
        NoteEvent n => Within(n.Code, MaxName) && Within(n.Text, MaxText),
        _ => false,
    };

    private static bool Accepts(HostCheck check) =>
        check.Port is > 0 and <= ushort.MaxValue && check.Sysctls?.Count <= MaxSysctls && check.Sysctls.All(s => Within(s.Key, 128) && Optional(s.Value, MaxSysctlValue))
        && check.Holders?.Count <= HostCheck.MaxHolders && check.Holders.All(h => h is not null && Optional(h.Program, MaxName) && Optional(h.User, MaxName)) && check.MoreHolders >= 0
        && check.Capabilities?.Count <= 64 && check.Capabilities.All(c => Within(c, MaxName)) && Optional(check.TrialBind, 32)
        && (check.Reach is not { } reach || Enum.IsDefined(reach.Result) && Optional(reach.Errno, 32) && reach.Took >= 0);

    private static bool Accepts(CapturedFrame frame, int payload) => Enum.IsDefined((FrameKind)Math.Clamp(frame.LinkType, 0, byte.MaxValue))
        && frame.Octets is { Length: > 0 and <= CapturedFrame.MaxOctets } octets && frame.Length >= octets.Length && frame.Length <= SegmentEvent.MaxLength + CapturedFrame.MaxOctets
        && frame.Length >= payload;

    private static bool Are(IReadOnlyList<SourceFact>? sources) =>
        sources?.Count == SourceFact.All.Count
        && sources.Zip(SourceFact.All, (s, name) => s is not null && s.Name == name && Optional(s.Missing, MaxText) && Optional(s.Grant, MaxText) && Optional(s.Limit, MaxText) && s.Available == s.Missing is null).All(ok => ok);

    private static bool Within(string? text, int most) => text is { Length: > 0 } && text.Length <= most;

    private static bool Optional(string? text, int most) => text is null || text.Length <= most;
}
