using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>One action of a step. What came of it is in <see cref="Failure"/> and <see cref="EndsStep"/>.</summary>
internal abstract class DoingAction(Lab lab, LabRun run, PlannedAction planned) : Activity(lab)
{
    /// <summary>Why the step has failed; null when it goes on or is done.</summary>
    public Message? Failure { get; protected set; }

    /// <summary>True when the failure of a deciding call is the step's result: no action follows.</summary>
    public bool EndsStep { get; protected set; }

    /// <summary>The program that its failure ended; null for none.</summary>
    public string? EndedProgram { get; protected set; }

    protected LabRun Run { get; } = run;

    protected PlannedAction Planned { get; } = planned;

    protected ScenarioAction Action => Planned.Action;

    protected MadeIn Made => new(Planned.Step.Id, Planned.Attempt);

    /// <summary>The host it happens on, by its role.</summary>
    protected string Host => Run.Header.Script.HostOf(Action) ?? "";

    /// <summary>The one that carries out an action.</summary>
    public static DoingAction Of(Lab lab, LabRun run, PlannedAction planned) =>
        planned.Action.Do switch
        {
            ActionKind.Start => new StartingProgram(lab, run, planned),
            ActionKind.Exit or ActionKind.Kill => new StoppingProgram(lab, run, planned),
            ActionKind.Fork => new Forking(lab, run, planned),
            ActionKind.Wait => new Waiting(lab, run, planned),
            ActionKind.Sysctl or ActionKind.Drop or ActionKind.Reject or ActionKind.Delay or ActionKind.Pass => new ChangingEnvironment(lab, run, planned),
            _ => new MakingCall(lab, run, planned),
        };

    /// <summary>Writes down what came of an action that is no call, and ends.</summary>
    protected void Finish(Message? fault)
    {
        Written(fault);
        Failure = Action.OnError == OnError.Continue ? null : fault;
        End();
    }

    /// <summary>Writes down what came of an action that is no call.</summary>
    protected void Written(Message? fault) =>
        Run.Append(
            new ActionEvent
            {
                T = Run.T(Lab.Now),
                Host = Host.Length > 0 ? Host : null,
                Step = Planned.Step.Id,
                Attempt = Planned.Attempt,
                Index = Planned.Index,
                Done = fault is null,
                Reason = fault,
            }
        );

    /// <summary>What a call's failure means for the step and its program.</summary>
    protected void Failed(ScenarioAction action, CallEvent call)
    {
        if (action.OnError == OnError.Continue)
            return;
        EndedProgram = action.Program;
        EndsStep = action.Decides;
        Failure = action.Decides ? null : CallFailures.Explain(Lab, Run, call);
    }
}

/// <summary>Starts a program: its command line is in the log.</summary>
internal sealed class StartingProgram(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    protected override void Begin()
    {
        string program = Action.Program!;
        Run.Starting = Made;
        Run.Append(
            new ProgramEvent
            {
                T = Run.T(Lab.Now),
                Host = Host,
                Program = program,
                Instance = Run.Sockets.Instance(program) + 1,
                Change = ProgramChange.Started,
                Command = Run.Header.Script.FindProgram(program) is { } known ? RunAddresses.Fill(Run.Header, known.Command) : null,
            }
        );
        Finish(null);
    }
}

/// <summary>Ends a program by exit or kill.</summary>
internal sealed class StoppingProgram(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    protected override void Begin()
    {
        var ending = new EndingProgram(Lab, Run, Made, Planned.Index, Action.Program!, Action.Do == ActionKind.Kill);
        Do(ending, () => Do(new Looking(Lab), () => Finish(ending.Fault)));
    }
}
