using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The captured segments of both hosts as arrows: one for each, whether one host saw it or both.</summary>
internal sealed class Segments
{
    /// <summary>Nanoseconds taken for the way to an end that nobody captured; never so much that an answer would seem sent before its cause arrived.</summary>
    private const long Flight = 20_000;

    /// <summary>Nanoseconds after which a host that captures would have told of an arrival, if it has told of anything later: the shortest retransmission timeout (TCP_RTO_MIN).</summary>
    public const long Patience = 200_000_000;

    private readonly IReadOnlyList<Sighting> _segments;
    private readonly Heard _heard;
    private readonly HashSet<string> _capturing, _gaps;
    private readonly HashSet<(Endpoint, uint)> _repeated;

    private Segments(RunHeader header, IReadOnlyList<RunEvent> log, IReadOnlyList<CallEvent> calls)
    {
        _segments = SegmentSightings.Of(header, log, calls);
        _capturing = [.. header.Hosts.Where(SegmentSightings.Captures).Select(h => h.Name), .. log.OfType<SegmentEvent>().Select(e => e.Host).OfType<string>()];
        GapEvent[] gaps = [.. log.OfType<GapEvent>()];
        _gaps = [.. ((string[])[HubRoutes.Client, HubRoutes.Server]).Where(h => Array.Exists(gaps, g => g.Concerns(h, EventSource.Capture)))];
        _heard = new(_segments.Count == 0 ? [] : log);
        _repeated = [.. _segments.Where(s => s.Again).Select(s => (s.Origin, s.Event.SeqNo))];
        Arrows = Draw();
    }

    /// <summary>In the order they were sent.</summary>
    public IReadOnlyList<Arrow> Arrows { get; }

    public static Segments Of(RunHeader header, IReadOnlyList<RunEvent> log, IReadOnlyList<CallEvent> calls) => new(header, log, calls);

    /// <summary>True when anything of the connection's handshake was captured.</summary>
    public bool HasHandshake(Connection c) => Arrows.Any(a => a.Kind is SegmentKind.Syn or SegmentKind.SynAck && Belongs(a, c));

    /// <summary>True when a FIN or a RST of the connection was captured.</summary>
    public bool HasClose(Connection c) => Arrows.Any(a => a.Kind is SegmentKind.Fin or SegmentKind.Rst && Belongs(a, c));

    // A failed connect may leave the socket without an address: then it is the one that was tried at that time.
    private static bool Belongs(Arrow a, Connection c)
    {
        const long slack = 1_000_000;
        if (a.Sent < c.Connect.T - slack)
            return false;
        return c.ClientEnd is { } client ? a.Origin == client || a.Target == client : a.Sent <= c.Connect.T + c.Connect.Duration + slack;
    }

    private IReadOnlyList<Arrow> Draw()
    {
        int count = _segments.Count;
        var times = new (long Sent, long? Received)[count];
        ILookup<(Endpoint, Endpoint), int> flows = Enumerable.Range(0, count).ToLookup(i => Flow(_segments[i]));
        foreach (IGrouping<(Endpoint, Endpoint), int> flow in flows)
            Place([.. flow], times);
        var delays = new long?[count];
        var resets = new ResetReason?[count];
        HeldAcks.Find(_segments, times, delays, resets);

        var numbers = new SegmentNumbers();
        var arrows = new List<Arrow>(count);
        foreach (int i in Enumerable.Range(0, count).OrderBy(i => times[i].Sent))
        {
            Sighting s = _segments[i];
            SegmentEvent e = s.Event;
            (uint seq, uint? ack) = numbers.Of(s);
            arrows.Add(new(s.From, s.To, KindOf(s), times[i].Sent, times[i].Received, EventSource.Capture, InferredFrom.Nothing, s.Seqs, s.Origin, s.Target)
            {
                Segment = new ObservedSegment
                {
                    Flags = e.Flags, SeqNo = e.SeqNo, Ack = ack is null ? null : e.Ack, RelativeSeq = seq, RelativeAck = ack, Len = e.Len, Win = e.Win, Mss = e.Mss,
                    Wscale = e.Wscale, SackPermitted = e.SackPermitted, TsVal = e.TsVal, TsEcr = e.TsEcr,
                    Seen = s.Sent is null ? SeenAt.Receiver : s.Received is null ? SeenAt.Sender : SeenAt.BothEnds,
                    Retransmission = s.Again, AckDelay = delays[i], Reset = resets[i],
                },
            });
        }
        return arrows;
    }

