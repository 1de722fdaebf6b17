using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Web.Lab;

namespace ReuseAddrDashboard.Web.Steps;

public enum StepLook : byte { Ahead, Current, Done, Failed }

/// <summary>A step as the page shows it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Look">How it looks; one at most is <see cref="StepLook.Current"/> or is to be tried again.</param>
/// <param name="IsCurrent">True for the one that has the page's primary button.</param>
/// <param name="MayRun">False while it cannot run.</param>
/// <param name="Sentence">What it does or has shown.</param>
/// <param name="Reason">Why it cannot run, or why it failed; null for neither.</param>
public sealed record StepView(int Number, ScenarioStep Step, StepLook Look, bool IsCurrent, bool MayRun, string Sentence, string? Reason)
{
    public static IReadOnlyList<StepView> Of(LabView view, Scenario scenario, bool busy, IStringLocalizer text)
    {
        ScenarioProgress progress = view.Timeline?.Progress ?? ScenarioProgress.Of(scenario, []);
        StepProgress? current = progress.Current;
        bool linked = view.Link == LinkStatus.Live;
        return [.. progress.Steps.Select((s, i) => One(i + 1, s, s.Step.Id == current?.Step.Id, busy, linked, text))];
    }

    private static StepView One(int number, StepProgress s, bool current, bool busy, bool linked, IStringLocalizer text)
    {
        bool again = s.Step.Repeats && s.Readiness == StepReadiness.Done;
        StepLook look = s.Readiness switch
        {
            StepReadiness.Failed => StepLook.Failed,
            StepReadiness.Done => StepLook.Done,
            _ => current ? StepLook.Current : StepLook.Ahead,
        };
        string sentence = again && s.Step.AgainTitle is { } title
            ? text["{0} as often as you like, also after TIME-WAIT has ended.", text[title].Value]
            : text[s.Readiness == StepReadiness.Done ? s.Step.Shows : s.Step.Does];
        string? reason = s.Readiness == StepReadiness.Failed ? s.Message : current && !linked ? text["Waits for the link to the dashboard."].Value : s.Why switch
        {
            BlockedBecause.EarlierStep => text["Needs “{0}” first.", text[s.WhyStep!.Title].Value].Value,
            BlockedBecause.RunEnded when s.Readiness != StepReadiness.Done => text["This run has ended. Reset to begin anew."].Value,
            BlockedBecause.AlreadyDone => text["Done."].Value,
            _ => s.Readiness == StepReadiness.Begun && !busy ? text["Begun: the rest of its calls is left."].Value : null,
        };
        return new(number, s.Step, look, current, s.MayRun && !busy && linked, sentence, reason);
    }
}
