using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>Counts what was lost and tells of it at most once in a while.</summary>
/// <param name="every">Nanoseconds between two events at least.</param>
/// <param name="reason">What was lost and why, without the number.</param>
/// <param name="source">Who lost it.</param>
internal sealed class GapCounter(long every, Message reason, string source = EvidenceSource.Proc)
{
    private long _lost,
        _toldAt = long.MinValue / 2,
        _latest;

    /// <summary>Adds to the count; the event when it is time for one.</summary>
    public GapEvent? Count(int more, long now)
    {
        _lost += more;
        if (_lost == 0 || now - _toldAt < every)
            return null;
        return Tell(now);
    }

    /// <summary>The count of one reading, which the next replaces; an event only for another number than the last told.</summary>
    public GapEvent? Latest(int count, long now)
    {
        if (count == _latest || now - _toldAt < every)
            return null;
        _latest = _lost = count;
        return count == 0 ? null : Tell(now);
    }

    private GapEvent Tell(long now)
    {
        var gap = new GapEvent
        {
            T = now,
            Source = source,
            Lost = _lost,
            Reason = reason,
        };
        (_lost, _toldAt) = (0, now);
        return gap;
    }
}
