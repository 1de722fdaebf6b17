using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Carries out every step that is left, until one fails.</summary>
internal sealed class Playing(Lab lab, LabRun run) : Activity(lab)
{
    private readonly HashSet<string> _done = [];
    private bool _paused,
        _rests;

    public override void Pause()
    {
        _paused = true;
        base.Pause();
        if (_rests)
            End();
    }

    protected override void Begin()
    {
        if (run.Progress.Steps.All(s => s.Attempt == 0))
            Do(new WaitingForPort(Lab, run), Next);
        else
            Next();
    }

    private void Next()
    {
        if (_paused || run.Progress.Steps.FirstOrDefault(s => s.MayRun && s.Readiness != StepReadiness.Done && !_done.Contains(s.Step.Id)) is not { } step)
        {
            End();
            return;
        }
        bool first = _done.Count == 0;
        _done.Add(step.Step.Id);
        if (first || run.PauseMs == 0)
        {
            Step(step.Step.Id);
            return;
        }
        _rests = true;
        After(
            TimeSpan.FromMilliseconds(run.PauseMs),
            () =>
            {
                _rests = false;
                Step(step.Step.Id);
            }
        );
    }

    private void Step(string id)
    {
        var step = new DoingStep(Lab, run, id, StepPace.Paused);
        Do(
            step,
            () =>
            {
                if (step.Failed || _paused)
                    End();
                else
                    Next();
            }
        );
    }
}
