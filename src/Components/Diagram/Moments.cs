using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Components.Diagram;

internal enum MomentKind : byte
{
    // The order of kinds is the order of what happens at one and the same time: a program starts, a call sends, a segment arrives, a state follows from it,
    // the answer is sent, a call returns.
    Event,
    Call,
    Arrive,
    BandEnd,
    Band,
    Seen,
    Send,
    Return,
    TimerZero,
    TimeWaitGone,
    Remark,
}

/// <summary>Something that needs a place on the axis.</summary>
/// <param name="T">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Item">The mark it belongs to.</param>
internal readonly record struct Moment(long T, MomentKind Kind, object Item)
{
    /// <summary>Every moment of the timeline in the order of the axis.</summary>
    public static IReadOnlyList<Moment> Find(Timeline timeline, WaitedAttempts waited)
    {
        var all = new List<Moment>();
        foreach (CallMark call in timeline.Calls.Where(c => !waited.Hides(c)))
            all.Add(new(call.At, call.Event.Call is "accept4" or "read" or "recv" ? MomentKind.Return : MomentKind.Call, call));
        foreach (Arrow arrow in timeline.Arrows)
        {
            all.Add(new(arrow.Sent, MomentKind.Send, arrow));
            // On loopback both are one moment.
            all.Add(new(Math.Max(arrow.Sent + 1, arrow.Received ?? 0), MomentKind.Arrive, arrow));
        }
        foreach (StateBand band in timeline.Bands)
        {
            // What had begun before the part that is drawn begins with it, and what lasts longer ends with it.
            all.Add(new(Math.Max(band.Begin, timeline.Begin), MomentKind.Band, band));
            // Its begin was concluded, and only later somebody saw it.
            if (band.Source == EvidenceSource.Inferred && band.SeenFrom > band.Begin)
                all.Add(new(Math.Max(band.SeenFrom.Value, timeline.Begin), MomentKind.Seen, band));
            if (band.End is { } end && end < timeline.Until)
                all.Add(new(Math.Max(band.Begin + 1, end), MomentKind.BandEnd, band));
        }
        foreach (TimeWaitBar bar in timeline.TimeWaits)
        {
            long begin = Math.Max(timeline.Begin, timeline.Bands.First(b => b.Seq == bar.Seq).Begin);
            if ((bar.GoneAt is not { } gone || gone > bar.TimerEnd) && bar.TimerEnd < timeline.Until)
                all.Add(new(Math.Max(begin + 1, bar.TimerEnd), MomentKind.TimerZero, bar));
            if (bar.GoneAt is { } over && over < timeline.Until)
                all.Add(new(Math.Max(begin + 2, over), MomentKind.TimeWaitGone, bar));
        }
        foreach (RunEvent e in timeline.Programs.Concat<RunEvent>(timeline.Environment))
            all.Add(new(e.T, MomentKind.Event, e));
        foreach (Disagreement d in timeline.Disagreements)
            all.Add(new(d.T, MomentKind.Remark, d));
        foreach (GapEvent gap in timeline.Gaps.Where(g => g.Lost > 0))
            all.Add(new(gap.T, MomentKind.Remark, gap));
        // Stable, so that what the log tells in one order stays in it.
        return [.. all.OrderBy(m => m.T).ThenBy(m => m.Kind)];
    }
}
