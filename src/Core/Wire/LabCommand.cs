using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// Something a browser or the API asks of a lab. A new one is one record here and one case in the lab; hubs and API hand it on without knowing it.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(StartRun), "start-run")]
[JsonDerivedType(typeof(RunStep), "run-step")]
[JsonDerivedType(typeof(NextAction), "next-action")]
[JsonDerivedType(typeof(AddAction), "add-action")]
[JsonDerivedType(typeof(PlayRun), "play")]
[JsonDerivedType(typeof(PauseRun), "pause")]
[JsonDerivedType(typeof(PredictRun), "predict")]
[JsonDerivedType(typeof(SkipWait), "skip-wait")]
[JsonDerivedType(typeof(RepeatStep), "repeat-step")]
[JsonDerivedType(typeof(StopRepeating), "stop-repeating")]
[JsonDerivedType(typeof(ResetRun), "reset")]
[JsonDerivedType(typeof(ChangePace), "pace")]
[JsonDerivedType(typeof(CheckHosts), "check")]
[JsonDerivedType(typeof(WatchPorts), "watch-ports")]
[JsonDerivedType(typeof(TryCells), "try-cells")]
[JsonDerivedType(typeof(StopCells), "stop-cells")]
public abstract record LabCommand;

/// <summary>Opens a run.</summary>
public sealed record StartRun : LabCommand
{
    /// <summary>The scenario's id; null where <see cref="Script"/> is given.</summary>
    public string? Scenario { get; init; }

    /// <summary>A whole scenario, run once and kept in the run; null where <see cref="Scenario"/> names one.</summary>
    public Scenario? Script { get; init; }

    /// <summary>Values other than their defaults.</summary>
    public IReadOnlyDictionary<string, Scalar>? Values { get; init; }

    /// <summary>Ports other than their defaults.</summary>
    public IReadOnlyDictionary<string, int>? Ports { get; init; }

    /// <summary>Milliseconds between two actions, 0 to <see cref="Limits.MaxPauseMs"/>; null for the scenario's.</summary>
    public int? PauseMs { get; init; }

    /// <summary>Play all steps at once.</summary>
    public bool Play { get; init; }
}

/// <summary>Carries out the rest of a step's actions, pausing between them.</summary>
public sealed record RunStep(string Run, string Step) : LabCommand;

/// <summary>Carries out the next action only.</summary>
public sealed record NextAction(string Run) : LabCommand;

/// <summary>Makes a call that a person chose, in a run without a script (<see cref="FreePlay"/>).</summary>
public sealed record AddAction(string Run, ScenarioAction Action) : LabCommand;

/// <summary>Runs every step that is left.</summary>
public sealed record PlayRun(string Run) : LabCommand;

/// <summary>Stops <see cref="RunStep"/> and <see cref="PlayRun"/> between two actions; what is left of the step can be gone on with.</summary>
public sealed record PauseRun(string Run) : LabCommand;

/// <summary>Writes into the log what a person expects, before the step that the scenario's question is about.</summary>
/// <param name="Run">The run.</param>
/// <param name="Choice">One of the question's choices, by its id.</param>
public sealed record PredictRun(string Run, string Choice) : LabCommand;

/// <summary>Destroys the run's TIME-WAIT sockets where the hosts may (SOCK_DESTROY), an intervention that the log shows.</summary>
public sealed record SkipWait(string Run) : LabCommand;

/// <summary>After a deciding step that ended with EADDRINUSE: runs it again once a second until it ends otherwise, is stopped, or 70 s have passed.</summary>
public sealed record RepeatStep(string Run) : LabCommand;

/// <summary>Stops <see cref="RepeatStep"/> between two attempts.</summary>
public sealed record StopRepeating(string Run) : LabCommand;

/// <summary>
/// Ends a run on every host: its sockets, programs and changes, and what it left in TIME-WAIT where the hosts may; then puts it away. Null for every open run.
/// </summary>
public sealed record ResetRun(string? Run = null) : LabCommand;

/// <summary>Milliseconds between two actions of an open run.</summary>
public sealed record ChangePace(string Run, int PauseMs) : LabCommand;

/// <summary>Checks the hosts anew, side by side; what came of it is in <see cref="LabState.Check"/>.</summary>
public sealed record CheckHosts : LabCommand;

/// <summary>The ports to watch while no run is open; the first is the one that checks are about.</summary>
public sealed record WatchPorts(IReadOnlyList<int> Ports) : LabCommand;

/// <summary>
/// Has the kernel of the port's host fill cells of the matrix; what came of them is in <see cref="MatrixView"/>, and how far it is in
/// <see cref="LabState.Matrix"/>. One trial goes on at a time.
/// </summary>
public sealed record TryCells : LabCommand
{
    /// <summary>Most cells that one command names.</summary>
    public const int MaxNamed = 256;

    /// <summary>Which set; null where <see cref="Cells"/> names them.</summary>
    public CellSet? Set { get; init; }

    /// <summary>1 to <see cref="MaxNamed"/> cells; null where <see cref="Set"/> says which.</summary>
    public IReadOnlyList<MatrixCell>? Cells { get; init; }
}

/// <summary>A set of cells with a name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CellSet>))]
public enum CellSet : byte
{
    /// <summary><see cref="MatrixCell.Basic"/>: TIME-WAIT is left, both at the same address.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary><see cref="MatrixCell.All"/>.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>Stops <see cref="TryCells"/>; what was tried stays.</summary>
public sealed record StopCells : LabCommand;

/// <summary>How a lab takes what was asked of it: an expected failure is a value.</summary>
/// <param name="Refusal">What is wrong and what to do; null when it was done or begun.</param>
/// <param name="Run">The run it was about.</param>
public sealed record LabReply(Message? Refusal, string? Run = null)
{
    /// <summary>
    /// The lab's version once this was answered: an older <see cref="LabState"/> does not show yet what was done. 0 where the caller is no browser.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Version { get; init; }

    /// <summary>True when it was done or begun.</summary>
    [JsonIgnore]
    public bool Ok => Refusal is null;

    /// <summary>It was done, or begun.</summary>
    public static LabReply Done(string? run) => new(null, run);
}
