using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Events;

/// <summary>
/// One entry of a run's append-only log. Everything a person sees is a pure function of these; docs/run-format.md describes their JSON.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CallEvent), "call")]
[JsonDerivedType(typeof(SocketEvent), "socket")]
[JsonDerivedType(typeof(StateEvent), "state")]
[JsonDerivedType(typeof(SegmentEvent), "segment")]
[JsonDerivedType(typeof(StepEvent), "step")]
[JsonDerivedType(typeof(OutputEvent), "output")]
[JsonDerivedType(typeof(GapEvent), "gap")]
[JsonDerivedType(typeof(ClockEvent), "clock")]
[JsonDerivedType(typeof(NoteEvent), "note")]
[JsonDerivedType(typeof(EndEvent), "end")]
public abstract record RunEvent
{
    /// <summary>1, 2, 3, ... in the order of the log, without a hole; 0 until the lab has logged the event.</summary>
    [JsonPropertyOrder(-4)]
    public long Seq { get; init; }

    /// <summary>
    /// Nanoseconds (JSON: seconds). In the log: on the run's axis, 0 at the run's start, negative for what was there before.
    /// Between agent and lab: CLOCK_MONOTONIC of the agent's host.
    /// </summary>
    [JsonPropertyOrder(-3), JsonPropertyName("t"), JsonConverter(typeof(NanosecondsAsSeconds))]
    public long T { get; init; }

    /// <summary>The host it happened on, <c>client</c> or <c>server</c>; null for the lab's own events.</summary>
    [JsonPropertyOrder(-2)]
    public string? Host { get; init; }

    [JsonPropertyOrder(-1)]
    public EventSource Source { get; init; }
}

/// <summary>A system call that was made, whatever came of it: a failed call is data.</summary>
public sealed record CallEvent : RunEvent
{
    /// <summary>The scenario's step it belongs to; null for calls outside a step (Reset).</summary>
    public string? Step { get; init; }

    /// <summary>Which run of that step, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Its place among the step's calls, from 0; null for a call that no scenario lists (the read-back, an exit's close).</summary>
    public int? Index { get; init; }

    /// <summary>The lab's name of the socket: lfd, cfd, afd, rfd.</summary>
    public required string Socket { get; init; }

    /// <summary>accept4: the lab's name of the accepted socket; null for other calls.</summary>
    public string? Accepted { get; init; }

    /// <summary>The call's name in C's spelling: <c>bind</c>, <c>accept4</c>.</summary>
    public required string Call { get; init; }

    /// <summary>The arguments as strace prints them, without the parentheses.</summary>
    public required string Args { get; init; }

    /// <summary>What the call returned; -1 on failure.</summary>
    public long Result { get; init; }

    /// <summary>The error's name, EADDRINUSE; null on success.</summary>
    public string? Errno { get; init; }

    /// <summary>The error's number on that host; null on success.</summary>
    public int? ErrnoNumber { get; init; }

    /// <summary>strerror's text, <c>Address already in use</c>; null on success.</summary>
    public string? ErrnoText { get; init; }

    /// <summary>Nanoseconds from <see cref="RunEvent.T"/> (just before the call) to its return (JSON: seconds).</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Duration { get; init; }

    /// <summary>What else the caller must know, in a sentence; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>socket, accept4: the new socket's inode, by which the tables of sockets name it; 0 when unknown, and for other calls.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Inode { get; init; }

    /// <summary>The local address of the socket after the call (getsockname), where it has one.</summary>
    public Endpoint? Local { get; init; }

    /// <summary>The peer's address after the call (getpeername), where it has one.</summary>
    public Endpoint? Remote { get; init; }

    public bool Succeeded => Errno is null;
}

/// <summary>Which socket a row is of: listeners may share an address or follow one another between two looks, and only the inode tells them apart.</summary>
public readonly record struct SocketIdentity(string? Host, Endpoint Local, Endpoint Remote, ulong Listener);

/// <summary>A socket appeared (<see cref="From"/> null), changed, or went (<see cref="To"/> null); both equal when only its timer, queues or place were read anew.</summary>
public sealed record SocketEvent : RunEvent
{
    public required Endpoint Local { get; init; }

