using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The captured segments of a flow as arrows: one for each, whether one host saw it or both.</summary>
internal sealed class FlowSegments
{
    /// <summary>Nanoseconds taken for the way to an end that nobody captured; never so much that an answer would seem sent before its cause arrived.</summary>
    private const long Flight = 20_000;

    /// <summary>
    /// Nanoseconds after which a host that captures would have told of an arrival, if it has told of anything later: the shortest retransmission timeout
    /// (TCP_RTO_MIN).
    /// </summary>
    public const long Patience = 200_000_000;

    private readonly IReadOnlyList<SegmentSighting> _segments;
    private readonly FlowContext _context;
    private readonly HashSet<(TcpEndpoint, uint)> _repeated;
    private readonly Dictionary<string, long> _waits;
    private readonly HashSet<string> _tellers;
    private readonly Dictionary<TcpEndpoint, int> _lastWhole = [];

    private readonly FlowHistory? _history;
    private readonly (long Sent, long? Received)[] _times;

    private FlowSegments(IReadOnlyList<SegmentSighting> segments, FlowHistory? history, FlowContext context)
    {
        (_segments, _history, _context) = (segments, history, context);
        _repeated = [.. _segments.Where(s => s.Again).Select(s => (s.Origin, s.Event.SeqNo))];
        _waits = new(history?.Waits ?? ImmutableDictionary<string, long>.Empty);
        _tellers =
        [
            .. history?.Tellers ?? new HashSet<string>(),
            .. _segments.Where(s => s.Sent is not null).Select(s => s.From),
            .. _segments.Where(s => s.Received is not null).Select(s => s.To),
        ];
        for (int i = 0; i < _segments.Count; i++)
        {
            if (_segments[i] is { Sent: not null, Received: not null } whole)
                _lastWhole[whole.Origin] = i;
        }
        _times = new (long, long?)[_segments.Count];
        Place(_times);
        Arrows = Draw();
        Telling = [.. history?.Telling ?? AppendList<Arrow>.Empty, .. history is null ? Arrows : Arrows.Where(FlowHistory.Tells)];
    }

    /// <summary>In the order they were sent; what has passed for good is in the flow's history.</summary>
    public IReadOnlyList<Arrow> Arrows { get; }

    /// <summary>Those that connections are told by, of the history as well.</summary>
    public IReadOnlyList<Arrow> Telling { get; }

    /// <summary>What the arrows were made of, in the order of time.</summary>
    public IReadOnlyList<SegmentSighting> Segments => _segments;

    /// <summary>When each of <see cref="Segments"/> was sent and came, as it is drawn.</summary>
    public IReadOnlyList<(long Sent, long? Received)> Times => _times;

    /// <summary>The hosts of which the capture told anything of the flow.</summary>
    public IReadOnlySet<string> Tellers => _tellers;

    /// <summary>Once a host has told of something later than this, what was not told of is lost: nanoseconds on the run's axis.</summary>
    public IReadOnlyDictionary<string, long> Waits => _waits;

    /// <param name="flow">All that was told of the flow.</param>
    /// <param name="ends">Whose its ends are; null where one is a stranger's, of whom nothing is drawn.</param>
    /// <param name="context">What the whole run tells.</param>
    public static FlowSegments Fold(Flow flow, FlowEnds? ends, FlowContext context) =>
        new(
            ends is null || flow.Segments.Count == 0 ? [] : SegmentSighting.Collect(flow.History?.Since(flow) ?? flow.Segments, ends, context),
            flow.History,
            context
        );

    /// <summary>What numbers and held ACKs are counted on from, once the first so many segments have passed.</summary>
    public (SegmentNumbers Numbers, HeldAcks Held) After(int count)
    {
        SegmentNumbers numbers = _history?.Numbers.Copy() ?? new();
        HeldAcks held = _history?.Held.Copy() ?? new();
        foreach (int i in Enumerable.Range(0, count).OrderBy(i => _times[i].Sent))
            _ = numbers.Of(_segments[i]);
        held.Find([.. _segments.Take(count)], _times, new long?[count], new ResetReason?[count]);
        return (numbers, held);
    }

