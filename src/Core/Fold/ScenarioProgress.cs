using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Where a step stands.</summary>
public enum StepReadiness : byte
{
    /// <summary>Something comes first; <see cref="StepProgress.Why"/> says what.</summary>
    Blocked,

    /// <summary>May be run now.</summary>
    Ready,

    /// <summary>Begun: actions were carried out and others are left.</summary>
    Begun,

    /// <summary>All its actions were carried out, or a deciding call failed, which is its result.</summary>
    Done,

    /// <summary>Ended with a call that failed; may be run again.</summary>
    Failed,
}

/// <summary>What a step waits for.</summary>
public enum BlockedBecause : byte
{
    /// <summary>The step named in <see cref="StepProgress.WhyStep"/> has to be done first.</summary>
    EarlierStep,

    /// <summary>It is done and does not repeat.</summary>
    AlreadyDone,

    /// <summary>The run was reset or interrupted.</summary>
    RunEnded,
}

/// <param name="Step">The step.</param>
/// <param name="Readiness">Where it stands.</param>
/// <param name="MayRun">True when it may be run or gone on with.</param>
/// <param name="Attempt">How often it was begun.</param>
/// <param name="Why">Why it may not run; null when it may.</param>
/// <param name="WhyStep">The step just before it that has to be done first; null where none.</param>
/// <param name="Reason">Why it failed; null otherwise.</param>
/// <param name="LastIndex">The action carried out last in this attempt; -1 for none.</param>
public sealed record StepProgress(
    ScenarioStep Step,
    StepReadiness Readiness,
    bool MayRun,
    int Attempt,
    BlockedBecause? Why,
    ScenarioStep? WhyStep,
    Message? Reason,
    int LastIndex
);

/// <param name="Step">The step that carries it out.</param>
/// <param name="Index">Its place among the step's actions.</param>
/// <param name="Action">The action.</param>
/// <param name="Attempt">The attempt it belongs to.</param>
/// <param name="Begins">True when it is the first of its attempt.</param>
public sealed record PlannedAction(ScenarioStep Step, int Index, ScenarioAction Action, int Attempt, bool Begins);

/// <summary>
/// Where a run stands in its scenario, at one moment. <see cref="ProgressFold"/> makes it, for the lab to decide by and for the page to show.
/// </summary>
public sealed record ScenarioProgress
{
    /// <summary>The run.</summary>
    public required RunHeader Header { get; init; }

    /// <summary>In the scenario's order.</summary>
    public required IReadOnlyList<StepProgress> Steps { get; init; }

    /// <summary>How the run ended, or that it goes on.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>Why it ended so; null where the outcome says it all.</summary>
    public Message? OutcomeReason { get; init; }

    /// <summary>Every deciding call, in the order of the log.</summary>
    public required IReadOnlyList<RunResult> Results { get; init; }

    /// <summary>The run so far, for conditions.</summary>
    public required RunFacts Facts { get; init; }

    /// <summary>The first step that may run and is not done, or else one that repeats; null when nothing is left.</summary>
    public StepProgress? Current => Steps.FirstOrDefault(s => s.MayRun && s.Readiness != StepReadiness.Done) ?? Steps.FirstOrDefault(s => s.MayRun);

    /// <summary>True when every step was done; never while a person may add others.</summary>
    public bool AllDone => !Header.Script.Free && Steps.All(s => s.Readiness == StepReadiness.Done);

    /// <summary>A step by its id; null where the scenario has none of that name.</summary>
    public StepProgress? Find(string step) => Steps.FirstOrDefault(s => s.Step.Id == step);

    /// <summary>The step that the scenario's question is about: what it names, else the first that decides. Null where there is no question.</summary>
    public StepProgress? Asks =>
        Header.Script.Question is { } question && (question.Before ?? Header.Script.Steps.FirstOrDefault(s => s.Decides)?.Id) is { } step ? Find(step) : null;

    /// <summary>Folds a log.</summary>
    /// <param name="header">The run.</param>
    /// <param name="events">The log in order of seq.</param>
    public static ScenarioProgress Fold(RunHeader header, IEnumerable<RunEvent> events)
    {
        var fold = new ProgressFold(header);
        foreach (RunEvent e in events)
            fold.Append(e);
        return fold.Progress;
    }

    /// <summary>
    /// The action that comes next in a step: the next of a step that has begun, else the first of a new attempt. Null when the step may not run or has none
    /// left.
    /// </summary>
    public PlannedAction? Next(string step)
    {
        if (Find(step) is not { MayRun: true } progress)
            return null;
        foreach (PlannedAction planned in Left(progress))
            return planned;
        return null;
    }

    /// <summary>
    /// The actions that a step would carry out from here on, by what is known now: those that are left of one that has begun, else those of a new attempt.
    /// </summary>
    public IEnumerable<PlannedAction> Left(StepProgress progress)
    {
        bool begins = progress.Readiness != StepReadiness.Begun;
        int attempt = begins ? progress.Attempt + 1 : progress.Attempt;
        bool first = begins;
        for (int i = begins ? 0 : progress.LastIndex + 1; i < progress.Step.Actions.Count; i++)
        {
            ScenarioAction action = progress.Step.Actions[i];
            if (!Condition.Holds(action.When, Facts))
                continue;
            yield return new(progress.Step, i, action, attempt, first);
            first = false;
        }
    }
}