    /// <summary>The peer; for a listener the wildcard with port 0.</summary>
    public required Endpoint Remote { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TcpState? From { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TcpState? To { get; init; }

    /// <summary>The timer at <see cref="RunEvent.T"/>; null when none runs or the socket went.</summary>
    public SocketTimer? Timer { get; init; }

    /// <summary>Receive queue as /proc shows it: octets unread, for a listener connections not yet accepted.</summary>
    public uint RecvQ { get; init; }

    /// <summary>Send queue as /proc shows it: octets not acknowledged. (For a listener /proc shows 0 where ss shows the backlog.)</summary>
    public uint SendQ { get; init; }

    /// <summary>Retransmits of the timer that runs.</summary>
    public uint Retransmits { get; init; }

    public uint Uid { get; init; }

    /// <summary>The socket's inode; 0 once no process owns it.</summary>
    public ulong Inode { get; init; }

    /// <summary>The backlog of listen(), known from the agent's own call; null when unknown or not listening.</summary>
    public int? Backlog { get; init; }

    /// <summary>
    /// The last moment at which the source still said <see cref="From"/>: the change lies in (After, T]. Null when there was no earlier look.
    /// </summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long? After { get; init; }

    /// <summary>The line as read, without trailing blanks; null when the socket went.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Raw { get; init; }

    [JsonIgnore]
    public SocketIdentity Identity => new(Host, Local, Remote, (To ?? From) == TcpState.Listen ? Inode : 0);
}

[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus : byte
{
    [JsonStringEnumMemberName("started")] Started,

    /// <summary>All its calls were made; for a step whose result is the lesson (the rebind) also when one of them failed.</summary>
    [JsonStringEnumMemberName("done")] Done,

    /// <summary>A call failed that the next steps need; the step may be tried again.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>A step of the scenario began or ended.</summary>
public sealed record StepEvent : RunEvent
{
    public required string Step { get; init; }

    public int Attempt { get; init; }

    public StepStatus Status { get; init; }

    /// <summary>Why it failed, in a sentence; null otherwise.</summary>
    public string? Message { get; init; }
}

/// <summary>A line that a lesson's program printed.</summary>
public sealed record OutputEvent : RunEvent
{
    /// <summary>The program as one would start it, <c>./sv 1</c>.</summary>
    public required string Program { get; init; }

    public required string Text { get; init; }

    /// <summary>True when the program reports an error (perror).</summary>
    public bool Error { get; init; }
}

/// <summary>Something was lost on the way to the log.</summary>
public sealed record GapEvent : RunEvent
{
    /// <summary>How many events, lines or segments.</summary>
    public long Lost { get; init; }

    /// <summary>What was lost and why, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// True when what <paramref name="source"/> saw on <paramref name="host"/> may be among it: what was lost after the sources, by the agent's buffer or in the lab, may have been of any,
    /// and without a host of either.
    /// </summary>
    public bool Concerns(string host, EventSource source) =>
        Lost > 0 && (Host is null || Host == host) && (Source == source || Source is EventSource.Agent or EventSource.Lab);
}

[JsonConverter(typeof(JsonStringEnumConverter<NoteLevel>))]
public enum NoteLevel : byte
{
    [JsonStringEnumMemberName("info")] Info,
    [JsonStringEnumMemberName("warning")] Warning,
    [JsonStringEnumMemberName("alarm")] Alarm,
}

/// <summary>What a person must know beside the evidence: an agent left, a wait began, TIME-WAIT never came.</summary>
public sealed record NoteEvent : RunEvent
{
    /// <summary>A stable name for translations and programs, <c>agent-lost</c>.</summary>
    public required string Code { get; init; }

    public NoteLevel Level { get; init; }

    public required string Text { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome : byte
{
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>Every step was done.</summary>
    [JsonStringEnumMemberName("completed")] Completed,

    /// <summary>The server or an agent ended in the middle.</summary>
    [JsonStringEnumMemberName("interrupted")] Interrupted,

    /// <summary>Someone pressed Reset before every step was done.</summary>
    [JsonStringEnumMemberName("reset")] Reset,
}

/// <summary>The run's outcome is settled; the first of these counts, and later events (another rebind) may follow a completed one.</summary>
public sealed record EndEvent : RunEvent
{
    public Outcome Outcome { get; init; }

    /// <summary>Why, in a sentence; null where the outcome says it all.</summary>
    public string? Reason { get; init; }
}
