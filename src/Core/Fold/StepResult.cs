using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A deciding call at its place on the axis.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Call">The call.</param>
/// <param name="Rule">What the bind rule said of it; null where the rule is not about such a call.</param>
public sealed record ResultMark(RunResult Result, CallEvent Call, RuleCheck? Rule);

/// <summary>One attempt of a deciding step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Marks">Its deciding calls, in their order.</param>
/// <param name="Repeated">True for one of those that the lab made by itself, once a second.</param>
public sealed record StepResult(string Step, int Attempt, IReadOnlyList<ResultMark> Marks, bool Repeated)
{
    /// <summary>The call that decided: the first that failed, else the last.</summary>
    public ResultMark Deciding => Marks.FirstOrDefault(m => !m.Result.Succeeded) ?? Marks[^1];

    /// <summary>True when every deciding call succeeded.</summary>
    public bool Succeeded => Deciding.Result.Succeeded;

    /// <summary>Nanoseconds on the run's axis.</summary>
    public long At => Deciding.Result.T;

    /// <param name="deciding">Every deciding call in the order of the log.</param>
    /// <param name="checks">What the bind rule said of calls.</param>
    /// <param name="notes">In the order of the log.</param>
    internal static IReadOnlyList<StepResult> Collect(
        IReadOnlyList<(RunResult Result, CallEvent Call)> deciding,
        IReadOnlyList<RuleCheck> checks,
        IReadOnlyList<NoteEvent> notes
    )
    {
        Dictionary<long, RuleCheck> rules = checks.ToDictionary(c => c.Seq);
        return
        [
            .. deciding
                .GroupBy(d => (d.Result.Step, d.Result.Attempt))
                .Select(made => new StepResult(
                    made.Key.Step,
                    made.Key.Attempt,
                    [.. made.Select(d => new ResultMark(d.Result, d.Call, rules.GetValueOrDefault(d.Result.Seq)))],
                    IsRepeating(notes, made.First().Result.Seq)
                )),
        ];
    }

    /// <summary>Whether the lab was repeating a step at that place of the log.</summary>
    internal static bool IsRepeating(IReadOnlyList<NoteEvent> notes, long seq) =>
        notes.LastOrDefault(n => n.Seq <= seq && n.Code is NoteCodes.Repeating or NoteCodes.RepeatingEnded)?.Code == NoteCodes.Repeating;
}