    /// <summary>True when nothing that comes later changes where the segment is drawn, unless it is of the time before.</summary>
    /// <param name="n">Its place in <see cref="Segments"/>.</param>
    /// <param name="before">Only what is there before this place may tell.</param>
    public bool IsFinal(int n, int before)
    {
        SegmentSighting s = _segments[n];
        if (s.Received is not null)
            return true;
        IEnumerable<SegmentSighting> later = Later(n).Take(before - n - 1);
        // A host that told of none at all may have been cut off: once it tells of one, or of anything that is later, the whole is drawn anew.
        if (Silent(s) is { } silent && !Tells(silent))
            return later.Any(o => o.Origin == s.Target && o.Received is not null || o.At > s.At + 2 * Flight);
        if (_context.Captures(s.To))
            return !_context.CaptureGaps.Contains(s.To) && later.Any(o => o.Origin == s.Origin && o is { Sent: not null, Received: not null });
        return !_repeated.Contains((s.Origin, s.Event.SeqNo))
            && later.Any(o => o.Origin == s.Target && o.Received is not null && (s.Span == 0 || o.Flags.Has(TcpFlags.Ack) && (int)(o.Event.Ack - s.End) >= 0));
    }

    /// <summary>The host at the end that did not tell of a segment though it captures; null where both ends told, and where nobody captures there.</summary>
    public string? Silent(SegmentSighting s) =>
        s is { Sent: not null, Received: not null } ? null
        : (s.Received is null ? s.To : s.From) is var other && _context.Captures(other) ? other
        : null;

    /// <summary>True for a host of which the capture told anything of the flow.</summary>
    public bool Tells(string host) => _tellers.Contains(host);

    /// <summary>True when anything of the connection's handshake was captured.</summary>
    public bool HasHandshake(Connection c) => Telling.Any(a => a.Kind is SegmentKind.Syn or SegmentKind.SynAck && c.Covers(a.Sent));

    /// <summary>True when a FIN or a RST of the connection was captured.</summary>
    public bool HasClose(Connection c) => Telling.Any(a => a.Kind is SegmentKind.Fin or SegmentKind.Rst && c.Covers(a.Sent));

    private IReadOnlyList<Arrow> Draw()
    {
        int count = _segments.Count;
        (long Sent, long? Received)[] times = _times;
        var delays = new long?[count];
        var resets = new ResetReason?[count];
        (_history?.Held.Copy() ?? new HeldAcks()).Find(_segments, times, delays, resets);

        SegmentNumbers numbers = _history?.Numbers.Copy() ?? new();
        var arrows = new List<Arrow>(count);
        foreach (int i in Enumerable.Range(0, count).OrderBy(i => times[i].Sent))
        {
            SegmentSighting s = _segments[i];
            SegmentEvent e = s.Event;
            (uint seq, uint? ack) = numbers.Of(s);
            bool file = e.Source == EvidenceSource.CaptureFile;
            arrows.Add(
                new(
                    s.From,
                    s.To,
                    KindOf(s),
                    times[i].Sent,
                    times[i].Received,
                    file ? EvidenceSource.CaptureFile : EvidenceSource.Capture,
                    InferredFrom.Nothing,
                    s.Seqs,
                    s.Origin,
                    s.Target
                )
                {
                    Segment = new ObservedSegment
                    {
                        Flags = e.Flags,
                        SeqNo = e.SeqNo,
                        Ack = ack is null ? null : e.Ack,
                        RelativeSeq = seq,
                        RelativeAck = ack,
                        Len = e.Len,
                        Win = e.Win,
                        Mss = e.Mss,
                        Wscale = e.Wscale,
                        SackPermitted = e.SackPermitted,
                        TsVal = e.TsVal,
                        TsEcr = e.TsEcr,
                        Seen =
                            file ? SeenAt.OnTheWay
                            : s.Sent is null ? SeenAt.Receiver
                            : s.Received is null ? SeenAt.Sender
                            : SeenAt.BothEnds,
                        Retransmission = s.Again,
                        AckDelay = file ? null : delays[i],
                        Reset = resets[i],
                    },
                }
            );
        }
        return arrows;
    }

