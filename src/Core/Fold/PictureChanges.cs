namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What of some pictures is other than it was. What is the same stays the very same object.</summary>
internal sealed class PictureChanges
{
    /// <summary>Items of one kind that are no more, and those that are new.</summary>
    internal sealed class Of<T>(IEqualityComparer<T>? same = null)
        where T : class
    {
        private readonly IEqualityComparer<T> _same = same ?? EqualityComparer<T>.Default;

        public List<T> Old { get; } = [];

        public List<T> New { get; } = [];

        /// <returns>What is now, of what was before where that is the same.</returns>
        public IReadOnlyList<T> Add(IReadOnlyList<T> old, IReadOnlyList<T> now)
        {
            // A connection grows at its end.
            int kept = 0;
            while (kept < old.Count && kept < now.Count && _same.Equals(old[kept], now[kept]))
                kept++;
            for (int i = kept; i < old.Count; i++)
                Old.Add(old[i]);
            for (int i = kept; i < now.Count; i++)
                New.Add(now[i]);
            return kept == 0 ? now : [.. old.Take(kept), .. now.Skip(kept)];
        }
    }

    /// <summary>By all that an arrow says.</summary>
    public static IEqualityComparer<Arrow> SameArrows { get; } = new SameArrow();

    private sealed class SameArrow : IEqualityComparer<Arrow>
    {
        public bool Equals(Arrow? x, Arrow? y) => x is not null && y is not null && x.Seqs.SequenceEqual(y.Seqs) && x with { Seqs = y.Seqs } == y;

        public int GetHashCode(Arrow a) => a.Sent.GetHashCode();
    }

    public Of<StateBand> Bands { get; } = new();

    public Of<StateChange> Changes { get; } = new();

    public Of<Arrow> Arrows { get; } = new(SameArrows);

    public Of<TimeWaitBar> TimeWaits { get; } = new();

    public Of<CallMark> Calls { get; } = new();

    public Of<Disagreement> Contradictions { get; } = new();

    /// <returns>The picture as it is now, of what was before where that is the same.</returns>
    public FlowPicture Add(FlowPicture old, FlowPicture now)
    {
        (FlowHistory? history, IReadOnlyList<Arrow> arrows) = AddArrows(old, now);
        return now with
        {
            Bands = Bands.Add(old.Bands, now.Bands),
            Changes = Changes.Add(old.Changes, now.Changes),
            Arrows = arrows,
            History = history,
            TimeWaits = TimeWaits.Add(old.TimeWaits, now.TimeWaits),
            Calls = Calls.Add(old.Calls, now.Calls),
            Contradictions = Contradictions.Add(old.Contradictions, now.Contradictions),
        };
    }

    // What has passed for good is neither looked at nor told again, unless it was drawn anew.
    private (FlowHistory?, IReadOnlyList<Arrow>) AddArrows(FlowPicture old, FlowPicture now)
    {
        if (now.History is not { } history)
            return (null, Arrows.Add(Whole(old), now.Arrows));
        IReadOnlyList<Arrow> passing = history.Passing,
            drawn = history.IsOf(old.History) ? old.Arrows : Whole(old);
        IReadOnlyList<Arrow> kept = Arrows.Add(drawn, passing.Count == 0 ? now.Arrows : [.. FlowPicture.InOrder([.. passing, .. now.Arrows])]);
        if (passing.Count == 0)
            return (history, kept);
        // What was concluded never passes: another conclusion may take its place.
        HashSet<Arrow> gone = new(kept.Where(a => a.Segment is not null).Take(passing.Count), ReferenceEqualityComparer.Instance);
        return (history.Passed(kept.Where(gone.Contains)), [.. kept.Where(a => !gone.Contains(a))]);
    }

    private static IReadOnlyList<Arrow> Whole(FlowPicture picture) =>
        picture.History is { } history ? [.. FlowPicture.InOrder([.. history.Arrows, .. picture.Arrows])] : picture.Arrows;
}
