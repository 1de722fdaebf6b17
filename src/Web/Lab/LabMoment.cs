using ReuseAddrDashboard.Components.Hosts;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Steps;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Components.Verdict;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>
/// What the lab's page shows and what may be pressed on it, at one moment: it follows from what is known and what is chosen, and from nothing else.
/// </summary>
/// <param name="view">What is known.</param>
/// <param name="form">What is prepared, or how the open run was made; null where there is no lesson.</param>
/// <param name="asking">True while the lab is asked for something that takes its time.</param>
/// <param name="answered">The version of the lab that shows what was asked for last: until it is here, nothing more is asked.</param>
/// <param name="predicts">True where the person wants to be asked what to expect.</param>
/// <param name="now">Nanoseconds on the run's axis.</param>
/// <param name="text">The page's texts.</param>
public sealed class LabMoment(LabView view, RunForm? form, bool asking, long answered, bool predicts, long now, PageTexts text)
{
    /// <summary>True while a run is shown.</summary>
    public bool RunOpen => view.Run is not null;

    /// <summary>True while the lab acts by itself, or the page lacks much of what it did, or has not shown yet what it was asked for.</summary>
    public bool Busy { get; } = asking || view.Loading is not null || view.Run?.Busy == true || view.State is { } state && state.Version < answered;

    /// <summary>Where the run stands, or would begin.</summary>
    public ScenarioProgress? Progress { get; } = view.Timeline?.Progress ?? (form is null ? null : ScenarioProgress.Fold(form.Header(view.State), []));

    /// <summary>The lesson's steps.</summary>
    public IReadOnlyList<StepView> Steps => Progress is { } progress ? StepView.Make(progress, Busy, Linked, text) : [];

    /// <summary>The run's ports, or those that the next would have.</summary>
    public IReadOnlyList<int> Ports =>
        view.Run is { } run ? [.. run.Header.Script.Ports.Select(p => run.Header.Ports.GetValueOrDefault(p.Id, p.Default))]
        : form?.PortNumbers is { } ports ? [.. form.Ports.Select(p => ports[p.Of.Id])]
        : view.State?.Ports ?? [];

    /// <summary>Rows of the run, or of the ports while no run is open.</summary>
    public IReadOnlyList<SocketNow> Rows =>
        view.Timeline?.Sockets
        ??
        [
            .. view.State?.Sockets.Where(s => s is { To: not null, Host: not null }).Select(s => new SocketNow(s.Host!, s, s.T)).InTableOrder(r => r.Reading)
                ?? [],
        ];

    /// <summary>What the hosts' check found on the first port.</summary>
    public IReadOnlyList<Finding> Warnings => Ports is [var first, ..] ? HostsText.Warnings(view.State, first) : [];

    /// <summary>Whether Reset may be pressed.</summary>
    public bool MayReset => RunOpen && Linked;

    /// <summary>True when every step was done.</summary>
    public bool AllDone => view.Timeline?.Progress.AllDone == true;

    /// <summary>Whether the next action may be asked for.</summary>
    public bool MayGoOn => form?.Scenario.Free != true && !Busy && Linked && (RunOpen ? view.Timeline!.Progress.Current is not null : form?.IsValid == true);

    /// <summary>Whether a call of free play may be made.</summary>
    public bool MayMake => !Busy && Linked && (RunOpen ? view.Timeline!.Progress.Outcome == Outcome.Running : form?.IsValid == true);

    /// <summary>Whether the last result may be waited away.</summary>
    public bool MayRepeat =>
        !Busy && Linked && view.Timeline is { Progress.Outcome: Outcome.Running or Outcome.Completed, Verdict.Deciding.Result.Errno: "EADDRINUSE" };

    /// <summary>
    /// Whether what the lab does by itself may be stopped before its next action: where there is time to press, between two actions or in a wait.
    /// </summary>
    public bool MayPause =>
        Linked && view is { Run: { Busy: true, Repeating: false } run, Timeline: var timeline } && (run.PauseMs > 0 || timeline?.Waits == true);

    /// <summary>True while the lab repeats a step.</summary>
    public bool Repeats => view.Run?.Repeating == true;

    /// <summary>What is left of the TIME-WAIT for whose end the lab waits; null where it waits for none. Without an end where no timer is known.</summary>
    public Countdown? Wait
    {
        get
        {
            if (view is not { Run.Busy: true, Timeline: { } timeline } || !Repeats && !timeline.WaitsForTimeWait)
                return null;
            string? host = Repeats ? timeline.Verdict?.Deciding.Call.Host : timeline.WaitsOn;
            return timeline.TimeWaits.Where(w => w.GoneAt is null && (host is null || w.Host == host)).MaxBy(w => w.TimerEnd) is { } bar
                ? new(bar.TimerEnd, bar.LeftAt(now))
                : default(Countdown);
        }
    }

    /// <summary>Whether TIME-WAIT may be skipped: the host may destroy it, and the lab is idle or waits for just that.</summary>
    public bool MaySkip =>
        (!Busy || !asking && Wait is not null)
        && Linked
        && view.Timeline is { Progress.Outcome: Outcome.Running or Outcome.Completed } timeline
        && timeline.Sockets.Any(s => s.State == TcpState.TimeWait && view.State?.Hosts.FirstOrDefault(h => h.Name == s.Host)?.Facts?.CanDestroySockets == true);

    /// <summary>What the rule says of the next bind or listen; only between two steps: in the middle of one it would be about half a program.</summary>
    public BindPreview? Preview =>
        view.Timeline is not { } timeline ? BeforeRun.Preview(view.State, form)
        : Busy || timeline.Progress.Current is null or { Readiness: StepReadiness.Begun } ? null
        : timeline.Rule.Next is { } next && !(MayPredict && next.Step == timeline.Progress.Asks?.Step.Id) ? next
        : null;

    /// <summary>True while a person is asked what to expect: then the page does not say it first.</summary>
    public bool MayPredict => predicts && view.Loading is null && Progress?.Asks is { Attempt: 0 };

    /// <summary>Whether the question is about that step.</summary>
    public bool IsAskedAbout(string? step) => MayPredict && step == Progress?.Asks?.Step.Id;

    /// <summary>The action that comes next, as a line of code.</summary>
    public string? NextCall =>
        Progress is { } progress && progress.Current is { } current && progress.Next(current.Step.Id) is { } next
            ? ActionWords.Describe(progress.Header, next.Action, text)
            : null;

    /// <summary>Why neither Play all nor the next action may be pressed.</summary>
    public string WhyNot =>
        text[
            !Linked ? "page.why.disconnected"
            : view.Loading is not null ? "page.why.loading"
            : Busy ? "page.why.step-running"
            : AllDone ? "page.why.all-done"
            : RunOpen ? "page.why.run-ended"
            : "page.why.form-invalid"
        ];

    /// <summary>What was lost, by source: <c>capture 3, trace 2</c>.</summary>
    public string LostBy =>
        view.Timeline is not { Lost: > 0 } timeline
            ? ""
            : string.Join(
                ", ",
                timeline
                    .Gaps.Where(g => g.Lost > 0)
                    .GroupBy(g => g.Source)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => $"{g.Key} {g.Sum(x => x.Lost)}")
            );

    private bool Linked => view.Link == LinkStatus.Live;
}
