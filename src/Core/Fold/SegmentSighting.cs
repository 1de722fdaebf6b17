using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One segment as one or both hosts saw it; at least one of the times is known.</summary>
internal sealed record SegmentSighting(
    string From,
    string To,
    TcpEndpoint Origin,
    TcpEndpoint Target,
    TcpFlags Flags,
    SegmentEvent Event,
    long? Sent,
    long? Received,
    IReadOnlyList<long> Seqs,
    bool Again
)
{
    /// <summary>Nanoseconds that a segment may be under way at most; what comes later is another one of the same content.</summary>
    public const long LongestFlight = 10_000_000_000;

    /// <summary>A receive may seem so much earlier than its send: where the hosts share a clock, and where theirs was estimated.</summary>
    private const long SameClock = 1_000_000,
        OtherClock = 1_000_000_000;

    /// <summary>What a segment is told by where both ends captured it.</summary>
    internal readonly record struct Content(TcpEndpoint Origin, uint Seq, uint Ack, TcpFlags Flags, int Len)
    {
        public static Content? Of(SegmentEvent e) =>
            TcpFlagNames.TryParse(e.Flags, out TcpFlags flags) ? new(e.From.Unmapped(), e.SeqNo, e.Ack, flags, e.Len) : null;
    }

    public Content What => new(Origin, Event.SeqNo, Event.Ack, Flags, Event.Len);

    /// <summary>The first moment that is known of it.</summary>
    public long At => Sent ?? Received!.Value;

    /// <summary>Sequence numbers that it takes up.</summary>
    public uint Span => (uint)Event.Len + (Flags.Has(TcpFlags.Syn) ? 1u : 0) + (Flags.Has(TcpFlags.Fin) ? 1u : 0);

    public uint End => Event.SeqNo + Span;

    /// <summary>A SYN without ACK: it begins a connection.</summary>
    public bool Opens => Flags.Has(TcpFlags.Syn) && !Flags.Has(TcpFlags.Ack);

    /// <summary>Brings what the hosts' captures tell of a flow together: a segment that both ends saw becomes one. In the order of time.</summary>
    /// <param name="events">The flow's, in the order of the log.</param>
    /// <param name="ends">Whose its ends are.</param>
    /// <param name="context">What the whole run tells.</param>
    public static IReadOnlyList<SegmentSighting> Collect(IEnumerable<SegmentEvent> events, FlowEnds ends, FlowContext context)
    {
        var all = new List<SegmentSighting>();
        foreach (SegmentEvent e in events)
        {
            if (!TcpFlagNames.TryParse(e.Flags, out TcpFlags flags))
                continue;
            TcpEndpoint origin = e.From.Unmapped(),
                target = e.To.Unmapped();
            string from = ends.HostOf(origin),
                to = ends.HostOf(target);
            if (e.Host != (e.Sent is null ? to : from) && !IsCopyThatCounts(e, from, context))
                continue;
            all.Add(new SegmentSighting(from, to, origin, target, flags, e, e.Sent, e.Received, [e.Seq], e.Retransmission));
        }
        return Pair(all, Before(ends, context));
    }

    /// <summary>Nanoseconds by which a receive may seem earlier than its send.</summary>
    public static long Before(FlowEnds ends, FlowContext context) => context.SharesClock(ends.Low, ends.High) ? SameClock : OtherClock;

    // Seen once on a loopback that hosts share: both tell of it, and the sender's own counts where it captures.
    private static bool IsCopyThatCounts(SegmentEvent e, string from, FlowContext context) =>
        e is { Sent: not null, Received: not null } && context.Header.OneNamespace && !context.IsToCapture(from);

    private static List<SegmentSighting> Pair(List<SegmentSighting> all, long before)
    {
        var merged = new List<SegmentSighting>(all.Count);
        foreach (IGrouping<Content, SegmentSighting> same in all.GroupBy(s => s.What))
        {
            List<SegmentSighting> sends = [.. same.Where(s => s.Received is null).OrderBy(s => s.At)];
            foreach (SegmentSighting receive in same.Where(s => s.Sent is null).OrderBy(s => s.At))
            {
                SegmentSighting? nearest = sends
                    .Where(s => s.At <= receive.At + before && receive.At - s.At <= LongestFlight)
                    .MinBy(s => Math.Abs(receive.At - s.At));
                if (nearest is null)
                {
                    merged.Add(receive);
                    continue;
                }
                sends.Remove(nearest);
                merged.Add(
                    nearest with
                    {
                        Received = Math.Max(nearest.At, receive.At),
                        Seqs = [.. nearest.Seqs, .. receive.Seqs],
                        Again = nearest.Again || receive.Again,
                    }
                );
            }
            merged.AddRange(sends);
            merged.AddRange(same.Where(s => s is { Sent: not null, Received: not null }));
        }
        return [.. merged.OrderBy(s => s.At).ThenBy(s => s.Seqs[0])];
    }
}