    // Where one end was not seen it gets a possible moment: between what its host saw before and after.
    private void Place(int[] flow, (long Sent, long? Received)[] times)
    {
        for (int n = 0; n < flow.Length; n++)
        {
            Sighting s = _segments[flow[n]];
            if (s is { Sent: { } sent, Received: { } received })
            {
                times[flow[n]] = (sent, received);
            }
            else if (s.Sent is { } left)
            {
                long answered = Later(flow, n).Where(o => o.From == s.To && o.Received is not null).Select(o => o.Received!.Value).FirstOrDefault(left + 2 * Flight);
                times[flow[n]] = (left, IsLost(s, flow, n) ? null : left + Math.Clamp((answered - left) / 2, 0, Flight));
            }
            else
            {
                long arrived = s.Received!.Value;
                long asked = Earlier(flow, n).Where(o => o.From == s.To && o.Sent is not null).Select(o => o.Sent!.Value).FirstOrDefault(arrived - 2 * Flight);
                times[flow[n]] = (arrived - Math.Clamp((arrived - asked) / 2, 0, Flight), arrived);
            }
        }
    }

    private bool IsLost(Sighting s, int[] flow, int n)
    {
        bool answered = s.Span > 0 && Later(flow, n).Any(o => o.From == s.To && o.Flags.Has(TcpFlags.Ack) && (int)(o.Event.Ack - s.End) >= 0);
        if (_capturing.Contains(s.To))
        {
            // What was swallowed at the target may be this one. Then only an answer tells, and to a bare ACK or a RST there is none.
            if (_gaps.Contains(s.To) && (answered || s.Span == 0))
                return false;
            return Later(flow, n).Any(o => o.From == s.From && o is { Sent: not null, Received: not null }) || _heard.From(s.To) > s.At + Patience;
        }
        Sighting? again = s.Span == 0 || !_repeated.Contains((s.Origin, s.Event.SeqNo)) ? null : Later(flow, n).FirstOrDefault(o => o.From == s.From && o.Again && o.Event.SeqNo == s.Event.SeqNo);
        if (again is not null)
            return !Later(flow, n).Any(o => o.From == s.To && o.At <= again.At && o.Flags.Has(TcpFlags.Ack) && (int)(o.Event.Ack - s.End) >= 0);
        // The last of several that nobody answered, unless the answer was swallowed.
        return s.Span > 0 && !answered && !_gaps.Contains(s.From) && !Later(flow, n).Any(o => o.From == s.To) && _heard.From(s.From) > s.At + Patience;
    }

    private IEnumerable<Sighting> Later(int[] flow, int n) => flow.Skip(n + 1).Select(i => _segments[i]);

    private IEnumerable<Sighting> Earlier(int[] flow, int n) => flow.Take(n).Reverse().Select(i => _segments[i]);

    private static (Endpoint, Endpoint) Flow(Sighting s) => s.From == HubRoutes.Client ? (s.Origin, s.Target) : (s.Target, s.Origin);

    private static SegmentKind KindOf(Sighting s) => s.Flags switch
    {
        var f when f.Has(TcpFlags.Rst) => SegmentKind.Rst,
        var f when f.Has(TcpFlags.Syn) => f.Has(TcpFlags.Ack) ? SegmentKind.SynAck : SegmentKind.Syn,
        var f when f.Has(TcpFlags.Fin) => SegmentKind.Fin,
        _ => s.Event.Len > 0 ? SegmentKind.Data : SegmentKind.Ack,
    };
}
