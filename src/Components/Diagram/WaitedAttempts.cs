using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// Attempts that the lab made by itself, once a second, and that failed alike, one after the other, are one mark: the first of them stands for all, and stays
/// where it is while more come.
/// The log and the lists have every single one.
/// </summary>
internal sealed class WaitedAttempts
{
    private readonly Dictionary<long, (int First, int Last)> _marks = [];
    private readonly HashSet<(string?, int)> _failed = [];

    public static WaitedAttempts Find(Timeline timeline)
    {
        var waited = new WaitedAttempts();
        StepResult? first = null,
            last = null;
        // Of a part of a run: the first that is in it stands for those that are.
        HashSet<long> drawn = [.. timeline.Calls.Select(c => c.Event.Seq)];
        foreach (StepResult attempt in timeline.Results.Where(r => drawn.Contains(r.Deciding.Result.Seq)))
        {
            bool goesOn =
                last is { Repeated: true, Succeeded: false }
                && attempt is { Repeated: true, Succeeded: false }
                && last.Step == attempt.Step
                && last.Attempt + 1 == attempt.Attempt
                && last.Deciding.Result.Errno == attempt.Deciding.Result.Errno;
            first = goesOn ? first : attempt;
            last = attempt;
            if (attempt is not { Repeated: true, Succeeded: false })
                continue;
            waited._failed.Add((attempt.Step, attempt.Attempt));
            waited._marks[first!.Deciding.Result.Seq] = (first.Attempt, attempt.Attempt);
        }
        return waited;
    }

    /// <summary>The attempts that the mark of this call stands for; null where it is none of these.</summary>
    public (int First, int Last)? Mark(CallMark call) => _marks.TryGetValue(call.Event.Seq, out (int, int) attempts) ? attempts : null;

    /// <summary>The calls of these attempts that are not drawn, by seq: who looks for one of them is shown this mark.</summary>
    public SeqList StandsFor(CallMark call, Timeline timeline) =>
        Mark(call) is not var (first, last)
            ? SeqList.Empty
            : new(
                timeline
                    .Calls.Where(c => c.Event.Step == call.Event.Step && c.Event.Attempt >= first && c.Event.Attempt <= last && Hides(c))
                    .Select(c => c.Event.Seq)
            );

    public bool Hides(CallMark call) => _failed.Contains((call.Event.Step, call.Event.Attempt)) && Mark(call) is null;
}
