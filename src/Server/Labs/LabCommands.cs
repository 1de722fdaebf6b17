using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs.Activities;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What browsers and the API ask of a lab: one case for each command.</summary>
internal sealed class LabCommands(Lab lab)
{
    public void CarryOut(CommandGiven given)
    {
        switch (given.Command)
        {
            case StartRun start:
                Start(start, given);
                break;
            case RunStep step when Open(step.Run, given) is { } run:
                Step(run, step.Step, given);
                break;
            case NextAction next when Open(next.Run, given) is { } run:
                if (run.Progress.Current is { Step.Id: var current } && run.Progress.Next(current) is not null)
                    Do(run, current, new DoingStep(lab, run, current, StepPace.One), given);
                else
                    Answer(given, LabRefusals.Nothing(run.Id));
                break;
            case AddAction added when Open(added.Run, given) is { } run:
                Add(run, added.Action, given);
                break;
            case PlayRun play when Open(play.Run, given) is { } run:
                if (run.Progress.Steps.Any(s => s.Readiness != StepReadiness.Done && (s.MayRun || s.Why == BlockedBecause.EarlierStep)))
                    Do(run, null, new Playing(lab, run), given);
                else
                    Answer(given, LabRefusals.Nothing(run.Id));
                break;
            case PauseRun pause when Found(pause.Run, given) is { } run:
                run.Doing?.Pause();
                WhenIdle(run, given, () => LabReply.Done(run.Id));
                break;
            case PredictRun predict when Found(predict.Run, given) is { } run:
                if (run.Over is not null)
                {
                    Answer(given, LabRefusals.RunIsOver(run.Id));
                    break;
                }
                if (LabRefusals.Prediction(run.Progress, predict.Choice, run.Predictions) is { } not)
                {
                    Answer(given, LabRefusals.Refuse(run.Id, not));
                    break;
                }
                run.Predictions++;
                run.Append(
                    new NoteEvent
                    {
                        T = run.T(lab.Now),
                        Message = Message.Of(
                            NoteCodes.Predicted,
                            ("choice", predict.Choice),
                            ("text", run.Header.Script.Question!.Choices.First(c => c.Id == predict.Choice).Text)
                        ),
                    }
                );
                lab.WhenShown(() => Answer(given, LabReply.Done(run.Id)));
                break;
            case SkipWait skip when Open(skip.Run, given, during: r => r.Doing is Repeating or Playing or DoingStep && r.Beside is null) is { } run:
                Skip(run, given);
                break;
            case RepeatStep repeat when Open(repeat.Run, given) is { } run:
                if (Repeated(run) is { } again)
                    Do(run, null, new Repeating(lab, run, again), given);
                else
                    Answer(given, LabRefusals.NothingInUse(run.Id));
                break;
            case StopRepeating stop when Found(stop.Run, given) is { } run:
                (run.Doing as Repeating)?.Stop();
                WhenIdle(run, given, () => LabReply.Done(run.Id));
                break;
            case ResetRun { Run: { } id } when Found(id, given) is { } run:
                Reset([run], given);
                break;
            case ResetRun { Run: null }:
                Reset([.. lab.Runs.Where(r => !r.Closing)], given);
                break;
            case ChangePace pace when Found(pace.Run, given) is { } run:
                if (LabRefusals.Pause(pace.PauseMs) is { } wrong)
                {
                    Answer(given, LabRefusals.Refuse(run.Id, wrong));
                    break;
                }
                run.PauseMs = pace.PauseMs;
                lab.Changed();
                Answer(given, LabReply.Done(run.Id));
                break;
            case CheckHosts:
                lab.Checks.Ask(() => Answer(given, LabReply.Done(null)));
                break;
            case WatchPorts watch:
                Watch(watch.Ports, given);
                break;
            case TryCells cells:
                Try(cells, given);
                break;
            case StopCells:
                lab.Matrix.Stop();
                lab.Matrix.WhenIdle(() => Answer(given, LabReply.Done(null)));
                break;
            case RunStep or NextAction or AddAction or PlayRun or PauseRun or PredictRun or SkipWait or RepeatStep or StopRepeating or ResetRun or ChangePace:
                // Refused above.
                break;
            default:
                Answer(given, new(Message.Of(LabRefusals.UnknownCommand, ("command", given.Command.GetType().Name))));
                break;
        }
    }

    private void Start(StartRun request, CommandGiven given)
    {
        Scenario? script = request.Script ?? lab.Scenarios.FirstOrDefault(s => s.Id == request.Scenario);
        if (script is null)
        {
            Answer(given, new(LabRefusals.Scenario(request.Scenario, lab.Scenarios)));
            return;
        }
        if (request.Script is not null && ScenarioReader.Check(request.Script) is var read)
        {
            if (read.Scenario is null)
            {
                Answer(given, new(read.Faults.First(f => !f.Warning).Problem));
                return;
            }
            script = read.Scenario;
        }
        if (RunPlan.TryMake(request, script, out Message? fault) is not { } plan || (fault = Hinders(plan)) is not null)
        {
            Answer(given, new(fault));
            return;
        }
        var starting = new StartingRun(lab, plan);
        starting.Begin(() =>
        {
            if (starting.Run is not { } run)
                Answer(given, new(starting.Refusal ?? new(LabRefusals.Fault)));
            else if (request.Play)
                Do(run, null, new Playing(lab, run), given);
            else
                lab.WhenShown(() => Answer(given, LabReply.Done(run.Id)));
        });
    }

