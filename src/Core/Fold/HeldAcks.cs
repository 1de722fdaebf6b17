using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Finds bare ACKs that were held back, and what a RST answers: what had arrived at the sender before. For the order a moment that is only a possible one will
/// do; how long an ACK was
/// held tells only the sender's own capture of both, the arrival and the sending.
/// </summary>
internal sealed class HeldAcks
{
    /// <summary>
    /// Nanoseconds within which an ACK was sent at once: in the same softirq, microseconds after the arrival. A held one waits for data to travel with, or for
    /// the kernel's timer
    /// (tcp_send_delayed_ack): until the next tick, 0.9 to 4 ms here, while no payload has come, and 40 ms (TCP_ATO_MIN) and more afterwards.
    /// </summary>
    public const long AtOnce = 200_000;

    private sealed class End
    {
        public readonly List<(uint End, long At)> Waiting = [];
        public SegmentSighting? Last;
    }

    private readonly Dictionary<(TcpEndpoint, TcpEndpoint), End> _ends = [];

    public HeldAcks Copy()
    {
        var copy = new HeldAcks();
        foreach (((TcpEndpoint, TcpEndpoint) way, End end) in _ends)
        {
            var same = new End { Last = end.Last };
            same.Waiting.AddRange(end.Waiting);
            copy._ends[way] = same;
        }
        return copy;
    }

    /// <summary>Goes on with segments that passed after those before.</summary>
    public void Find(IReadOnlyList<SegmentSighting> segments, IReadOnlyList<(long Sent, long? Received)> times, long?[] delays, ResetReason?[] resets)
    {
        End At(TcpEndpoint own, TcpEndpoint peer) => _ends.TryGetValue((own, peer), out End? end) ? end : _ends[(own, peer)] = new End();

        var moments = new List<(long T, bool Sends, int Index)>();
        for (int i = 0; i < segments.Count; i++)
        {
            moments.Add((times[i].Sent, true, i));
            if (times[i].Received is { } received)
                moments.Add((received, false, i));
        }
        foreach ((long t, bool sends, int i) in moments.OrderBy(m => m.T).ThenBy(m => m.Sends).ThenBy(m => m.Index))
        {
            SegmentSighting s = segments[i];
            if (!sends)
            {
                End target = At(s.Target, s.Origin);
                if (s.Span > 0 && s.Received is not null)
                    target.Waiting.Add((s.End, t));
                target.Last = s;
                continue;
            }
            End origin = At(s.Origin, s.Target);
            if (s.Flags.Has(TcpFlags.Rst))
                resets[i] = Reason(s, origin.Last);
            if (!s.Flags.Has(TcpFlags.Ack))
                continue;
            long oldest = long.MaxValue;
            origin.Waiting.RemoveAll(w =>
            {
                bool acknowledged = (int)(s.Event.Ack - w.End) >= 0;
                if (acknowledged)
                    oldest = Math.Min(oldest, w.At);
                return acknowledged;
            });
            if (s.Sent is not null && s.Span == 0 && !s.Flags.Has(TcpFlags.Rst) && oldest != long.MaxValue && t - oldest >= AtOnce)
                delays[i] = t - oldest;
        }
    }

    private static ResetReason Reason(SegmentSighting reset, SegmentSighting? answers)
    {
        if (!reset.Flags.Has(TcpFlags.Ack))
            return ResetReason.NoSocket;
        bool toSyn = answers is not null && answers.Flags.Has(TcpFlags.Syn) && !answers.Flags.Has(TcpFlags.Ack);
        return toSyn && reset.Event.Ack == answers!.End ? ResetReason.Refused : ResetReason.Aborted;
    }
}
