using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Makes one system call, looks at every host, and says what the program prints. A connection that a stranger made is not taken for the lesson's: it is reset,
/// and accept is called again.
/// </summary>
internal sealed class MakingCall(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    private OrderContext _context = new(null, 0, null, null);
    private AgentItem? _answer;
    private long _until;
    private int _instance;

    protected override void Begin()
    {
        _instance = Action.Program is { } program ? Run.Sockets.Instance(program) : 0;
        _until = Lab.Now + CallOrders.LimitMs(Action) * 1_000_000L;
        Make();
    }

    private void Make()
    {
        if (CallOrders.Make(Run.Header, Action, out Message? fault) is not { } order)
        {
            Failure = fault;
            End();
            return;
        }
        // What is left of the limit, where accept is called again.
        order = order with
        {
            TimeoutMs = Math.Clamp((int)((_until - Lab.Now) / 1_000_000), 1, order.TimeoutMs),
        };
        _context = new(Planned.Step.Id, Planned.Attempt, Planned.Index, Action.Program)
        {
            Waits = Action.Background ? Action.Socket : null,
            Returned = Action.Background ? Returned : null,
        };
        Give(Run, _context, Lab.Seat(Host), order, CallOrders.LimitOf(Action), Answered);
    }

    private void Answered(AgentItem? item)
    {
        _answer = item;
        // The other hosts' kernels have already answered on the wire: see what came of it before anything else happens.
        Do(new Looking(Lab), Looked);
    }

    private void Looked()
    {
        if (Action.Background && _answer is { Refused: null })
        {
            Finish(null);
            return;
        }
        if (_context.Made is not { } made)
        {
            Failure = _answer?.Refused ?? LabTexts.Silent(Host);
            End();
            return;
        }
        RuleAlarm.Check(Lab, Run, made);
        if (made is { Call: "accept4", Accepted: { } accepted, Remote: { } peer } && Strangers.IsStranger(Lab, Run, made))
        {
            Run.Append(
                new NoteEvent
                {
                    T = Run.T(Lab.Now),
                    Host = Host,
                    Level = NoteLevel.Warning,
                    Message = Message.Of(NoteCodes.Stranger, ("host", Host), ("peer", peer), ("socket", Action.Socket)),
                }
            );
            Do(new AbortingConnection(Lab, Run, Made, Host, accepted, Action.Program), Make);
            return;
        }
        Said(made);
        if (!made.Succeeded)
            Failed(Action, made);
        End();
    }

    private void Returned(CallEvent call)
    {
        Run.Returned[call.Socket] = call;
        Said(call);
        // Where an action waits for it, the failure counts there. Elsewhere perror() and exit(1) follow at once, as after a call that was not left waiting; the
        // step, which has gone on, is not failed by it.
        if (!call.Succeeded && Action.OnError == OnError.Exit && Action.Program is { } program && !IsWaitedFor() && Runs(program))
            new EndingProgram(Lab, Run, Made, null, program, kill: false).Begin(() => { });
    }

    private bool IsWaitedFor()
    {
        ScenarioStep[] steps = [.. Run.Header.Script.Steps];
        int at = Array.FindIndex(steps, s => s.Id == Planned.Step.Id);
        return steps[at]
            .Actions.Skip(Planned.Index + 1)
            .Concat(steps.Skip(at + 1).SelectMany(s => s.Actions))
            .Any(a => a is { Do: ActionKind.Wait, For: WaitFor.Return } && a.Socket == Action.Socket);
    }

    // A call that its own program's end, or the run's, cut short comes from a program that goes anyway; one that was started anew under the name is another.
    private bool Runs(string program) =>
        !Run.Closing
        && Run.Over is null
        && Run.Progress.Facts.RunningPrograms.ContainsKey(program)
        && Run.Sockets.Instance(program) == _instance
        && _context.Made?.Remark?.Code is not ("remark.ended-with-run" or "remark.ended-with-program" or "remark.ended-with-link" or "remark.ended-with-agent");

    // What a C program would print: its own line, or perror's.
    private void Said(CallEvent call)
    {
        if (call.Succeeded && Action.Prints is { } line)
            Print(Lab.Now - Run.Zero, RunAddresses.Fill(Run.Header, line), error: false);
        else if (!call.Succeeded && !CallFailures.WasCutShort(call))
            Print(call.T + call.Duration, $"{CallFailures.PerrorName(call)}: {call.ErrnoText}", error: true);
    }

    private void Print(long t, string text, bool error)
    {
        if (Action.Program is { } program)
        {
            Run.Append(
                new OutputEvent
                {
                    T = t,
                    Host = Host,
                    Source = EvidenceSource.Call,
                    Program = program,
                    Text = text,
                    Error = error,
                }
            );
        }
    }
}
