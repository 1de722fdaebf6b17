using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>The call that asks for the port: listen() runs inet_csk_get_port a second time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PortCall>))]
public enum PortCall : byte
{
    /// <summary>bind(2).</summary>
    [JsonStringEnumMemberName("bind")]
    Bind,

    /// <summary>listen(2).</summary>
    [JsonStringEnumMemberName("listen")]
    Listen,
}

/// <summary>What is about to be bound, or is bound and about to listen.</summary>
public sealed record BindCandidate
{
    /// <summary>Address and port; the port is not 0 (a port the kernel chooses is never in use).</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>IPV6_V6ONLY; without meaning for an IPv4 address.</summary>
    public bool V6Only { get; init; }

    /// <summary>SO_REUSEADDR at the moment of the call.</summary>
    public bool ReuseAddr { get; init; }

    /// <summary>SO_REUSEPORT at the moment of the call.</summary>
    public bool ReusePort { get; init; }

    /// <summary>The socket's owner.</summary>
    public uint Uid { get; init; }
}

/// <summary>A socket of the same network namespace that has a local port, with its options as far as anybody knows them.</summary>
public sealed record PortSocket
{
    /// <summary>With what a reader of JSON takes where it finds none: an initializer's it does not know.</summary>
    /// <param name="sure">The default.</param>
    [JsonConstructor]
    public PortSocket(bool sure = true) => Sure = sure;

    /// <summary>Its state; BOUND for one that is bound and neither listens nor is connected.</summary>
    public required TcpState State { get; init; }

    /// <summary>Address and port that it has.</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>The peer; null for a socket without one.</summary>
    public TcpEndpoint? Remote { get; init; }

    /// <summary>SO_REUSEADDR; for TIME-WAIT that of the socket that it was. Null when nobody knows: neither /proc nor sock_diag tells.</summary>
    public bool? ReuseAddr { get; init; }

    /// <summary>SO_REUSEPORT; null when nobody knows.</summary>
    public bool? ReusePort { get; init; }

    /// <summary>
    /// IPV6_V6ONLY as getsockopt tells it after bind (the kernel sets it itself on a socket bound to one IPv6 address); null when nobody knows.
    /// Without meaning for an IPv4 or IPv4-mapped address.
    /// </summary>
    public bool? V6Only { get; init; }

    /// <summary>The owner; null when nobody knows. (/proc shows 0 for every TIME-WAIT.)</summary>
    public uint? Uid { get; init; }

    /// <summary>0 where no process owns it, or nobody knows.</summary>
    public ulong Inode { get; init; }

    /// <summary>True when no process owns it and it waits for its end: a close left it so. Only the kernel ends it.</summary>
    [JsonIgnore]
    public bool IsOrphan => Inode == 0 && State is (TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.LastAck);

    /// <summary>False when it came, went or changed about the moment that is asked for, and nobody saw on which side of it.</summary>
    public bool Sure { get; init; }
}

/// <summary>What the rule says before the kernel does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BindOutcome>))]
public enum BindOutcome : byte
{
    /// <summary>The kernel lets the candidate have the port.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>The kernel answers EADDRINUSE.</summary>
    [JsonStringEnumMemberName("EADDRINUSE")]
    InUse,

    /// <summary>It depends on an option that nobody knows.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>bind of an IPv4-mapped address on a socket with IPV6_V6ONLY: no other socket has to do with it.</summary>
    [JsonStringEnumMemberName("EINVAL")]
    Invalid,
}

/// <summary>What an outcome is called.</summary>
public static class BindOutcomes
{
    /// <summary>As the call's result is spelt: <c>ok</c>, or the errno's name.</summary>
    public static string Name(this BindOutcome outcome) =>
        outcome switch
        {
            BindOutcome.Ok => "ok",
            BindOutcome.InUse => "EADDRINUSE",
            BindOutcome.Invalid => "EINVAL",
            _ => "unknown",
        };
}

/// <summary>Why a socket is in the way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BindClause>))]
public enum BindClause : byte
{
    /// <summary>It listens; SO_REUSEADDR does not help against a listener.</summary>
    [JsonStringEnumMemberName("other-listens")]
    OtherListens,

    /// <summary>SO_REUSEADDR has to be on both sockets, and is on neither.</summary>
    [JsonStringEnumMemberName("neither-reuseaddr")]
    NeitherReuseAddr,

    /// <summary>The other has SO_REUSEADDR and the candidate has not.</summary>
    [JsonStringEnumMemberName("candidate-lacks-reuseaddr")]
    CandidateLacksReuseAddr,

    /// <summary>The candidate has SO_REUSEADDR and the other has not.</summary>
    [JsonStringEnumMemberName("other-lacks-reuseaddr")]
    OtherLacksReuseAddr,

