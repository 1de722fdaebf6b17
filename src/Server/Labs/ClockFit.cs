using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>A clock's distance from the lab's and how far that may be wrong, both in nanoseconds.</summary>
/// <param name="Offset">What has to be added to its times to make them the lab's.</param>
/// <param name="Uncertainty">How far that may be wrong, in either direction.</param>
/// <param name="At">When it was so, in nanoseconds of the lab's clock; null for the lab's own clock, of which it is so at all times.</param>
internal readonly record struct ClockEstimate(long Offset, long Uncertainty, long? At = null)
{
    public ClockInterval Interval => ClockInterval.Around(Offset, Uncertainty);

    /// <summary>The same at another time, earlier or later: less sure.</summary>
    public ClockEstimate Aged(long at) => At is { } then ? new(Offset, Uncertainty + ClockDrift.Over(at - then), at) : this;

    /// <summary>How far times between these two may be off when all are placed by this one offset.</summary>
    public long UncertaintyOver(long from, long to) => Math.Max(Aged(from).Uncertainty, Aged(to).Uncertainty);
}

/// <summary>
/// The clocks of two hosts from what was measured over each one's link and from segments that passed between them: no segment arrives before it was sent, in
/// either direction.
/// All as of one time.
/// </summary>
internal static class ClockFit
{
    /// <summary>The best estimates that keep every segment's arrival after its sending; those given where the two contradict each other.</summary>
    /// <param name="first">By the round trips to the one agent.</param>
    /// <param name="other">By the round trips to the other.</param>
    /// <param name="difference">The first's offset less the other's, by segments.</param>
    /// <param name="order">Where in it all that was seen is in order, if that is possible; it makes nothing more certain.</param>
    public static (ClockEstimate First, ClockEstimate Other) Tighten(ClockEstimate first, ClockEstimate other, ClockInterval difference, ClockInterval order)
    {
        (ClockInterval f, ClockInterval o) = Both(difference);
        if (!f.IsPossible || !o.IsPossible)
            return (first, other);
        ClockInterval ordered = difference & order;
        (ClockInterval firstWithin, ClockInterval otherWithin) = Both(ordered);
        if (!ordered.IsPossible || !firstWithin.IsPossible || !otherWithin.IsPossible)
            (ordered, firstWithin, otherWithin) = (difference, f, o);
        // Of both intervals every value has a partner in the other: the other takes its middle, the first what fits to it.
        long otherAt = otherWithin.Middle,
            firstAt = Math.Clamp(firstWithin.Middle, otherAt + ordered.Least, otherAt + ordered.Most);
        return (Within(f, firstAt, first.At), Within(o, otherAt, other.At));

        (ClockInterval First, ClockInterval Other) Both(ClockInterval apart) =>
            (first.Interval & (other.Interval + apart), other.Interval & (first.Interval - apart));
    }

    private static ClockEstimate Within(ClockInterval i, long offset, long? at) => new(offset, Math.Max(offset - i.Least, i.Most - offset), at);
}
