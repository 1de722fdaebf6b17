using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>In what two runs differ.</summary>
public enum DifferenceKind : byte
{
    /// <summary>Both made the call, and the kernel answered otherwise.</summary>
    Result,

    /// <summary>A segment that only one of them saw; bare acknowledgements do not count, they may be delayed and go with others.</summary>
    Segment,

    /// <summary>A state that only one of them came to.</summary>
    State,

    /// <summary>A call that only one of them made.</summary>
    Call,
}

/// <summary>A mark of one run that is compared.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Step">The step's id.</param>
/// <param name="Host">The host it is on; a segment's sender.</param>
/// <param name="What">The call with its socket, the segment's flags, or the state.</param>
/// <param name="Outcome">A call's error, or <c>ok</c>; empty for others.</param>
/// <param name="T">When, nanoseconds on its run's axis.</param>
/// <param name="Seq">The event.</param>
public sealed record ComparedMark(DifferenceKind Kind, string Step, string Host, string What, string Outcome, long T, long Seq)
{
    /// <summary>The inferred segment of that event; null for what the event shows itself.</summary>
    public SegmentKind? Inferred { get; init; }
}

/// <summary>Where two runs begin to differ.</summary>
/// <param name="Kind">In what.</param>
/// <param name="Left">The mark of the first; null where it has none.</param>
/// <param name="Right">That of the second; null where it has none.</param>
public sealed record RunDifference(DifferenceKind Kind, ComparedMark? Left, ComparedMark? Right);

/// <summary>Two runs side by side: a pure function of both.</summary>
/// <param name="Values">The values of the scenario that differ, by their ids.</param>
/// <param name="Script">Calls that only one of them makes because its values say so, in their order.</param>
/// <param name="First">Where what the kernels did begins to differ; null where it does not.</param>
public sealed record RunComparison(IReadOnlyList<string> Values, IReadOnlyList<RunDifference> Script, RunDifference? First)
{
    /// <summary>Compares two runs as far as both have come.</summary>
    public static RunComparison Of(Timeline left, Timeline right)
    {
        string[] values =
        [
            .. left
                .Header.Script.Values.Select(v => v.Id)
                .Concat(right.Header.Script.Values.Select(v => v.Id))
                .Distinct()
                .Where(id => Value(left, id) != Value(right, id)),
        ];
        var script = new List<RunDifference>();
        RunDifference? first = null;
        Dictionary<string, Side> rights = Sides(right);
        foreach ((string step, Side mine) in Sides(left))
        {
            // As long as a step is under way in one of them, the other is not held against it.
            if (!rights.TryGetValue(step, out Side? other) || !mine.Settled || !other.Settled)
                break;
            RunDifference[] differ = [.. Compare(mine.Marks, other.Marks)];
            script.AddRange(differ.Where(d => d.Kind == DifferenceKind.Call));
            first ??= differ.FirstOrDefault(d => d.Kind != DifferenceKind.Call);
        }
        return new(values, script, first ?? (script.Count > 0 && values.Length == 0 ? script[0] : null));
    }

    // The last call that began by then; -1 for none.
    private static int Before((long T, string Step)[] begins, long t)
    {
        int low = 0,
            high = begins.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (begins[middle].T <= t)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private static string? Value(Timeline run, string id) => run.Header.Values.TryGetValue(id, out Scalar value) ? value.ToString() : null;

    private sealed record Side(bool Settled, List<ComparedMark> Marks);

    // The marks of each step, in the order of the script, each in the order of the axis.
    private static Dictionary<string, Side> Sides(Timeline run)
    {
        var sides = run
            .Progress.Steps.Where(s => s.Attempt > 0)
            .ToDictionary(s => s.Step.Id, s => new Side(s.Readiness is StepReadiness.Done or StepReadiness.Failed, []));
        (long T, string Step)[] begins = [.. run.Calls.Where(c => c.Event.Step is not null).Select(c => (c.Event.T, c.Event.Step!)).OrderBy(c => c.T)];
        foreach (CallMark call in run.Calls)
        {
            if (call.Event is { Step: { } step, Index: not null } e && sides.TryGetValue(step, out Side? side))
                side.Marks.Add(new(DifferenceKind.Call, step, call.Host, $"{e.Call}({e.Socket})", e.Errno ?? "ok", e.T, e.Seq));
        }
        foreach (Arrow arrow in run.Arrows.Where(a => a.Kind != SegmentKind.Ack))
            Add(DifferenceKind.Segment, arrow.From, arrow.Label, arrow.Sent, arrow.Seqs[0], arrow.Source == EvidenceSource.Inferred ? arrow.Kind : null);
        foreach (StateBand band in run.Bands)
            Add(DifferenceKind.State, band.Host, band.State.Name(), band.Begin, band.Seq, null);
        foreach (Side side in sides.Values)
            side.Marks.Sort((a, b) => (a.T, a.Seq).CompareTo((b.T, b.Seq)));
        return sides;

        void Add(DifferenceKind kind, string host, string what, long t, long seq, SegmentKind? inferred)
        {
            int at = Before(begins, t);
            if (at >= 0 && sides.TryGetValue(begins[at].Step, out Side? side))
                side.Marks.Add(new(kind, begins[at].Step, host, what, "", t, seq) { Inferred = inferred });
        }
    }

    // In the order of what both have: each difference stands after the last mark before it that the two share, and there what the first has comes first.
    private static IEnumerable<RunDifference> Compare(List<ComparedMark> left, List<ComparedMark> right)
    {
        var others = right.Select((mark, at) => (mark, at)).GroupBy(r => Key(r.mark)).ToDictionary(g => g.Key, g => new Queue<int>(g.Select(r => r.at)));
        var found = new List<(int Shared, bool OfRight, RunDifference Of)>();
        bool[] matched = new bool[right.Count];
        int shared = 0;
        foreach (ComparedMark mine in left)
        {
            if (!others.TryGetValue(Key(mine), out Queue<int>? same) || !same.TryDequeue(out int at))
            {
                found.Add((shared, false, new(mine.Kind, mine, null)));
                continue;
            }
            matched[at] = true;
            if (mine.Outcome != right[at].Outcome)
                found.Add((shared, false, new(DifferenceKind.Result, mine, right[at])));
            shared++;
        }
        shared = 0;
        for (int at = 0; at < right.Count; at++)
        {
            if (matched[at])
                shared++;
            else
                found.Add((shared, true, new(right[at].Kind, null, right[at])));
        }
        return found.OrderBy(f => f.Shared).ThenBy(f => f.OfRight).Select(f => f.Of);
    }

    private static (DifferenceKind, string, string) Key(ComparedMark mark) => (mark.Kind, mark.Host, mark.What);
}