    /// <summary>Both have SO_REUSEPORT, but the other belongs to another user and is not in TIME-WAIT.</summary>
    [JsonStringEnumMemberName("other-user")]
    OtherUser,

    /// <summary>Whether it has SO_REUSEADDR or SO_REUSEPORT, or whose it is, decides and is not known.</summary>
    [JsonStringEnumMemberName("other-options-unknown")]
    OtherOptionsUnknown,

    /// <summary>It would be in the way, but may not have been there, or not like this: <see cref="PortSocket.Sure"/> is false.</summary>
    [JsonStringEnumMemberName("other-moved")]
    OtherMoved,

    /// <summary>Whether its address overlaps depends on its IPV6_V6ONLY, which is not known.</summary>
    [JsonStringEnumMemberName("other-v6only-unknown")]
    OtherV6OnlyUnknown,

    /// <summary>One of the two has SO_REUSEADDR alone and the other SO_REUSEPORT alone.</summary>
    [JsonStringEnumMemberName("options-differ")]
    OptionsDiffer,

    /// <summary>It would be in the way, but what the port's bucket remembers is not known (<see cref="BindBucket"/>).</summary>
    [JsonStringEnumMemberName("memory-unknown")]
    MemoryUnknown,
}

/// <summary>One change that would make the call succeed, everything else staying as it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BindRemedy>))]
public enum BindRemedy : byte
{
    /// <summary>SO_REUSEADDR on the candidate before bind.</summary>
    [JsonStringEnumMemberName("candidate-reuseaddr")]
    CandidateReuseAddr,

    /// <summary>SO_REUSEADDR on what is in the way; for a listener's connection, on the listener before the connection comes.</summary>
    [JsonStringEnumMemberName("other-reuseaddr")]
    OtherReuseAddr,

    /// <summary>SO_REUSEADDR on both.</summary>
    [JsonStringEnumMemberName("both-reuseaddr")]
    BothReuseAddr,

    /// <summary>SO_REUSEPORT on the candidate.</summary>
    [JsonStringEnumMemberName("candidate-reuseport")]
    CandidateReusePort,

    /// <summary>SO_REUSEPORT on what is in the way.</summary>
    [JsonStringEnumMemberName("other-reuseport")]
    OtherReusePort,

    /// <summary>SO_REUSEPORT on both, and the same user.</summary>
    [JsonStringEnumMemberName("both-reuseport")]
    BothReusePort,

    /// <summary>The same user for both: both have SO_REUSEPORT already.</summary>
    [JsonStringEnumMemberName("same-user")]
    SameUser,

    /// <summary>IPV6_V6ONLY on the candidate: only IPv4 sockets are in the way.</summary>
    [JsonStringEnumMemberName("candidate-v6only")]
    CandidateV6Only,

    /// <summary>The listener in the way closed.</summary>
    [JsonStringEnumMemberName("close-listener")]
    CloseListener,

    /// <summary>The socket in the way closed: one that is bound and does not listen, or one in CLOSE-WAIT.</summary>
    [JsonStringEnumMemberName("close-other")]
    CloseOther,

    /// <summary>Every socket in the way has no owner any more, and the kernel ends it by a timer.</summary>
    [JsonStringEnumMemberName("wait-for-orphan")]
    WaitForOrphan,

    /// <summary>TIME-WAIT over: every socket in the way is in it.</summary>
    [JsonStringEnumMemberName("wait-for-time-wait")]
    WaitForTimeWait,
}

/// <param name="Socket">The socket in the way.</param>
/// <param name="Clause">Why it is.</param>
/// <param name="Certain">False when it is in the way only if an unknown option has the wrong value, or only if it was there.</param>
public sealed record BindObstacle(PortSocket Socket, BindClause Clause, bool Certain);

/// <param name="Call">The call that was asked about.</param>
/// <param name="Outcome">What it will return.</param>
/// <param name="Obstacles">Every socket that is, or may be, in the way: the certain ones first.</param>
/// <param name="Remedies">What would surely make it succeed, the least first; empty when it succeeds or no single change does.</param>
/// <param name="Shares">Sockets whose address overlaps and that let the candidate have the port all the same.</param>
public sealed record BindVerdict(
    PortCall Call,
    BindOutcome Outcome,
    IReadOnlyList<BindObstacle> Obstacles,
    IReadOnlyList<BindRemedy> Remedies,
    IReadOnlyList<PortSocket> Shares
)
{
    /// <summary>
    /// What would be in the way if the port's bucket did not remember SO_REUSEPORT (before 6.8 also SO_REUSEADDR) of when it was bound; empty where it needed
    /// not.
    /// </summary>
    public IReadOnlyList<BindObstacle> Remembered { get; init; } = [];
}
