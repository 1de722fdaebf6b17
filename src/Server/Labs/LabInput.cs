using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Something that happened to a lab. <see cref="Lab.Take"/> says what follows from it.</summary>
internal abstract record LabInput;

/// <summary>The moment of an input on both clocks.</summary>
/// <param name="Now">Nanoseconds of the server's monotonic clock.</param>
/// <param name="Wall">The wall clock, for display only.</param>
internal readonly record struct LabMoment(long Now, DateTimeOffset Wall);

/// <summary>Runs that an earlier server left unfinished; it comes first.</summary>
internal sealed record RunsLeft(IReadOnlyList<RunFile> Runs) : LabInput;

/// <param name="Connection">Names the link.</param>
/// <param name="Hello">What the agent announces.</param>
/// <param name="OnLabsClock">True when the host's CLOCK_MONOTONIC is the server's own.</param>
/// <param name="Reply">By which <see cref="AnswerAgent"/> answers.</param>
internal sealed record AgentCame(string Connection, AgentHello Hello, bool OnLabsClock, long Reply) : LabInput;

internal sealed record AgentWent(string Connection) : LabInput;

internal sealed record ClockMeasured(string Connection, ClockEstimate Clock) : LabInput;

internal sealed record AgentReported(string Connection, AgentReport Report, long Reply) : LabInput;

/// <param name="Command">What was asked.</param>
/// <param name="Wait">True to answer when it has ended, false when it has begun.</param>
/// <param name="Reply">By which <see cref="AnswerCommand"/> answers.</param>
internal sealed record CommandGiven(LabCommand Command, bool Wait, long Reply) : LabInput;

/// <summary>The time that <see cref="WakeAt"/> named has come.</summary>
internal sealed record TimeCame : LabInput;

/// <summary>What the last <see cref="StoreEvents"/> of that run had is stored.</summary>
internal sealed record EventsStored(string Run) : LabInput;

/// <param name="Run">Whose; the same in what follows.</param>
/// <param name="Why">What is wrong with the store.</param>
internal sealed record EventsNotStored(string Run, Message Why) : LabInput;

internal sealed record RunCreated(string Run) : LabInput;

internal sealed record RunNotCreated(string Run, Message Why) : LabInput;

internal sealed record RunFinished(string Run) : LabInput;

internal sealed record RunNotFinished(string Run, Message Why) : LabInput;

/// <summary>The store was made anew.</summary>
/// <param name="What">What became of the one before.</param>
/// <param name="Empty">True when nothing of any run is in it.</param>
internal sealed record StoreRenewed(Message What, bool Empty) : LabInput;

internal sealed record HostsModeChanged(HostsMode Mode, Message? Reason) : LabInput;

internal sealed record ScenariosChanged(IReadOnlyList<Scenario> Scenarios) : LabInput;

/// <summary>The server ends: what goes on is cut short, and the logs say so.</summary>
internal sealed record ServerEnds : LabInput;
