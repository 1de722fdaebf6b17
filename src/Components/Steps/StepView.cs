using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Components.Steps;

/// <summary>How a step looks.</summary>
public enum StepLook : byte
{
    /// <summary>Something comes first.</summary>
    Ahead,

    /// <summary>It is next, or begun.</summary>
    Current,

    /// <summary>All of it was carried out.</summary>
    Done,

    /// <summary>A call failed that it needed.</summary>
    Failed,
}

/// <summary>A step as the page shows it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Title">The button's text.</param>
/// <param name="Look">How it looks; one at most is <see cref="StepLook.Current"/> or is to be tried again.</param>
/// <param name="IsCurrent">True for the one that has the page's primary button.</param>
/// <param name="MayRun">False while it cannot run.</param>
/// <param name="Sentence">What it does or has shown.</param>
/// <param name="Reason">Why it cannot run, or why it failed; null for neither.</param>
public sealed record StepView(int Number, ScenarioStep Step, string Title, StepLook Look, bool IsCurrent, bool MayRun, string Sentence, string? Reason)
{
    /// <param name="progress">Where the run stands, or would begin.</param>
    /// <param name="busy">True while the lab acts by itself.</param>
    /// <param name="linked">True while the lab can be asked.</param>
    /// <param name="text">The page's texts.</param>
    public static IReadOnlyList<StepView> Make(ScenarioProgress progress, bool busy, bool linked, PageTexts text)
    {
        StepProgress? current = progress.Current;
        return [.. progress.Steps.Select((s, i) => One(i + 1, s, progress, s.Step.Id == current?.Step.Id, busy, linked, text))];
    }

    private static StepView One(int number, StepProgress s, ScenarioProgress progress, bool current, bool busy, bool linked, PageTexts text)
    {
        StepLook look = s.Readiness switch
        {
            StepReadiness.Failed => StepLook.Failed,
            StepReadiness.Done => StepLook.Done,
            _ => current ? StepLook.Current : StepLook.Ahead,
        };
        string sentence =
            s.Step.Repeats && s.Readiness == StepReadiness.Done && s.Step.AgainTitle is { } title
                ? text["page.step.repeats", ("action", text[title])]
                : text[s.Readiness == StepReadiness.Done ? s.Step.Shows ?? s.Step.Does : s.Step.Does];
        string? reason =
            s.Readiness == StepReadiness.Failed && s.Reason is { } failed ? text[failed]
            : current && !linked ? text["page.step.waiting-for-link"]
            : s.Why switch
            {
                BlockedBecause.EarlierStep => text["page.step.run-first", ("step", text[s.WhyStep!.Title])],
                BlockedBecause.RunEnded when s.Readiness != StepReadiness.Done => text["page.step.run-ended"],
                BlockedBecause.AlreadyDone => text["page.step.done"],
                _ => s.Readiness == StepReadiness.Begun && !busy ? text["page.step.in-progress", ("count", progress.Left(s).Count())] : null,
            };
        return new(number, s.Step, text[s.Step.Title], look, current, s.MayRun && !busy && linked, sentence, reason);
    }
}
