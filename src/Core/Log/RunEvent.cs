using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// One entry of a run's append-only log. Everything a person sees is a pure function of these; docs/run-format.md describes their JSON.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CallEvent), "call")]
[JsonDerivedType(typeof(ProgramEvent), "program")]
[JsonDerivedType(typeof(EnvironmentEvent), "environment")]
[JsonDerivedType(typeof(SocketEvent), "socket")]
[JsonDerivedType(typeof(StateEvent), "state")]
[JsonDerivedType(typeof(SegmentEvent), "segment")]
[JsonDerivedType(typeof(AddedEvent), "added")]
[JsonDerivedType(typeof(StepEvent), "step")]
[JsonDerivedType(typeof(ActionEvent), "action")]
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

    /// <summary>The host it happened on, by its role in the lab; null for the lab's own events.</summary>
    [JsonPropertyOrder(-2)]
    public string? Host { get; init; }

    /// <summary>Where the knowledge comes from (<see cref="EvidenceSource"/>).</summary>
    [JsonPropertyOrder(-1)]
    public string Source
    {
        get => field ?? EvidenceSource.Lab;
        init;
    }
}

/// <summary>A system call that was made, whatever came of it: a failed call is data.</summary>
public sealed record CallEvent : RunEvent
{
    /// <summary>The scenario's step it belongs to; null for calls outside a step (Reset).</summary>
    public string? Step { get; init; }

    /// <summary>Which run of that step, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Its place among the step's actions, from 0; null for a call that no scenario lists (the read-back, what a program's end closes).</summary>
    public int? Index { get; init; }

    /// <summary>The program that made it, by its id in the scenario; null for none.</summary>
    public string? Program { get; init; }

    /// <summary>The name of the socket in the scenario: lfd, cfd, afd, rfd.</summary>
    public required string Socket { get; init; }

    /// <summary>accept4: the name of the accepted socket; null for other calls.</summary>
    public string? Accepted { get; init; }

    /// <summary>The call's name in C's spelling: <c>bind</c>, <c>accept4</c>.</summary>
    public required string Call { get; init; }

    /// <summary>What the call was given, and what it gave back.</summary>
    public required CallArguments Args { get; init; }

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

    /// <summary>What else the caller must know; null for nothing.</summary>
    public Message? Remark { get; init; }

    /// <summary>socket, accept4: the new socket's inode, by which the tables of sockets name it; 0 when unknown, and for other calls.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Inode { get; init; }

    /// <summary>The local address of the socket after the call (getsockname), where it has one.</summary>
    public TcpEndpoint? Local { get; init; }

    /// <summary>The peer's address after the call (getpeername), where it has one.</summary>
    public TcpEndpoint? Remote { get; init; }

    /// <summary>True when the call returned without an error.</summary>
    [JsonIgnore]
    public bool Succeeded => Errno is null;
}

/// <summary>What became of a program.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProgramChange>))]
public enum ProgramChange : byte
{
    /// <summary>It began; it has no socket yet.</summary>
    [JsonStringEnumMemberName("started")]
    Started,

    /// <summary>It forked; <see cref="ProgramEvent.Child"/> keeps sockets.</summary>
    [JsonStringEnumMemberName("forked")]
    Forked,

    /// <summary>exit(3): the kernel closed its sockets.</summary>
    [JsonStringEnumMemberName("exited")]
    Exited,

    /// <summary>kill -9: the kernel closed its sockets.</summary>
    [JsonStringEnumMemberName("killed")]
    Killed,
}

/// <summary>A program of the scenario began or ended.</summary>
public sealed record ProgramEvent : RunEvent
{
    /// <summary>Its id in the scenario.</summary>
    public required string Program { get; init; }

    /// <summary>How often it was started, from 1.</summary>
    public int Instance { get; init; }

    /// <summary>What became of it.</summary>
    public ProgramChange Change { get; init; }

    /// <summary>The command line as one would type it, <c>./sv 1</c>; null but where it started.</summary>
    public string? Command { get; init; }

    /// <summary>forked: the child's id in the scenario.</summary>
    public string? Child { get; init; }

    /// <summary>The sockets that it kept (forked) or that the kernel closed at its end, by name, in that order.</summary>
    public IReadOnlyList<string> Sockets
    {
        get => field ?? [];
        init;
    }

    /// <summary>The real process; null where the agent itself stands for the program.</summary>
    public int? Pid { get; init; }
}

/// <summary>What became of a change to the host's own namespace.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EnvironmentChange>))]
public enum EnvironmentChange : byte
{
    /// <summary>The kernel has it from now on.</summary>
    [JsonStringEnumMemberName("made")]
    Made,

    /// <summary>It is as it was before.</summary>
    [JsonStringEnumMemberName("undone")]
    Undone,

    /// <summary>The kernel refused; <see cref="EnvironmentEvent.Reason"/> says what.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>Something of the host's own namespace was changed for the run, or put back: a sysctl, a packet filter.</summary>
public sealed record EnvironmentEvent : RunEvent
{
    /// <summary><c>sysctl</c>, <c>drop</c>, <c>reject</c> or <c>delay</c>.</summary>
    public required string What { get; init; }

    /// <summary>A sysctl's name, or the filter's name in the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>What became of it.</summary>
    public EnvironmentChange Change { get; init; }

    /// <summary>The value it has now, or the command that was made.</summary>
    public string? Value { get; init; }

    /// <summary>The value before; null for a filter.</summary>
    public string? Before { get; init; }

