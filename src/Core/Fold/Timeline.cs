using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Everything a person sees of a run: a pure function of its log up to a cursor. Live is "cursor at the end".</summary>
public sealed record Timeline
{
    private readonly Lazy<IReadOnlyList<SocketNow>> _sockets;
    private Lazy<IReadOnlyList<Disagreement>> _disagreements;
    private readonly Lazy<RunVerdict> _rule;
    private readonly Func<ScenarioProgress, RunVerdict> _ruleOf;
    private readonly Lazy<IReadOnlyList<StepResult>> _results;
    private Timeline? _whole;

    internal Timeline(
        IReadOnlyList<RunEvent> log,
        IReadOnlyList<(RunResult Result, CallEvent Call)> deciding,
        SocketRows rows,
        IReadOnlyList<Disagreement> contradictions,
        IReadOnlyDictionary<string, long> told,
        Func<IReadOnlyList<RunEvent>, ScenarioProgress, RunVerdict> rule
    )
    {
        _sockets = new(rows.InTableOrder);
        _disagreements = new(() => Disagreement.Settled(contradictions, told, Gaps!));
        _rule = new(() => rule(log, Progress!));
        _ruleOf = progress => rule(log, progress);
        _results = new(() => StepResult.Collect(deciding, Rule.Made, Notes!));
    }

    /// <summary>What was settled when the run started.</summary>
    public required RunHeader Header { get; init; }

    /// <summary>The hosts in the lab's order.</summary>
    public required IReadOnlyList<Lane> Lanes { get; init; }

    /// <summary>In the order of the axis.</summary>
    public required IReadOnlyList<CallMark> Calls { get; init; }

    /// <summary>In the order of their begin.</summary>
    public required IReadOnlyList<StateBand> Bands { get; init; }

    /// <summary>Where bands begin, and where sockets went, in the order of the axis.</summary>
    public required IReadOnlyList<StateChange> Changes { get; init; }

    /// <summary>In the order they were sent.</summary>
    public required IReadOnlyList<Arrow> Arrows { get; init; }

    /// <summary>What the deciding steps came to, each attempt, in the order of the log.</summary>
    public IReadOnlyList<StepResult> Results => _results.Value;

    /// <summary>What the kernel's bind rule says of the binds and listens that were made, and of the next.</summary>
    public RunVerdict Rule => _rule.Value;

    /// <summary>
    /// What the rule says of the bind or listen of a step, were it added and carried out now; null where it makes none. Asked of a timeline of the whole log as
    /// it is now.
    /// </summary>
    public BindPreview? Preview(ScenarioStep step)
    {
        RunHeader header = Header with { Script = Header.Script with { Steps = [step] } };
        return _ruleOf(Progress with { Header = header, Steps = [new(step, StepReadiness.Ready, true, 0, null, null, null, -1)] }).Next;
    }

    /// <summary>One for each TIME-WAIT, in the order of their begin.</summary>
    public required IReadOnlyList<TimeWaitBar> TimeWaits { get; init; }

    /// <summary>Where two sources cannot both be right.</summary>
    public IReadOnlyList<Disagreement> Disagreements => _disagreements.Value;

    /// <summary>What the programs printed, in the order of the log.</summary>
    public required IReadOnlyList<OutputEvent> Output { get; init; }

    /// <summary>The rows of all hosts at the cursor.</summary>
    public IReadOnlyList<SocketNow> Sockets => _sockets.Value;

    /// <summary>In the order of the log.</summary>
    public required IReadOnlyList<NoteEvent> Notes { get; init; }

    /// <summary>What was lost, in the order of the log.</summary>
    public required IReadOnlyList<GapEvent> Gaps { get; init; }

    /// <summary>Where the run stands in its scenario at the cursor.</summary>
    public required ScenarioProgress Progress { get; init; }

    /// <summary>The last moment of the log, nanoseconds on the run's axis.</summary>
    public long End { get; init; }

    /// <summary>The first moment that a part of a run shows; the beginning of time for all of it.</summary>
    public long Begin { get; private init; } = long.MinValue;

    /// <summary>The moment at which such a part ends; the end of time where it ends with the run.</summary>
    public long Until { get; private init; } = long.MaxValue;

    /// <summary>The run that this is a part of.</summary>
    public Timeline Whole => _whole ?? this;

    /// <summary>How much was lost on the way to the log.</summary>
    public long Lost => Gaps.Sum(g => g.Lost);

    /// <summary>The last result: what the run has shown; null before the first.</summary>
    public StepResult? Verdict => Results.Count == 0 ? null : Results[^1];

