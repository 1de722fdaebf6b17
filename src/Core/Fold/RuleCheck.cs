using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What the rule said of a call, beside what the kernel said.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleMatch>))]
public enum RuleMatch : byte
{
    /// <summary>Both say the same.</summary>
    [JsonStringEnumMemberName("same")]
    Same,

    /// <summary>The rule was certain, and the kernel did otherwise: an alarm.</summary>
    [JsonStringEnumMemberName("differs")]
    Differs,

    /// <summary>The rule could not be certain; <see cref="RuleCheck.Doubt"/> says why.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>The call failed for a reason the rule is not about: EACCES, EADDRNOTAVAIL, EINVAL.</summary>
    [JsonStringEnumMemberName("outside")]
    Outside,
}

/// <summary>Why nothing can be said for certain.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleDoubt>))]
public enum RuleDoubt : byte
{
    /// <summary>Nothing is in doubt.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>It depends on an option or an owner that nobody knows.</summary>
    [JsonStringEnumMemberName("options")]
    Options,

    /// <summary>A socket came, went or changed about the moment of the call.</summary>
    [JsonStringEnumMemberName("moved")]
    Moved,

    /// <summary>The host has no sock_diag: a socket that is bound and does not listen is seen by nobody.</summary>
    [JsonStringEnumMemberName("bound-unseen")]
    BoundUnseen,

    /// <summary>Something the host saw was lost on the way to the log.</summary>
    [JsonStringEnumMemberName("lost")]
    Lost,

    /// <summary>The look after the call is not in the log yet.</summary>
    [JsonStringEnumMemberName("not-looked")]
    NotLooked,
}

/// <summary>Where an option of a socket comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptionOrigin>))]
public enum OptionOrigin : byte
{
    /// <summary>Nobody knows the option.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>Nobody ever set it: it is off, as in every new socket.</summary>
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>Set (or cleared) on the socket itself.</summary>
    [JsonStringEnumMemberName("own")]
    Own,

    /// <summary>The listener had it when the connection came.</summary>
    [JsonStringEnumMemberName("inherited")]
    Inherited,

    /// <summary>The kernel's answer to an earlier call proves it.</summary>
    [JsonStringEnumMemberName("proved")]
    Proved,
}

/// <summary>How a socket came to have the port.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PortUse>))]
public enum PortUse : byte
{
    /// <summary>Nobody saw it come to the port.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>bind.</summary>
    [JsonStringEnumMemberName("bound")]
    Bound,

    /// <summary>A listener's connection that a program accepted.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>A listener's connection that nobody accepted.</summary>
    [JsonStringEnumMemberName("not-accepted")]
    NotAccepted,

    /// <summary>connect without a bind: the kernel chose the port.</summary>
    [JsonStringEnumMemberName("connected")]
    Connected,
}

/// <summary>A socket that is in the way, or shares the port: whose it is, and what is known of it beside what the rule asks for.</summary>
/// <param name="Socket">As the verdict has it.</param>
/// <param name="Program">The run's program that has it, or had it last, by its id; null for a stranger's, and for one that no program made.</param>
/// <param name="Name">Its name in the scenario; null for a stranger's.</param>
/// <param name="Use">How it came to have the port.</param>
/// <param name="Listener">The name of the listener that it came from; null for none.</param>
/// <param name="ReuseAddrFrom">Where SO_REUSEADDR comes from.</param>
/// <param name="ReusePortFrom">Where SO_REUSEPORT comes from.</param>
/// <param name="Orphan">True when no process owns it any more: only the kernel ends it.</param>
/// <param name="Ends">When its timer runs out, nanoseconds on the run's axis; null where none that ends it runs.</param>
public sealed record PortOccupant(
    PortSocket Socket,
    string? Program,
    string? Name,
    PortUse Use,
    string? Listener,
    OptionOrigin ReuseAddrFrom,
    OptionOrigin ReusePortFrom,
    bool Orphan,
    [property: JsonConverter(typeof(NanosecondsAsSeconds))] long? Ends
)
{
    /// <summary>True for a socket of the run's.</summary>
    [JsonIgnore]
    public bool IsOwn => Name is not null;
}

/// <summary>What the kernel's answer proves of a socket whose options nobody knew.</summary>
/// <param name="Socket">The socket as the verdict has it.</param>
/// <param name="ReuseAddr">Whether it had SO_REUSEADDR; null where the answer does not say.</param>
/// <param name="ReusePort">Whether it had SO_REUSEPORT; null where the answer does not say.</param>
public sealed record ProvedOptions(PortSocket Socket, bool? ReuseAddr, bool? ReusePort);

/// <summary>A bind or listen that was made on one of the run's ports: the rule's verdict on the state just before it, and the kernel's.</summary>
/// <param name="Seq">The call's place in the log.</param>
/// <param name="Host">Where it was made.</param>
/// <param name="Step">The scenario's step it belongs to.</param>
/// <param name="Attempt">Which run of that step.</param>
/// <param name="Errno">The kernel's answer; null on success.</param>
/// <param name="Candidate">The socket it was made on, with its options at that moment.</param>
/// <param name="Verdict">The rule's, over the sockets that were there.</param>
/// <param name="Match">Whether they agree.</param>
/// <param name="Doubt">Why that is unknown; none otherwise.</param>
public sealed record RuleCheck(
    long Seq,
    string Host,
    string? Step,
    int Attempt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Errno,
    BindCandidate Candidate,
    BindVerdict Verdict,
    RuleMatch Match,
    RuleDoubt Doubt
)
{
    /// <summary>When the call was made, nanoseconds on the run's axis.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long At { get; init; }

    /// <summary>Every socket that the verdict names, in its order: what is in the way first, then what shares the port.</summary>
    public IReadOnlyList<PortOccupant> Occupants { get; init; } = [];

    /// <summary>What the kernel's answer proves of sockets whose options were unknown.</summary>
    public IReadOnlyList<ProvedOptions> Proved { get; init; } = [];

    /// <summary>The host's kernel is known to answer so, against the rule (<see cref="KernelQuirks.All"/>); null where none is known.</summary>
    public string? Quirk { get; init; }

    /// <summary>What is known of a socket that the verdict names; null for one that it does not.</summary>
    public PortOccupant? OccupantOf(PortSocket socket) => Occupants.FirstOrDefault(h => h.Socket == socket);
}

/// <summary>What the rule says of the next bind or listen, if it were made now.</summary>
/// <param name="Host">Where it will be made.</param>
/// <param name="Step">The scenario's step that makes it.</param>
/// <param name="Candidate">The socket with its options as read back or, where the step has not set them yet, as it will.</param>
/// <param name="Verdict">The rule's, over the sockets that are there, without those that the step closes first.</param>
/// <param name="Doubt">Why the rule's answer may be wrong although it names no unknown: bound sockets that nobody sees, or events that were lost.</param>
public sealed record BindPreview(string Host, string Step, BindCandidate Candidate, BindVerdict Verdict, RuleDoubt Doubt)
{
    /// <summary>The last moment of the log, nanoseconds on the run's axis.</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long At { get; init; }

    /// <summary>Every socket that the verdict names, in its order: what is in the way first, then what shares the port.</summary>
    public IReadOnlyList<PortOccupant> Occupants { get; init; } = [];
}

/// <summary>GET /api/runs/{id}/verdict.</summary>
/// <param name="Next">Null when the step that comes next makes no bind or listen.</param>
/// <param name="Made">In the order of the log.</param>
public sealed record RunVerdict(BindPreview? Next, IReadOnlyList<RuleCheck> Made);
