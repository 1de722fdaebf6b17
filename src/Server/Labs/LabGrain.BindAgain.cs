using System.Globalization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Wait and bind again: the rebind is made once a second, each time for real, until it succeeds, is stopped, or TIME-WAIT must long be over.</summary>
internal sealed partial class LabGrain
{
    // Set while the lab waits and binds again; cancelled to stop between two attempts.
    private CancellationTokenSource? _bindingAgain;

    public Task<LabReply> WaitAndBind(string run)
    {
        if (Refusal(run, out RunLog log) is { } refusal)
            return Task.FromResult(refusal);
        if (log.Progress is not { Outcome: Outcome.Running or Outcome.Completed } progress || progress.Steps.FirstOrDefault(s => s.MayRun && s.Step is { ResultIsLesson: true, Repeats: true }) is not { } step
            || progress.Rebind is not [.., { Errno: "EADDRINUSE" }])
            return Task.FromResult(LabRefusals.NothingInUse(run));
        Drive(log, cancel => BindAgain(log, step.Step, cancel));
        return Task.FromResult(LabReply.Done(run));
    }

    public async Task<LabReply> StopWaiting(string run)
    {
        if (_run is not { } open || open.Header.Id != run)
            return LabRefusals.NoSuchOpenRun(run);
        if (_bindingAgain is { } waiting)
        {
            await waiting.CancelAsync();
            await _drive;
            await open.Flushed();
        }
        return LabReply.Done(run);
    }

    /// <summary>An earlier dashboard may have ended while it waited.</summary>
    private static void EndBindingAgain(RunLog log, long t)
    {
        if (log.Events.LastOrDefault(e => e is NoteEvent { Code: NoteCodes.BindingAgain or NoteCodes.BindingAgainEnded }) is NoteEvent { Code: NoteCodes.BindingAgain })
            log.Append(new NoteEvent { T = t, Host = HubRoutes.Server, Source = EventSource.Lab, Code = NoteCodes.BindingAgainEnded, Text = "The dashboard ended while binding again." });
    }

    private async Task BindAgain(RunLog log, ScenarioStep step, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _bindingAgain = stop;
        long began = Now;
        string? other = null;
        Note(HubRoutes.Server, NoteCodes.BindingAgain, NoteLevel.Info, $"'{step.Title}' is made once a second until bind succeeds, for at most {LeftoverLimit.TotalSeconds:0} s.");
        (NoteLevel Level, string Text)? ended = null;
        try
        {
            TryingEnd end = await OnceASecond.Try(Attempt, LeftoverLimit, time, stop.Token);
            cancel.ThrowIfCancellationRequested();
            ended = (end, other) switch
            {
                (TryingEnd.Enough, null) => (NoteLevel.Info, $"Bound again at attempt {log.Progress.Find(step.Id)!.Attempt}, {After()}."),
                (TryingEnd.Enough, _) => (NoteLevel.Info, $"Binding again ended {After()}: {other}."),
                (TryingEnd.Stopped, _) => (NoteLevel.Info, $"Binding again was stopped {After()}."),
                _ => (NoteLevel.Warning, $"The port is still in use {After()}, longer than TIME-WAIT lasts: look for what holds it in the table of sockets."),
            };
        }
        finally
        {
            _bindingAgain = null;
            // However it ended, also by Reset, an agent's restart or a fault of the lab's own: without this the next rebind would count as one of these attempts.
            (NoteLevel level, string text) = ended ?? (NoteLevel.Info, $"Binding again was cut short {After()}.");
            log.Append(new NoteEvent
            {
                T = _over ?? Now - log.Zero, Host = HubRoutes.Server, Source = EventSource.Lab, Code = NoteCodes.BindingAgainEnded, Level = level, Text = text,
            });
        }

        string After() => string.Create(CultureInfo.InvariantCulture, $"after {(Now - began) / 1e9:0.0} s");

        // True when there is nothing more to wait for. No pause between the calls: an attempt would take longer than the second it has.
        async Task<bool> Attempt()
        {
            for (bool first = true; Next(log, step.Id) is { } next && (first || !next.Begins); first = false)
            {
                if (await MakeCall(log, next, cancel))
                    continue;
                string? errno = log.Progress.Find(step.Id)!.Readiness == StepReadiness.Done ? log.Progress.Rebind[^1].Errno : null;
                other = errno == "EADDRINUSE" ? null : errno ?? "the server's agent did not make the calls";
                return other is not null;
            }
            return true;
        }
    }
}
