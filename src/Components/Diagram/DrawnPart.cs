using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// What of a run is drawn: all of it, or of a long one as much as a few windows hold, from one moment to another. So a run of any length costs the same to lay
/// out and to draw; whoever scrolls on is
/// shown the part that follows.
/// </summary>
/// <param name="Timeline">The part that is drawn.</param>
/// <param name="Before">Marks that come before it.</param>
/// <param name="After">Marks that come after it.</param>
public sealed record DrawnPart(Timeline Timeline, int Before, int After)
{
    /// <summary>A run of no more marks is drawn whole.</summary>
    public const int Whole = 400;

    /// <summary>Most marks of a part: some windows full, and no more than a browser draws while a person scrolls.</summary>
    public const int Most = 160;

    /// <summary>Marks of it.</summary>
    public int Count => Timeline.Whole.Marks() - Before - After;

    /// <summary>True where there is more than it shows.</summary>
    public bool IsPart => Before + After > 0;

    /// <summary>The newest marks. The part begins where it began before as long as it may, so that what is drawn keeps its place while more comes.</summary>
    /// <param name="timeline">All of the run.</param>
    /// <param name="before">What was drawn of it; null for nothing.</param>
    public static DrawnPart Newest(Timeline timeline, DrawnPart? before = null)
    {
        int all = timeline.Marks();
        long from =
            before is { After: 0, Timeline.Begin: > long.MinValue and var begun } && all - timeline.MarksBefore(begun) is > 0 and <= Most
                ? begun
                : timeline.MomentOf(Math.Max(0, all - Most / 2));
        return Between(timeline, from, long.MaxValue);
    }

    /// <summary>What lies around a moment.</summary>
    public static DrawnPart Around(Timeline timeline, long t)
    {
        int first = Math.Clamp(timeline.MarksBefore(t) - Most / 2, 0, Math.Max(0, timeline.Marks() - Most));
        return Between(timeline, timeline.MomentOf(first), timeline.MomentOf(first + Most));
    }

    /// <summary>The same part of a run that has grown.</summary>
    public DrawnPart Of(Timeline timeline) =>
        Between(timeline, Timeline.Begin, After > 0 ? Timeline.Until : timeline.MomentOf(Math.Max(Before + Most, timeline.MarksBefore(Timeline.End + 1))));

    /// <summary>Whether it shows a moment.</summary>
    public bool Shows(long t) => Timeline.Begin <= t && t < Timeline.Until;

    private static DrawnPart Between(Timeline timeline, long from, long until)
    {
        if (timeline.Marks() <= Whole)
            return new(timeline, 0, 0);
        // More marks than a part has may be of one moment.
        until = Math.Max(until, from + 1);
        int before = from == long.MinValue ? 0 : timeline.MarksBefore(from),
            after = until == long.MaxValue ? 0 : timeline.Marks() - timeline.MarksBefore(until);
        return new(before + after == 0 ? timeline : timeline.Between(from, until), before, after);
    }
}