    private Message? Hinders(RunPlan plan)
    {
        if (lab.StoreFull)
            return LabRefusals.CannotStore();
        string[] missing = [.. lab.Seats.Select(s => s.Name).Union(plan.Roles).Where(r => plan.Roles.Contains(r) && !lab.Seat(r).Ready)];
        if (missing.Length > 0)
            return LabRefusals.Missing(missing);
        if (ScenarioNeeds.Missing(plan.Script, [.. lab.Seats.Where(s => s.Ready).Select(s => s.Facts!)], lab.Mode) is [var lacking, ..])
            return lacking;
        foreach (int port in plan.Ports.Values)
        {
            if (lab.Starting.Any(s => s.Ports.Contains(port)))
                return LabRefusals.PortIsTaken(port, "");
            if (lab.Runs.FirstOrDefault(r => r.Ports.Contains(port) && (r.Closing || r.Over is null && r.Progress.Outcome == Outcome.Running)) is { } run)
                return LabRefusals.PortIsTaken(port, run.Id);
        }
        bool full =
            lab.Runs.Count + lab.Starting.Count >= LabLimits.Runs && lab.Runs.All(r => r.Progress.Outcome == Outcome.Running)
            || lab.Runs.Where(r => r.Over is null).SelectMany(r => r.Ports).Concat(plan.Ports.Values).Distinct().Count() > WatchOrder.MaxPorts;
        return full ? Message.Of(LabRefusals.TooManyRuns, ("most", LabLimits.Runs)) : null;
    }

    private void Add(LabRun run, ScenarioAction action, CommandGiven given)
    {
        RunFacts facts = run.Progress.Facts;
        if (
            FreePlay.Step(
                run.Header.Script,
                action,
                facts.RunningPrograms.ContainsKey,
                s => facts.OpenSockets.TryGetValue(s, out (string? Host, string? Program) has) ? has.Program : null,
                out Message? fault
            )
            is not { } step
        )
        {
            Answer(given, LabRefusals.Refuse(run.Id, fault!));
            return;
        }
        run.Append(new AddedEvent { T = run.T(lab.Now), Step = step });
        Do(run, step.Id, new DoingStep(lab, run, step.Id, StepPace.AtOnce), given);
    }

    private void Step(LabRun run, string step, CommandGiven given)
    {
        if (run.Progress.Find(step) is not { } progress)
            Answer(given, LabRefusals.Step(step, run));
        else if (!progress.MayRun)
            Answer(given, LabRefusals.OutOfOrder(progress, run.Id));
        else
            Do(run, step, new DoingStep(lab, run, step, StepPace.Paused), given);
    }

    /// <summary>Begins something in a run, and answers: at once, or with what came of the step when it has ended.</summary>
    private void Do(LabRun run, string? step, Activity activity, CommandGiven given)
    {
        WhenIdle(
            run,
            given,
            () =>
                step is not null && run.Progress.Find(step) is { Readiness: StepReadiness.Failed, Reason: { } reason }
                    ? LabRefusals.Refuse(run.Id, reason)
                    : LabReply.Done(run.Id),
            begins: true
        );
        lab.Do(run, activity);
    }

    private void WhenIdle(LabRun run, CommandGiven given, Func<LabReply> reply, bool begins = false)
    {
        if (!given.Wait)
            Answer(given, LabReply.Done(run.Id));
        else if (begins || run.Doing is not null)
            run.WhenIdle.Add(() => lab.WhenShown(() => Answer(given, reply())));
        else
            lab.WhenShown(() => Answer(given, reply()));
    }

    private void Skip(LabRun run, CommandGiven given)
    {
        SocketEvent[] waiting =
        [
            .. run.Rows.Where(r => r.To == TcpState.TimeWait && lab.Seat(r.Host!).Connected && (run.Sockets.IsOwn(r.Local, r.Remote) || IsLabsOwn(run, r))),
        ];
        if (waiting.Length == 0)
        {
            Answer(given, LabRefusals.NothingWaits(run.Id));
            return;
        }
        if (waiting.All(r => lab.Seat(r.Host!).Facts?.CanDestroySockets != true))
        {
            Answer(given, LabRefusals.MayNotDestroy(waiting[0].Host!, run.Id));
            return;
        }
        var destroying = new DestroyingTimeWaits(lab, run, waiting);
        if (run.Doing is null)
        {
            Do(run, null, destroying, given);
            return;
        }
        // While the lab waits by itself, ending the wait is just what is wanted.
        run.Beside = destroying;
        destroying.Begin(() =>
        {
            run.Beside = null;
            if (given.Wait)
                lab.WhenShown(() => Answer(given, LabReply.Done(run.Id)));
        });
        if (!given.Wait)
            Answer(given, LabReply.Done(run.Id));
    }

