using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Carries out a deciding step once a second, each time for real, until it ends otherwise than with EADDRINUSE, is stopped, or TIME-WAIT must long be over.
/// </summary>
internal sealed class Repeating(Lab lab, LabRun run, ScenarioStep step) : Activity(lab)
{
    private const string InUse = "EADDRINUSE";

    private long _began,
        _next;
    private int _attempts;
    private bool _stopped,
        _waiting;

    /// <summary>Stops it between two attempts.</summary>
    public void Stop()
    {
        _stopped = true;
        if (_waiting)
            EndWith("stopped", NoteLevel.Info);
    }

    protected override void Begin()
    {
        _began = _next = Lab.Now;
        run.Append(
            new NoteEvent { T = run.T(Lab.Now), Message = Message.Of(NoteCodes.Repeating, ("step", step.Title), ("limit", LabLimits.TimeWait.Nanoseconds())) }
        );
        Attempt();
    }

    // However it ends, also by Reset or an agent's restart: without this the next attempt would count as one of these.
    protected override void OnCancelled() => LogEnd("interrupted", NoteLevel.Info);

    private void Attempt()
    {
        _waiting = false;
        _attempts++;
        // No pause between the actions: an attempt would take longer than the second it has.
        Do(new DoingStep(Lab, run, step.Id, StepPace.AtOnce), Attempted);
    }

    private void Attempted()
    {
        StepProgress progress = run.Progress.Find(step.Id)!;
        string? errno = run.Progress.Results.LastOrDefault(r => r.Step == step.Id && r.Attempt == progress.Attempt)?.Errno;
        if (progress.Readiness != StepReadiness.Done)
            EndWith("failed", NoteLevel.Warning);
        else if (errno != InUse)
            EndWith(errno ?? "ok", NoteLevel.Info);
        else if (_stopped)
            EndWith("stopped", NoteLevel.Info);
        else
            Wait();
    }

    private void Wait()
    {
        // An attempt that took longer than a second leaves out the beginnings it has missed.
        do _next += LabLimits.Repeat.Nanoseconds();
        while (_next < Lab.Now);
        if (_next - _began > LabLimits.TimeWait.Nanoseconds())
        {
            EndWith(InUse, NoteLevel.Warning);
            return;
        }
        _waiting = true;
        After(TimeSpan.FromTicks((_next - Lab.Now + 99) / 100), Attempt);
    }

    private void EndWith(string how, NoteLevel level)
    {
        LogEnd(how, level);
        End();
    }

    private void LogEnd(string how, NoteLevel level) =>
        run.Append(
            new NoteEvent
            {
                T = run.T(Lab.Now),
                Level = level,
                Message = Message.Of(NoteCodes.RepeatingEnded, ("step", step.Title), ("attempts", _attempts), ("after", Lab.Now - _began), ("end", how)),
            }
        );
}
