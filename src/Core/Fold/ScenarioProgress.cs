using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Fold;

public enum StepReadiness : byte
{
    /// <summary>Something comes first; <see cref="StepProgress.Why"/> says what.</summary>
    Blocked,

    /// <summary>May be run now.</summary>
    Ready,

    /// <summary>Begun: calls were made and others are left.</summary>
    Begun,

    Done,

    /// <summary>Ended with a call that failed; may be run again.</summary>
    Failed,
}

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
/// <param name="WhyStep">The step that has to be done first; null where none.</param>
/// <param name="Message">Why it failed; null otherwise.</param>
public sealed record StepProgress(
    ScenarioStep Step, StepReadiness Readiness, bool MayRun, int Attempt, BlockedBecause? Why, ScenarioStep? WhyStep, string? Message);

/// <param name="Step">The step that makes it.</param>
/// <param name="Index">Its place among the step's calls.</param>
/// <param name="Call">The call.</param>
/// <param name="Attempt">The attempt it belongs to.</param>
/// <param name="Begins">True when it is the first of its attempt.</param>
public sealed record NextCall(ScenarioStep Step, int Index, ScenarioCall Call, int Attempt, bool Begins);

/// <summary>
/// Where a run stands in its scenario: a pure function of the log, used by the lab to decide and by the page to show.
/// </summary>
public sealed record ScenarioProgress(
    IReadOnlyList<StepProgress> Steps, Outcome Outcome, string? OutcomeReason, IReadOnlyList<RebindResult> Rebind, IReadOnlySet<string> OpenSockets)
{
    /// <summary>The first step that may run and is not done, or else one that repeats; null when nothing is left.</summary>
    public StepProgress? Current => Steps.FirstOrDefault(s => s.MayRun && s.Readiness != StepReadiness.Done) ?? Steps.FirstOrDefault(s => s.MayRun);

    /// <summary>True when every step was done.</summary>
    public bool AllDone => Steps.All(s => s.Readiness == StepReadiness.Done);

    public StepProgress? Find(string step) => Steps.FirstOrDefault(s => s.Step.Id == step);

    /// <summary>Folds the log.</summary>
    /// <param name="script">The run's scenario.</param>
    /// <param name="events">The log in order of seq.</param>
    public static ScenarioProgress Of(Scenario script, IEnumerable<RunEvent> events)
    {
        var attempts = new Dictionary<string, (int Attempt, StepStatus Status, string? Message)>();
        var open = new Dictionary<string, string?>();
        var rebind = new SortedDictionary<int, RebindResult>();
        EndEvent? end = null;
        var lessons = script.Steps.Where(s => s.ResultIsLesson).Select(s => s.Id).ToHashSet();
        foreach (RunEvent e in events)
        {
            switch (e)
            {
                case StepEvent step:
                    attempts[step.Step] = (step.Attempt, step.Status, step.Message);
                    break;
                case CallEvent call:
                    FollowSockets(call, open);
                    if (call.Step is { } id && lessons.Contains(id) && call.Call is "bind" or "listen")
                        rebind[call.Attempt] = new RebindResult(call.Attempt, call.Result, call.Errno, call.Call, call.T + call.Duration);
                    break;
                case NoteEvent { Code: NoteCodes.AgentRestarted } restarted:
                    foreach (string socket in open.Where(o => o.Value == restarted.Host).Select(o => o.Key).ToArray())
                        open.Remove(socket);
                    break;
                case EndEvent ended:
                    end ??= ended;
                    break;
            }
        }

        bool over = end?.Outcome is Outcome.Interrupted or Outcome.Reset;
        var steps = new List<StepProgress>(script.Steps.Count);
        ScenarioStep? missing = null;
        foreach (ScenarioStep step in script.Steps)
        {
            (int attempt, StepStatus status, string? message) = attempts.GetValueOrDefault(step.Id, (0, StepStatus.Started, null));
            StepReadiness readiness = attempt == 0 ? missing is null ? StepReadiness.Ready : StepReadiness.Blocked : status switch
            {
                StepStatus.Started => StepReadiness.Begun,
                StepStatus.Done => StepReadiness.Done,
                _ => StepReadiness.Failed,
            };
            BlockedBecause? why = over ? BlockedBecause.RunEnded
                : missing is not null ? BlockedBecause.EarlierStep
                : readiness == StepReadiness.Done && !step.Repeats ? BlockedBecause.AlreadyDone
                : null;
            steps.Add(new(step, readiness, why is null, attempt, why, why == BlockedBecause.EarlierStep ? missing : null, message));
            if (readiness != StepReadiness.Done)
                missing ??= step;
        }
        return new(steps, end?.Outcome ?? Outcome.Running, end?.Reason, [.. rebind.Values], open.Keys.ToHashSet());
    }

    /// <summary>
    /// The call that comes next in a step: the next of a step that has begun, else the first of a new attempt. Null when the step may not run or has no call left.
    /// </summary>
    /// <param name="step">The step's id.</param>
    /// <param name="options">The run's options.</param>
    /// <param name="sharedNamespace">True when both hosts share one network namespace.</param>
    /// <param name="events">The log in order of seq.</param>
    public NextCall? Next(string step, RunOptions options, bool sharedNamespace, IEnumerable<RunEvent> events)
    {
        if (Find(step) is not { MayRun: true } progress)
            return null;
        foreach ((int index, ScenarioCall call) in Left(progress, options, sharedNamespace, events))
            return new(progress.Step, index, call, Begins(progress) ? progress.Attempt + 1 : progress.Attempt, Begins(progress));
        return null;
    }

    /// <summary>The calls that a step would make from here on: those that are left of one that has begun, else those of a new attempt.</summary>
    public IEnumerable<(int Index, ScenarioCall Call)> Left(StepProgress progress, RunOptions options, bool sharedNamespace, IEnumerable<RunEvent> events)
    {
        int last = Begins(progress) ? -1 : events.OfType<CallEvent>()
            .Where(c => c.Step == progress.Step.Id && c.Attempt == progress.Attempt).Select(c => c.Index ?? -1).DefaultIfEmpty(-1).Max();
        return progress.Step.Calls.Index().Skip(last + 1).Where(c => Holds(c.Item, options, sharedNamespace));
    }

    private static bool Begins(StepProgress progress) => progress.Readiness != StepReadiness.Begun;

    private bool Holds(ScenarioCall call, RunOptions options, bool sharedNamespace) => call.When switch
    {
        CallCondition.Always => true,
        CallCondition.ListenerReuseAddr => options.ListenerReuseAddr,
        CallCondition.RebindReuseAddr => options.RebindReuseAddr,
        CallCondition.SharedNamespace => sharedNamespace,
        CallCondition.SocketOpen => OpenSockets.Contains(call.Socket),
        _ => throw new InvalidOperationException($"Unknown condition {call.When}."),
    };

    private static void FollowSockets(CallEvent call, Dictionary<string, string?> open)
    {
        if (!call.Succeeded)
            return;
        switch (call.Call)
        {
            case "socket": open[call.Socket] = call.Host; break;
            case "accept4" when call.Accepted is { } accepted: open[accepted] = call.Host; break;
            case "close": open.Remove(call.Socket); break;
        }
    }
}
