using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>How a step's actions follow one another.</summary>
internal enum StepPace : byte
{
    /// <summary>All that are left, with the run's pause between two.</summary>
    Paused,

    /// <summary>All that are left, without a pause.</summary>
    AtOnce,

    /// <summary>The next one only.</summary>
    One,
}

/// <summary>Carries out the actions of a step, one after the other, each when the one before has ended.</summary>
internal sealed class DoingStep(Lab lab, LabRun run, string step, StepPace pace) : Activity(lab)
{
    private bool _paused,
        _rests;

    private MadeIn Made => new(step, Progress.Attempt);

    private StepProgress Progress => run.Progress.Find(step)!;

    /// <summary>True when it ended in failure.</summary>
    public bool Failed => Progress.Readiness == StepReadiness.Failed;

    public override void Pause()
    {
        _paused = true;
        if (_rests)
            End();
        else
            base.Pause();
    }

    protected override void Begin()
    {
        if (Progress.Readiness != StepReadiness.Begun)
        {
            run.Append(
                new StepEvent
                {
                    T = run.T(Lab.Now),
                    Step = step,
                    Attempt = Progress.Attempt + 1,
                    Status = StepStatus.Started,
                }
            );
        }

        Next();
    }

    private void Next()
    {
        if (run.Progress.Left(Progress).FirstOrDefault() is not { } planned)
        {
            Do(new Settling(Lab, run), () => Finish(StepStatus.Done, null));
            return;
        }
        DoingAction action = DoingAction.Of(Lab, run, planned);
        Do(action, () => Done(action));
    }

    private void Done(DoingAction action)
    {
        if (action.Failure is { } reason)
            Do(new EndingAttempt(Lab, run, Made, action.EndedProgram, all: true), () => Finish(StepStatus.Failed, reason));
        else if (action.EndsStep)
            Do(new EndingAttempt(Lab, run, Made, action.EndedProgram, all: false), () => Finish(StepStatus.Done, null));
        else if (action.EndedProgram is { } program)
            Do(new EndingAttempt(Lab, run, Made, program, all: false), GoOn);
        else
            GoOn();
    }

    private void GoOn()
    {
        bool more = run.Progress.Left(Progress).Any();
        if (!more)
            Next();
        else if (pace == StepPace.One || _paused)
            End();
        else if (pace == StepPace.Paused && run.PauseMs > 0)
            Rest();
        else
            Next();
    }

    private void Rest()
    {
        _rests = true;
        After(
            TimeSpan.FromMilliseconds(run.PauseMs),
            () =>
            {
                _rests = false;
                Next();
            }
        );
    }

    private void Finish(StepStatus status, Message? reason)
    {
        run.Append(
            new StepEvent
            {
                T = run.T(Lab.Now),
                Step = step,
                Attempt = Progress.Attempt,
                Status = status,
                Reason = reason,
            }
        );
        End();
    }
}