    /// <summary>True while the lab repeats a step.</summary>
    public bool Repeating => Progress.Outcome is Outcome.Running or Outcome.Completed && StepResult.IsRepeating(Notes, long.MaxValue);

    /// <summary>True where what the lab does next is to wait: in a step, or before the first one of a run.</summary>
    public bool Waits => WaitAction is not null || WaitsForPort is not null;

    /// <summary>True where what it waits for is the end of TIME-WAIT.</summary>
    public bool WaitsForTimeWait => WaitAction is { For: WaitFor.Gone, State: "TIME-WAIT" } || WaitsForPort is not null;

    /// <summary>The host on which it waits; null where that is told by none, and where it does not.</summary>
    public string? WaitsOn => WaitAction is { } action ? Header.Script.HostOf(action) : WaitsForPort?.Host;

    private ScenarioAction? WaitAction =>
        Progress is { Outcome: Outcome.Running, Current: { Readiness: StepReadiness.Begun } current }
        && Progress.Next(current.Step.Id) is { Action: { Do: ActionKind.Wait } action }
            ? action
            : null;

    private NoteEvent? WaitsForPort =>
        Progress.Outcome == Outcome.Running && Progress.Steps.All(s => s.Attempt == 0) ? Notes.LastOrDefault(n => n.Code == NoteCodes.WaitingForPort) : null;

    /// <summary>What a program of the scenario, or the kernel for it, did beside calls.</summary>
    public required IReadOnlyList<ProgramEvent> Programs { get; init; }

    /// <summary>Sysctls and filters that were changed and put back, in the order of the log.</summary>
    public required IReadOnlyList<EnvironmentEvent> Environment { get; init; }

    /// <summary>What the run answers to the conditions of its scenario, with the states that were concluded.</summary>
    public RunFacts Facts => Progress.Facts with { Bands = Bands };

    /// <summary>The listener that was there for a connection to <paramref name="end"/>; null for none that was seen.</summary>
    /// <param name="host">The host that would have it.</param>
    /// <param name="end">Where the SYN went.</param>
    /// <param name="t">When, nanoseconds on the run's axis.</param>
    public StateBand? Listener(string host, TcpEndpoint end, long t) =>
        Bands.FirstOrDefault(b =>
            b.State == TcpState.Listen
            && b.Host == host
            && b.Covers(t)
            && b.Local.Port == end.Port
            && (b.Local.IsWildcard || b.Local.Unmapped().SameAddress(end.Unmapped()))
        );

    /// <summary>The rows of one host at the cursor.</summary>
    public IEnumerable<SocketNow> SocketsOf(string host) => Sockets.Where(s => s.Host == host);

    /// <summary>
    /// The part of it between two moments, the second excluded: what happened then, and the states that lasted. Sockets, results and progress are those of the
    /// whole.
    /// </summary>
    public Timeline Between(long from, long until) =>
        this with
        {
            _whole = Whole,
            _disagreements = new(() => [.. Disagreements.Where(d => d.T >= from && d.T < until)]),
            Begin = from,
            Until = until,
            End = until > End ? End : until - 1,
            Calls = Calls.Within(from, until, c => c.At),
            Arrows = Arrows.Within(from, until, a => a.Sent),
            Bands =
            [
                .. Bands.Take(Bands.Before(from, b => b.Begin)).Where(b => b.End is not { } end || end > from),
                .. Bands.Within(from, until, b => b.Begin),
            ],
            Changes = Changes.Within(from, until, c => c.T),
            TimeWaits = [.. TimeWaits.Where(w => w.Begin < until && (w.GoneAt is not { } gone || gone > from))],
            Programs = [.. Programs.Where(p => p.T >= from && p.T < until)],
            Environment = [.. Environment.Where(e => e.T >= from && e.T < until)],
            Gaps = [.. Gaps.Where(g => g.T >= from && g.T < until)],
        };

    /// <summary>Folds a log.</summary>
    /// <param name="header">What was settled at the start.</param>
    /// <param name="events">The log in order of seq.</param>
    /// <param name="until">The cursor: later events are left out; null for the whole log.</param>
    public static Timeline Fold(RunHeader header, IReadOnlyList<RunEvent> events, long? until = null)
    {
        var state = new FoldState(header, ClockSpread.Fold(events));
        foreach (RunEvent e in HostClocks.Place(events))
        {
            if (!(e.T > until))
                state.Append(e);
        }
        return state.Timeline((log, _) => BindChecks.Judge(header, log));
    }
}
