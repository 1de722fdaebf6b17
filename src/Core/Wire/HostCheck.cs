using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What a host answers to <see cref="CheckOrder"/>, all of it read or tried just then.</summary>
public sealed record HostCheck
{
    /// <summary>Most sockets of the port that are told of.</summary>
    public const int MaxHolders = 32;

    /// <summary>The port that was asked about, 1 to 65535.</summary>
    public int Port { get; init; }

    /// <summary>The sysctls that can spoil the lesson, each with its value; null for one that cannot be read.</summary>
    public required IReadOnlyDictionary<string, string?> Sysctls { get; init; }

    /// <summary>The sockets that have the port as their own, those that are bound and do not listen among them.</summary>
    public required IReadOnlyList<PortHolder> Holders { get; init; }

    /// <summary>How many more there are than are told of.</summary>
    public int MoreHolders { get; init; }

    /// <summary>
    /// TCPTimeWaitOverflow of /proc/net/netstat: connections that got no TIME-WAIT because net.ipv4.tcp_max_tw_buckets was used up; null where unreadable.
    /// </summary>
    public long? TimeWaitOverflow { get; init; }

    /// <summary>ListenOverflows of /proc/net/netstat: SYNs and last ACKs that found a listener's accept queue full; null where unreadable.</summary>
    public long? ListenOverflows { get; init; }

    /// <summary>The agent's capabilities in its user namespace, CAP_NET_ADMIN and the like.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>The errno name of the trial bind, <c>none</c> when it succeeded; null when none was made.</summary>
    public string? TrialBind { get; init; }

    /// <summary>Null when nothing was to be reached.</summary>
    public ReachTest? Reach { get; init; }
}

/// <summary>A socket that has the port.</summary>
public sealed record PortHolder
{
    /// <summary>Its state; BOUND for one that does not listen.</summary>
    public required TcpState State { get; init; }

    /// <summary>Address and port that it has.</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>Null without a peer.</summary>
    public TcpEndpoint? Remote { get; init; }

    /// <summary>Its owner; 0 for every TIME-WAIT.</summary>
    public uint Uid { get; init; }

    /// <summary>That user's name on the host; null where it has none or the agent cannot tell.</summary>
    public string? User { get; init; }

    /// <summary>0 where no process owns it.</summary>
    public ulong Inode { get; init; }

    /// <summary>Of TIME-WAIT and of a socket that no process owns any more, the timer that ends it; null where none runs.</summary>
    public SocketTimer? Timer { get; init; }

    /// <summary>IPV6_V6ONLY of an AF_INET6 socket that is bound or listens; null of any other, and where the kernel does not say.</summary>
    public bool? V6Only { get; init; }

    /// <summary>True for a socket of a run, that this agent itself or a child process of its own holds.</summary>
    public bool Own { get; init; }

    /// <summary>LISTEN: connections that wait to be accepted.</summary>
    public uint Waiting { get; init; }

    /// <summary>
    /// LISTEN: the backlog that listen(2) was given, as far as net.core.somaxconn lets it; null of any other, and where the kernel does not say.
    /// </summary>
    public uint? Backlog { get; init; }

    /// <summary>
    /// True for a listener whose accept queue is full: it holds one more than the backlog (sk_acceptq_is_full), and further SYNs are dropped.
    /// </summary>
    [JsonIgnore]
    public bool QueueIsFull => State == TcpState.Listen && Waiting > Backlog;

    /// <summary>
    /// Whether a bind of <paramref name="address"/> without any option meets it: the wildcard overlaps every address, and [::] those of IPv4 unless it is IPv6
    /// only. True where that is unknown.
    /// </summary>
    public bool Overlaps(TcpEndpoint address) =>
        (Local.Unmapped(), address.Unmapped()) switch
        {
            ({ IsV6: true } own, { IsV6: false }) => own.IsWildcard && V6Only != true,
            ({ IsV6: false }, { IsV6: true } asked) => asked.IsWildcard,
            var (own, asked) => own.IsWildcard || asked.IsWildcard || own.SameAddress(asked),
        };

    /// <summary>
    /// The process that has it open; null where no process owns it or none that this agent may look into: one of the agent's own user, that may no more than
    /// the agent.
    /// </summary>
    public int? Pid { get; init; }

    /// <summary>Its name (/proc/PID/comm).</summary>
    public string? Program { get; init; }

    /// <summary>
    /// The command that names the process to somebody who may look into all of them; null where no process owns the socket. ss lists no socket that is bound
    /// only.
    /// </summary>
    [JsonIgnore]
    public string? FindCommand =>
        (Inode, State) switch
        {
            (0, _) => null,
            (var inode, TcpState.BoundInactive) => $"sudo find /proc/[0-9]*/fd -lname 'socket:\\[{inode}\\]'",
            (_, TcpState.Listen) => $"sudo ss -tlnp 'sport = :{Local.Port}'",
            _ => $"sudo ss -tanp 'sport = :{Local.Port}'",
        };
}

/// <summary>What came of a trial connect.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReachResult>))]
public enum ReachResult : byte
{
    /// <summary>ECONNREFUSED: the way is free and nobody listens, as it is to be before a run.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>Somebody listens; the connection was reset at once, so that it leaves no TIME-WAIT.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>No answer within the limit: something drops the segments.</summary>
    [JsonStringEnumMemberName("filtered")]
    Filtered,

    /// <summary>Any other error: EHOSTUNREACH, ENETUNREACH.</summary>
    [JsonStringEnumMemberName("unreachable")]
    Unreachable,
}

/// <param name="To">What was to be reached.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Errno">connect's error; null when it succeeded.</param>
/// <param name="Took">How long connect took, in nanoseconds (JSON: seconds): one round trip, or the limit.</param>
public sealed record ReachTest(TcpEndpoint To, ReachResult Result, string? Errno, [property: JsonConverter(typeof(NanosecondsAsSeconds))] long Took);
