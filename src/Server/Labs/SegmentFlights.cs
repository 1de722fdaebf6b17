using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Bounds the difference of two hosts' clocks by segments that both saw. Takes their events with the times of their own clocks.</summary>
/// <param name="first">The host whose offset less the other's is bounded.</param>
internal sealed class SegmentFlights(string first)
{
    /// <summary>Segments remembered that one end has told of; beyond that the matching begins anew.</summary>
    private const int MaxWaiting = 4096;

    private readonly record struct Content(TcpEndpoint From, TcpEndpoint To, uint Seq, uint Ack, string Flags, int Length, uint? TsVal, uint? TsEcr);

    private readonly Dictionary<Content, (string Host, bool Sent, long T)> _waiting = [];

    // The first's offset less the other's by every segment so far, and when it was so, in nanoseconds of the lab's clock.
    private ClockInterval _difference = ClockInterval.Unknown;
    private long _at = long.MinValue;

    /// <summary>
    /// What is known of the first's offset less the other's at a time, in nanoseconds of the lab's clock: clocks come apart since the last segment.
    /// </summary>
    public ClockInterval Difference(long at) => _at == long.MinValue ? _difference : _difference.Widened(ClockDrift.Over(at - _at));

    /// <summary>
    /// The first's offset less the other's with which no segment of this run arrives before it was sent, when one offset places all of them; impossible once
    /// the clocks came apart too far for that.
    /// </summary>
    public ClockInterval Consistent { get; private set; } = ClockInterval.Unknown;

    /// <summary>What one end has told of and the other has not is of an earlier run, and so is its order.</summary>
    public void BeginRun()
    {
        _waiting.Clear();
        Consistent = ClockInterval.Unknown;
    }

    /// <summary>Takes what a host told.</summary>
    /// <param name="e">With the time of its host's own clock.</param>
    /// <param name="at">That time on the lab's clock, as far as it is known.</param>
    /// <param name="possible">What the difference can be at all then: a pair that contradicts it is of two segments, of which each end missed one.</param>
    /// <returns>True when more is known of the difference or the order than before.</returns>
    public bool Add(SegmentEvent e, long at, ClockInterval possible)
    {
        // Sent twice, either may be the one that arrived; seen once on a loopback, there is one clock.
        if (e.Host is not { } host || e.Retransmission || e is { Sent: not null, Received: not null })
            return false;
        var content = new Content(e.From, e.To, e.SeqNo, e.Ack, e.Flags, e.Len, e.TsVal, e.TsEcr);
        bool sent = e.Sent is not null;
        if (!_waiting.Remove(content, out (string Host, bool Sent, long T) other) || other.Host == host || other.Sent == sent)
        {
            if (_waiting.Count >= MaxWaiting)
                _waiting.Clear();
            _waiting[content] = (host, sent, e.T);
            return false;
        }
        // sending + its host's offset <= arrival + the other's.
        long flight = sent ? other.T - e.T : e.T - other.T;
        bool fromFirst = (host == first) == sent;
        ClockInterval bound = fromFirst ? ClockInterval.Unknown with { Most = flight } : ClockInterval.Unknown with { Least = -flight };
        // Hosts do not tell in the order of time. Both bounds count as of the later of the two times.
        long then = Math.Max(at, _at);
        ClockInterval known = Difference(then),
            narrower = known & bound.Widened(ClockDrift.Over(then - at));
        if (!(narrower & possible.Widened(ClockDrift.Over(then - at))).IsPossible)
            return false;
        ClockInterval order = Consistent.IsPossible ? Consistent & bound : Consistent;
        bool more = narrower != known || order != Consistent;
        if (narrower != known)
            (_difference, _at) = (narrower, then);
        Consistent = order;
        return more;
    }
}