    /// <summary>Segments the filter has met, where it is undone; null where nobody counted.</summary>
    public long? Met { get; init; }

    /// <summary>Why it was refused; null otherwise.</summary>
    public Message? Reason { get; init; }
}

/// <summary>Which socket a row is of: listeners may share an address or follow one another between two looks, and only the inode tells them apart.</summary>
public readonly record struct SocketIdentity(string? Host, TcpEndpoint Local, TcpEndpoint Remote, ulong Listener);

/// <summary>
/// A socket appeared (<see cref="From"/> null), changed, or went (<see cref="To"/> null); both equal when only its timer, queues or place were read anew.
/// </summary>
public sealed record SocketEvent : RunEvent
{
    /// <summary>The socket's own end.</summary>
    public required TcpEndpoint Local { get; init; }

    /// <summary>The peer; for a listener the wildcard with port 0.</summary>
    public required TcpEndpoint Remote { get; init; }

    /// <summary>The state at the look before; null where the socket was not there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public TcpState? From { get; init; }

    /// <summary>The state now; null where the socket went.</summary>
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

    /// <summary>The owner as /proc shows it: 0 for every socket in TIME-WAIT.</summary>
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

    /// <summary>Which socket it is, for telling readings of one from those of another.</summary>
    [JsonIgnore]
    public SocketIdentity Identity => new(Host, Local, Remote, (To ?? From) == TcpState.Listen ? Inode : 0);
}

/// <summary>What became of a step.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus : byte
{
    /// <summary>An attempt began.</summary>
    [JsonStringEnumMemberName("started")]
    Started,

    /// <summary>All its actions were carried out, or a deciding call failed, which is the step's result.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>A call failed that the next steps need; the step may be tried again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A step of the scenario began or ended.</summary>
public sealed record StepEvent : RunEvent
{
    /// <summary>The step's id in the scenario.</summary>
    public required string Step { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Whether it began, was done, or failed.</summary>
    public StepStatus Status { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public Message? Reason { get; init; }
}

/// <summary>An action of a step that is no call was carried out: a program was started or ended, a wait was over, the environment changed.</summary>
public sealed record ActionEvent : RunEvent
{
    /// <summary>With what a reader of JSON takes where it finds none: an initializer's it does not know.</summary>
    /// <param name="done">The default.</param>
    [JsonConstructor]
    public ActionEvent(bool done = true) => Done = done;

    /// <summary>The step's id in the scenario.</summary>
    public required string Step { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public int Attempt { get; init; }

    /// <summary>Its place among the step's actions, from 0.</summary>
    public int Index { get; init; }

    /// <summary>False where a wait came to its limit first, or the environment could not be changed.</summary>
    public bool Done { get; init; }

    /// <summary>Why not; null otherwise.</summary>
    public Message? Reason { get; init; }
}

/// <summary>A line that a program of the scenario printed.</summary>
public sealed record OutputEvent : RunEvent
{
    /// <summary>The program's id in the scenario.</summary>
    public required string Program { get; init; }

    /// <summary>The line without its end.</summary>
    public required string Text { get; init; }

    /// <summary>True when the program reports an error (perror).</summary>
    public bool Error { get; init; }
}

/// <summary>Something was lost on the way to the log.</summary>
public sealed record GapEvent : RunEvent
{
    /// <summary>How many events, lines or segments.</summary>
    public long Lost { get; init; }

    /// <summary>What was lost and why.</summary>
    public required Message Reason { get; init; }

    /// <summary>
    /// True when what <paramref name="source"/> saw on <paramref name="host"/> may be among it: what was lost after the sources, by the agent's buffer or in
    /// the lab, may have been of any,
    /// and without a host of either.
    /// </summary>
    public bool Concerns(string host, string source) =>
        Lost > 0 && (Host is null || Host == host) && (Source == source || Source is EvidenceSource.Agent or EvidenceSource.Lab);
}

/// <summary>How much a note matters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NoteLevel>))]
public enum NoteLevel : byte
{
    /// <summary>Good to know.</summary>
    [JsonStringEnumMemberName("info")]
    Info,

    /// <summary>The run shows less than it could, or something else.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The rule and the kernel disagree: one of the two is not understood.</summary>
    [JsonStringEnumMemberName("alarm")]
    Alarm,
}

/// <summary>What a person must know beside the evidence: an agent left, a wait began, TIME-WAIT never came.</summary>
public sealed record NoteEvent : RunEvent
{
    /// <summary>What it says; its code is one of <see cref="NoteCodes"/>.</summary>
    public required Message Message { get; init; }

    /// <summary>How much it matters.</summary>
    public NoteLevel Level { get; init; }

    /// <summary>The code of <see cref="Message"/>, one of <see cref="NoteCodes"/>.</summary>
    [JsonIgnore]
    public string Code => Message.Code;
}

/// <summary>How a run ended, or that it goes on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome : byte
{
    /// <summary>It goes on.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Every step was done.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>The server or an agent ended in the middle.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>Someone pressed Reset before every step was done.</summary>
    [JsonStringEnumMemberName("reset")]
    Reset,
}

/// <summary>The run's outcome is settled; the first of these counts, and later events (another rebind) may follow a completed one.</summary>
public sealed record EndEvent : RunEvent
{
    /// <summary>How it ended; never <see cref="Outcome.Running"/>.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>Why; null where the outcome says it all.</summary>
    public Message? Reason { get; init; }
}
