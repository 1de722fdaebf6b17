using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Server.Runs.Export.ByHand;

/// <summary>Something that one does by hand.</summary>
/// <param name="Step">The scenario's step it belongs to.</param>
/// <param name="Attempt">Which run of that step, from 1.</param>
internal abstract record HandAct(string Step, int Attempt);

/// <summary>A program makes its next calls: it is started, or Enter is pressed in its terminal.</summary>
/// <param name="Step">The scenario's step it belongs to.</param>
/// <param name="Attempt">Which run of that step, from 1.</param>
/// <param name="Program">Which.</param>
/// <param name="First">True where it is started.</param>
/// <param name="Does">Calls, forks and at most one end, in their order.</param>
internal sealed record HandTurn(string Step, int Attempt, HandProgram Program, bool First, List<RunEvent> Does) : HandAct(Step, Attempt);

/// <summary>A program is ended from outside.</summary>
/// <param name="Step">The scenario's step it belongs to.</param>
/// <param name="Attempt">Which run of that step, from 1.</param>
/// <param name="Host">Where, by its role.</param>
/// <param name="Program">Which; null for a child.</param>
/// <param name="Child">The child's id, by which its parent printed its number; null for a program.</param>
/// <param name="Hard">True for kill -9.</param>
internal sealed record HandKill(string Step, int Attempt, string Host, HandProgram? Program, string? Child, bool Hard) : HandAct(Step, Attempt)
{
    /// <summary>As one types it.</summary>
    public string Command => $"kill {(Hard ? "-9 " : "")}{(Program is { } program ? $"$(pidof {program.Name})" : Child?.ToUpperInvariant())}";
}

/// <summary>A shell command: a sysctl, a filter.</summary>
internal sealed record HandCommand(string Step, int Attempt, string Host, string Command) : HandAct(Step, Attempt);

/// <summary>One waits, and looks at the sockets meanwhile.</summary>
internal sealed record HandWait(string Step, int Attempt, ScenarioAction For) : HandAct(Step, Attempt);

/// <summary>One start of one of the lesson's programs.</summary>
/// <param name="Id">Its id in the scenario.</param>
/// <param name="Instance">How often it was started by then, from 1.</param>
/// <param name="Host">Where it runs, by its role.</param>
internal sealed record HandProgram(string Id, int Instance, string Host)
{
    /// <summary>Its turns, in their order.</summary>
    public List<HandTurn> Turns { get; } = [];

    /// <summary>The name of its source without <c>.c</c>: the same for starts that make the same calls, as far as each goes.</summary>
    public string Name { get; set; } = Id;
}

/// <summary>A run as one repeats it by hand: programs that make the run's calls, turn by turn, and what is done in a shell between them.</summary>
internal sealed class HandPlay
{
    private readonly RunFile _run;
    private readonly Dictionary<string, HandProgram> _now = [];
    private HandTurn? _turn;

    private HandPlay(RunFile run) => _run = run;

    /// <summary>In their order.</summary>
    public List<HandAct> Acts { get; } = [];

    /// <summary>Every start of a program, in their order.</summary>
    public List<HandProgram> Programs { get; } = [];

    /// <summary>The sources: of starts that share one, the longest.</summary>
    public IReadOnlyList<HandProgram> Sources => [.. Programs.GroupBy(p => p.Name).Select(same => same.MaxBy(p => Calls(p).Count())!)];

    /// <summary>How a run is repeated by hand; null where that takes more than programs that make one call after the other.</summary>
    public static HandPlay? Of(RunFile run)
    {
        var play = new HandPlay(run);
        if (run.Script.Programs.Any(p => p.Uid is not null) || run.Events.Any(play.NeedsTheLab))
            return null;
        string step = "";
        int attempt = 0;
        foreach (RunEvent e in run.Events)
        {
            if (e is StepEvent { Status: StepStatus.Started } begun)
                (step, attempt) = (begun.Step, begun.Attempt);
            if (attempt > 0)
                play.Take(e, step, attempt);
        }
        play.NameSources();
        return play.Programs.Count > 0 ? play : null;
    }

    // A call that waits while others go on, or that the agent cut off, is no line of a plain program.
    private bool NeedsTheLab(RunEvent e) => e is CallEvent { Step: { } step, Index: { } index } call
        && (call.Remark is not null || _run.Script.FindStep(step)?.Actions.ElementAtOrDefault(index) is not { Background: false }) || e is NoteEvent { Code: NoteCodes.Repeating };

    private void Take(RunEvent e, string step, int attempt)
    {
        switch (e)
        {
            case ProgramEvent { Change: ProgramChange.Started } started:
                _now[started.Program] = new(started.Program, started.Instance, started.Host ?? "");
                _turn = null;
                break;
            case CallEvent { Program: { } program, Index: not null } when _now.TryGetValue(program, out HandProgram? of):
                Do(of, step, attempt, e);
                break;
            case ProgramEvent { Change: ProgramChange.Forked } forked when _now.TryGetValue(forked.Program, out HandProgram? parent):
                Do(parent, step, attempt, forked);
                break;
            case ProgramEvent { Change: ProgramChange.Exited } exited when _now.Remove(exited.Program, out HandProgram? over):
                Do(over, step, attempt, exited);
                break;
            case ProgramEvent { Change: ProgramChange.Exited or ProgramChange.Killed } gone:
                bool known = _now.Remove(gone.Program, out HandProgram? ended);
                Between(new HandKill(step, attempt, gone.Host ?? "", ended, known ? null : gone.Program, gone.Change == ProgramChange.Killed));
                break;
            case EnvironmentEvent { Change: EnvironmentChange.Made } made:
                Between(new HandCommand(step, attempt, made.Host ?? "", made.What == "sysctl" ? $"sysctl -w {made.Name}='{made.Value}'" : made.Value ?? $"{made.What} {made.Name}"));
                break;
            case ActionEvent action when _run.Script.FindStep(action.Step)?.Actions.ElementAtOrDefault(action.Index) is { Do: ActionKind.Wait } wait:
                Between(new HandWait(step, attempt, wait));
                break;
            default:
                break;
        }
    }

    private void Do(HandProgram program, string step, int attempt, RunEvent what)
    {
        if (_turn is null || _turn.Program != program || (_turn.Step, _turn.Attempt) != (step, attempt))
        {
            _turn = new(step, attempt, program, program.Turns.Count == 0, []);
            if (_turn.First)
                Programs.Add(program);
            program.Turns.Add(_turn);
            Acts.Add(_turn);
        }
        _turn.Does.Add(what);
    }

    private void Between(HandAct act)
    {
        _turn = null;
        Acts.Add(act);
    }

    private void NameSources()
    {
        foreach (IGrouping<string, HandProgram> starts in Programs.GroupBy(p => p.Id))
        {
            HandProgram[] sources = [];
            foreach (HandProgram start in starts.OrderByDescending(p => Calls(p).Count()))
            {
                if (sources.FirstOrDefault(s => Calls(s).Take(Calls(start).Count()).SequenceEqual(Calls(start))) is { } same)
                {
                    start.Name = same.Name;
                    continue;
                }
                start.Name = sources.Length == 0 ? start.Id : $"{start.Id}{sources.Length + 1}";
                sources = [.. sources, start];
            }
        }
    }

    // What its source does: each call with what it is given, and where it waits for Enter.
    private static IEnumerable<string> Calls(HandProgram program) => program.Turns.SelectMany(t => t.Does.Select((e, i) => $"{(i == 0 ? "|" : "")}{(e is CallEvent call ? CSource.Call(call, p => p) : e.GetType().Name)}"));
}