    // In namespaces that the lab made, whatever waits on its ports was left by its own runs; elsewhere it may be another program's.
    private bool IsLabsOwn(LabRun run, SocketEvent row) => lab.Mode == HostsMode.Namespaces && run.Header.HasPort(row.Local.Port);

    private static ScenarioStep? Repeated(LabRun run) =>
        run.Progress is { Outcome: Outcome.Running or Outcome.Completed, Results: [.., { Errno: "EADDRINUSE" } last] } progress
        && progress.Find(last.Step) is { MayRun: true, Step.Decides: true } step
            ? step.Step
            : null;

    private void Reset(IReadOnlyList<LabRun> runs, CommandGiven given)
    {
        int left = runs.Count;
        ClosingRun[] closing = [.. runs.Select(r => new ClosingRun(lab, r))];
        foreach (ClosingRun run in closing)
            run.Begin(Next);
        if (left == 0)
            Watched();

        void Next()
        {
            if (--left == 0)
                Watched();
        }

        void Watched() =>
            new Watching(lab, [.. closing.SelectMany(c => c.Silent)]).Begin(() =>
            {
                lab.Checks.AfterRun();
                lab.Changed();
                Finished(0);
            });

        void Finished(int index)
        {
            if (index >= runs.Count)
                Answer(given, LabReply.Done(runs.Count > 0 ? runs[0].Id : null));
            else
                lab.WhenFinished(runs[index], () => Finished(index + 1));
        }
    }

    private void Watch(IReadOnlyList<int> ports, CommandGiven given)
    {
        Message? wrong =
            ports.Count is 0 or > WatchOrder.MaxPorts ? Message.Of(LabRefusals.TooManyPorts, ("most", WatchOrder.MaxPorts))
            : ports.Select(p => (int?)p).FirstOrDefault(p => p is < Limits.MinPort or > Limits.MaxPort) is { } bad ? LabRefusals.PortOutOfRange("", bad)
            : null;
        if (wrong is not null || ports.SequenceEqual(lab.Ports))
        {
            Answer(given, new(wrong));
            return;
        }
        lab.Ports = [.. ports.Distinct()];
        lab.PortHost = lab.Setup.PortHost;
        lab.Changed();
        if (lab.Runs.Any(r => r.Over is null))
        {
            Answer(given, LabReply.Done(null));
            return;
        }
        lab.Loose.Clear();
        lab.Checks.Anew();
        new Watching(lab, []).Begin(() => Answer(given, LabReply.Done(null)));
    }

    private void Try(TryCells asked, CommandGiven given)
    {
        MatrixCell[] cells =
        [
            .. (
                asked.Set switch
                {
                    CellSet.Basic => MatrixCell.Basic,
                    CellSet.All => MatrixCell.All,
                    _ => asked.Cells ?? [],
                }
            ).Distinct(),
        ];
        Message? wrong =
            asked.Set is null == asked.Cells is null || cells.Length == 0 || asked.Cells is { Count: > TryCells.MaxNamed }
                ? Message.Of(LabRefusals.BadCells, ("most", TryCells.MaxNamed))
            : !lab.Seat(lab.Setup.PortHost).Ready ? LabRefusals.Missing([lab.Setup.PortHost])
            : lab.Matrix.Busy ? new(LabRefusals.CellsBusy)
            : null;
        if (wrong is not null)
        {
            Answer(given, new(wrong));
            return;
        }
        lab.Matrix.Begin(cells);
        if (given.Wait)
            lab.Matrix.WhenIdle(() => Answer(given, new(lab.Matrix.Problem)));
        else
            Answer(given, LabReply.Done(null));
    }

    /// <summary>An open run of that id; null once it was refused.</summary>
    private LabRun? Found(string id, CommandGiven given)
    {
        if (lab.FindRun(id) is { } run)
            return run;
        Answer(given, LabRefusals.NoSuchOpenRun(id));
        return null;
    }

    /// <summary>An open run in which nothing is done now; null once it was refused.</summary>
    private LabRun? Open(string id, CommandGiven given, Func<LabRun, bool>? during = null)
    {
        if (Found(id, given) is not { } run)
            return null;
        if (run.Over is not null)
            Answer(given, LabRefusals.RunIsOver(id));
        else if (run.Doing is not null && during?.Invoke(run) != true)
            Answer(given, LabRefusals.StillBusy(id));
        else
            return run;
        return null;
    }

    private void Answer(CommandGiven given, LabReply reply) => lab.Emit(new AnswerCommand(given.Reply, reply));
}