    // Where one end was not seen it gets a possible moment: between what its host saw before and after.
    private void Place((long Sent, long? Received)[] times)
    {
        for (int n = 0; n < _segments.Count; n++)
        {
            SegmentSighting s = _segments[n];
            if (s is { Sent: { } sent, Received: { } received })
            {
                times[n] = (sent, received);
            }
            else if (s.Sent is { } left)
            {
                long answered = Later(n)
                    .Where(o => o.Origin == s.Target && o.Received is not null)
                    .Select(o => o.Received!.Value)
                    .FirstOrDefault(left + 2 * Flight);
                times[n] = (left, IsLost(s, n) ? null : left + Math.Clamp((answered - left) / 2, 0, Flight));
            }
            else
            {
                long arrived = s.Received!.Value;
                long asked = Earlier(n)
                    .Where(o => o.Origin == s.Target && o.Sent is not null)
                    .Select(o => o.Sent!.Value)
                    .FirstOrDefault(_history?.LastSent(s.Target) ?? arrived - 2 * Flight);
                times[n] = (arrived - Math.Clamp((arrived - asked) / 2, 0, Flight), arrived);
            }
        }
    }

    private bool IsLost(SegmentSighting s, int n)
    {
        bool answered = s.Span > 0 && Later(n).Any(o => o.Origin == s.Target && o.Flags.Has(TcpFlags.Ack) && (int)(o.Event.Ack - s.End) >= 0);
        if (_context.Captures(s.To))
        {
            // What was swallowed at the target may be this one. Then only an answer tells, and to a bare ACK or a RST there is none.
            if (_context.CaptureGaps.Contains(s.To) && (answered || s.Span == 0))
                return false;
            return _lastWhole.GetValueOrDefault(s.Origin, -1) > n || IsPast(s.To, s.At + Patience);
        }
        SegmentSighting? again =
            s.Span == 0 || !_repeated.Contains((s.Origin, s.Event.SeqNo))
                ? null
                : Later(n).FirstOrDefault(o => o.Origin == s.Origin && o.Again && o.Event.SeqNo == s.Event.SeqNo);
        if (again is not null)
            return !Later(n).Any(o => o.Origin == s.Target && o.At <= again.At && o.Flags.Has(TcpFlags.Ack) && (int)(o.Event.Ack - s.End) >= 0);
        // The last of several that nobody answered, unless the answer was swallowed.
        return s.Span > 0 && !answered && !_context.CaptureGaps.Contains(s.From) && !Later(n).Any(o => o.Origin == s.Target) && IsPast(s.From, s.At + Patience);
    }

    // What is not yet past is asked again when the host has told of more.
    private bool IsPast(string host, long t)
    {
        if (_context.Told.GetValueOrDefault(host, long.MinValue) > t)
            return true;
        _waits[host] = Math.Min(t, _waits.GetValueOrDefault(host, long.MaxValue));
        return false;
    }

    private IEnumerable<SegmentSighting> Later(int n)
    {
        for (int i = n + 1; i < _segments.Count; i++)
            yield return _segments[i];
    }

    private IEnumerable<SegmentSighting> Earlier(int n)
    {
        for (int i = n - 1; i >= 0; i--)
            yield return _segments[i];
    }

    private static SegmentKind KindOf(SegmentSighting s) =>
        s.Flags switch
        {
            var f when f.Has(TcpFlags.Rst) => SegmentKind.Rst,
            var f when f.Has(TcpFlags.Syn) => f.Has(TcpFlags.Ack) ? SegmentKind.SynAck : SegmentKind.Syn,
            var f when f.Has(TcpFlags.Fin) => SegmentKind.Fin,
            _ => s.Event.Len > 0 ? SegmentKind.Data : SegmentKind.Ack,
        };
}
