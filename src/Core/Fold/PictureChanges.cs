namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What of some pictures is other than it was. What is the same stays the very same object.</summary>
internal sealed class PictureChanges
{
    /// <summary>Items of one kind that are no more, and those that are new.</summary>
    internal sealed class Of<T>(IEqualityComparer<T>? same = null) where T : class
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

    private sealed class SameArrow : IEqualityComparer<Arrow>
    {
        public bool Equals(Arrow? x, Arrow? y) => x is not null && y is not null && x.Seqs.SequenceEqual(y.Seqs) && x with { Seqs = y.Seqs } == y;

        public int GetHashCode(Arrow a) => a.Sent.GetHashCode();
    }

    public Of<StateBand> Bands { get; } = new();

    public Of<StateChange> Changes { get; } = new();

    public Of<Arrow> Arrows { get; } = new(new SameArrow());

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
            return (null, Arrows.Add(old.History is null ? old.Arrows : [.. old.History.Arrows, .. old.Arrows], now.Arrows));
        FlowHistory? before = history.IsOf(old.History) ? old.History : null;
        IReadOnlyList<Arrow> drawn = before is null && old.History is { } other ? [.. other.Arrows, .. old.Arrows] : old.Arrows;
        int passed = history.Arrows.Count - (before?.Arrows.Count ?? 0);
        IReadOnlyList<Arrow> kept = Arrows.Add(drawn, passed == 0 ? now.Arrows : [.. history.Arrows.From(history.Arrows.Count - passed), .. now.Arrows]);
        return passed == 0 ? (history, kept) : (history.GrownFrom(before, kept.Take(passed)), [.. kept.Skip(passed)]);
    }
}
