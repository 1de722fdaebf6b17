using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Follows a run through its scenario, event by event: an event costs the same however long the log is.</summary>
public sealed class ProgressFold
{
    private RunHeader _header;
    private RunFacts _facts;
    private ImmutableDictionary<string, (int Attempt, StepStatus Status, Message? Reason, int LastIndex)> _attempts = ImmutableDictionary<
        string,
        (int, StepStatus, Message?, int)
    >.Empty;
    private AppendList<RunResult> _results = AppendList<RunResult>.Empty;
    private EndEvent? _end;
    private ScenarioProgress? _progress;

    /// <summary>A fold before the first event.</summary>
    public ProgressFold(RunHeader header)
    {
        _header = header;
        _facts = new(header);
    }

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    public ProgressFold Copy() => (ProgressFold)MemberwiseClone();

    /// <summary>The deciding call that was made last; null for none.</summary>
    internal RunResult? LastResult => _results.Count == 0 ? null : _results[^1];

    /// <summary>The run, with the steps that were added since its start.</summary>
    public RunHeader Header => _header;

    /// <summary>Where the run stands after the last event that was appended.</summary>
    public ScenarioProgress Progress => _progress ??= Make();

    /// <summary>Takes the next event of the log.</summary>
    public void Append(RunEvent e)
    {
        _facts = _facts.With(e);
        switch (e)
        {
            case AddedEvent added:
                _header = _header.With(added.Step);
                break;
            case StepEvent step:
                bool begins = step.Status == StepStatus.Started;
                _attempts = _attempts.SetItem(
                    step.Step,
                    (step.Attempt, step.Status, step.Reason, begins ? -1 : _attempts.GetValueOrDefault(step.Step).LastIndex)
                );
                break;
            case ActionEvent action:
                CarriedOut(action.Step, action.Attempt, action.Index);
                break;
            case CallEvent { Step: { } id, Index: { } index } call:
                CarriedOut(id, call.Attempt, index);
                if (_header.Script.FindStep(id) is { } of && index < of.Actions.Count && of.Actions[index] is { Decides: true } decides)
                {
                    RunResult result = new(id, call.Attempt, decides.Id, call.Call, call.Socket, call.Result, call.Errno, call.T + call.Duration, call.Seq);
                    _results = _results.Add(result);
                    _facts = _facts.With(result);
                }
                break;
            case EndEvent ended:
                _end ??= ended;
                break;
            default:
                // Nothing that a step's place depends on; conditions may.
                break;
        }
        _progress = null;
    }

    private void CarriedOut(string step, int attempt, int index)
    {
        if (
            _attempts.TryGetValue(step, out (int Attempt, StepStatus Status, Message? Reason, int LastIndex) known)
            && known.Attempt == attempt
            && index > known.LastIndex
        )
        {
            _attempts = _attempts.SetItem(step, known with { LastIndex = index });
        }
    }

    private ScenarioProgress Make()
    {
        bool over = _end?.Outcome is Outcome.Interrupted or Outcome.Reset;
        var steps = new List<StepProgress>(_header.Script.Steps.Count);
        ScenarioStep? missing = null,
            before = null;
        foreach (ScenarioStep step in _header.Script.Steps)
        {
            (int attempt, StepStatus status, Message? reason, int lastIndex) = _attempts.GetValueOrDefault(step.Id, (0, StepStatus.Started, null, -1));
            StepReadiness readiness =
                attempt == 0
                    ? missing is null
                        ? StepReadiness.Ready
                        : StepReadiness.Blocked
                    : status switch
                    {
                        StepStatus.Started => StepReadiness.Begun,
                        StepStatus.Done => StepReadiness.Done,
                        _ => StepReadiness.Failed,
                    };
            BlockedBecause? why =
                over ? BlockedBecause.RunEnded
                : missing is not null ? BlockedBecause.EarlierStep
                : readiness == StepReadiness.Done && !step.Repeats || _header.Script.Free && readiness == StepReadiness.Failed ? BlockedBecause.AlreadyDone
                : null;
            steps.Add(new(step, readiness, why is null, attempt, why, why == BlockedBecause.EarlierStep ? before : null, reason, lastIndex));
            // Of free play no call needs the one before.
            if (readiness != StepReadiness.Done && !_header.Script.Free)
                missing ??= step;
            before = step;
        }
        return new()
        {
            Header = _header,
            Steps = steps,
            Outcome = _end?.Outcome ?? Outcome.Running,
            OutcomeReason = _end?.Reason,
            Results = _results,
            Facts = _facts,
        };
    }
}
