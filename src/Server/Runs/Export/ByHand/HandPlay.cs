using System.Globalization;
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
    /// <remarks>Of a program the oldest: a child that it forked has its name too.</remarks>
    public string Command => $"kill {(Hard ? "-9 " : "")}{(Program is { } program ? $"$(pgrep -ox {program.Name})" : Child?.ToUpperInvariant())}";
}

/// <summary>A shell command: a sysctl that is set, or put back.</summary>
internal sealed record HandCommand(string Step, int Attempt, string Host, string Command) : HandAct(Step, Attempt);

/// <summary>One waits, and looks at the sockets meanwhile.</summary>
internal sealed record HandWait(string Step, int Attempt, ScenarioAction For) : HandAct(Step, Attempt);

/// <summary>One start of one of the lesson's programs.</summary>
/// <param name="Id">Its id in the scenario.</param>
/// <param name="Instance">How often it was started by then, from 1.</param>
/// <param name="Host">Where it runs, by its role.</param>
/// <param name="File">What the command line that is shown calls it, without its directory.</param>
internal sealed record HandProgram(string Id, int Instance, string Host, string File)
{
    /// <summary>Its turns, in their order.</summary>
    public List<HandTurn> Turns { get; } = [];

    /// <summary>The name of its source without <c>.c</c>: the same for starts that make the same calls, as far as each goes.</summary>
    public string Name { get; set; } = File;
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

    // A call that waits while others go on, or that the agent cut off, is no line of a plain program, and what drops and delays segments no command of one
    // line.
    private bool NeedsTheLab(RunEvent e) =>
        e is EnvironmentEvent { What: not "sysctl" } or NoteEvent { Code: NoteCodes.Repeating }
        || e is CallEvent { Step: { } step, Index: { } index } call
            && (call.Remark is not null || _run.Script.FindStep(step)?.Actions.ElementAtOrDefault(index) is not { Background: false });

    private void Take(RunEvent e, string step, int attempt)
    {
        switch (e)
        {
            case ProgramEvent { Change: ProgramChange.Started } started:
                _now[started.Program] = new(started.Program, started.Instance, started.Host ?? "", FileOf(started));
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
            case EnvironmentEvent { Change: not EnvironmentChange.Refused } change:
                Between(new HandCommand(step, attempt, change.Host ?? "", $"sysctl -w {change.Name}='{change.Value}'"));
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

    // A name of a person's own file may be anything; a source's is one that every shell and pgrep takes.
    private static string FileOf(ProgramEvent started)
    {
        string file = Path.GetFileName(started.Command?.Split(' ')[0] ?? "");
        return file is { Length: > 0 and <= 12 } && file.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9') ? file : started.Program;
    }

    private void NameSources()
    {
        foreach (IGrouping<(string, string), HandProgram> starts in Programs.GroupBy(p => (p.Host, p.File)))
        {
            HandProgram[] sources = [];
            foreach (HandProgram start in starts.OrderByDescending(p => Calls(p).Count()))
            {
                if (sources.FirstOrDefault(s => Calls(s).Take(Calls(start).Count()).SequenceEqual(Calls(start))) is { } same)
                {
                    start.Name = same.Name;
                    continue;
                }
                // No program's own name has a line in it.
                start.Name = sources.Length == 0 ? start.File : $"{start.File}_{sources.Length + 1}";
                sources = [.. sources, start];
            }
        }
        // Two hosts may call different programs the same.
        foreach (HandProgram other in Programs.GroupBy(p => p.Name).SelectMany(same => same.GroupBy(p => p.Host).Skip(1).SelectMany(p => p)))
            other.Name = $"{other.Name}_{other.Host}";
    }

    // What its source does: each call with what it is given, its sockets by their order, what becomes of it where it fails, and where it waits for Enter. A
    // call that ends it is its end.
    private IEnumerable<string> Calls(HandProgram program)
    {
        var sockets = new Dictionary<string, string>();
        string Place(string socket) =>
            sockets.TryGetValue(socket, out string? place) ? place : sockets[socket] = string.Create(CultureInfo.InvariantCulture, $"s{sockets.Count}");
        bool over = false;
        foreach (HandTurn turn in program.Turns)
        {
            for (int i = 0; i < turn.Does.Count && !over; i++)
            {
                string wait = i == 0 ? "|" : "";
                switch (turn.Does[i])
                {
                    case CallEvent call:
                        bool exits = CSource.ExitsOnError(call, _run);
                        yield return $"{wait}{CSource.Call(call with { Socket = Place(call.Socket), Accepted = call.Accepted is { } accepted ? Place(accepted) : null }, p => p)} {exits}";
                        over = exits && !call.Succeeded;
                        break;
                    case ProgramEvent { Change: ProgramChange.Forked } forked:
                        yield return $"{wait}fork {string.Join(' ', forked.Sockets.Select(Place))}";
                        break;
                    default:
                        yield return $"{wait}exit";
                        break;
                }
            }
        }
    }
}
