using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Something that is to be done outside the lab; what comes of it returns as a <see cref="LabInput"/>.</summary>
internal abstract record LabEffect;

/// <summary>Give an order to the agent of a connection.</summary>
internal sealed record GiveOrder(string Connection, AgentOrder Order) : LabEffect;

/// <summary>Bring <see cref="TimeCame"/> at that time of the monotonic clock, and no other; null for never.</summary>
internal sealed record WakeAt(long? At) : LabEffect;

/// <summary>Keep a new run; answered by <see cref="RunCreated"/> or <see cref="RunNotCreated"/>.</summary>
internal sealed record CreateRun(RunHeader Header) : LabEffect;

/// <summary>Keep these events; answered by <see cref="EventsStored"/> or <see cref="EventsNotStored"/>. One of each run is under way at a time.</summary>
internal sealed record StoreEvents(string Run, IReadOnlyList<RunEvent> Events) : LabEffect;

/// <summary>Mark a run as one that takes no more events; answered by <see cref="RunFinished"/> or <see cref="RunNotFinished"/>.</summary>
internal sealed record FinishRun(RunHeader Header, ScenarioProgress Progress) : LabEffect;

/// <summary>Tell the onlookers of stored events.</summary>
internal sealed record ShowEvents(RunBatch Batch) : LabEffect;

/// <summary>Tell the onlookers that <see cref="Lab.State"/> is another.</summary>
internal sealed record ShowState : LabEffect;

/// <summary>Tell the onlookers of the scenarios there are.</summary>
internal sealed record ShowScenarios(IReadOnlyList<Scenario> Scenarios) : LabEffect;

internal sealed record AnswerCommand(long Reply, LabReply Answer) : LabEffect;

internal sealed record AnswerAgent(long Reply, AgentWelcome Welcome) : LabEffect;

/// <param name="Reply">Of <see cref="AgentReported"/>.</param>
/// <param name="Held">The highest item number now held; -1 for a report that is not taken.</param>
internal sealed record AnswerReport(long Reply, long Held) : LabEffect;

/// <summary>A line of the server's own log.</summary>
internal sealed record WriteLog(LogLevel Level, Message Message, Exception? Fault = null) : LabEffect;
