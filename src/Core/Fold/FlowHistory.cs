using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// What has passed on a flow for good: up to a moment after which nothing passed for a while, nothing that comes can change what is known of a segment. A connection on which much passes is drawn on from there, so
/// that a segment more costs the same however many there were. What comes late, of a time before that moment, makes the whole be drawn anew.
/// </summary>
internal sealed class FlowHistory
{
    /// <summary>Segments that are drawn again and again, at least and at most where nothing stands against it.</summary>
    private const int Least = 64, Most = 256;

    private readonly FlowEnds _ends;
    private readonly long _until;
    private readonly int _segments, _calls;
    private readonly SegmentEvent[] _rest;
    private readonly EndStates _low, _high;

    // The same for one that grew out of another.
    private readonly object _line;

    private FlowHistory(FlowEnds ends, long until, int segments, int calls, SegmentEvent[] rest, EndStates low, EndStates high, object line) =>
        (_ends, _until, _segments, _calls, _rest, _low, _high, _line) = (ends, until, segments, calls, rest, low, high, line);

    /// <summary>True when it grew out of that one, or is the same.</summary>
    public bool IsOf(FlowHistory? other) => other is not null && ReferenceEquals(_line, other._line);

    /// <summary>The same, made of these very arrows.</summary>
    /// <param name="before">What it grew out of; null for nothing.</param>
    /// <param name="since">What has passed since, each equal to its own.</param>
    public FlowHistory GrownFrom(FlowHistory? before, IEnumerable<Arrow> since)
    {
        AppendList<Arrow> arrows = before?.Arrows ?? AppendList<Arrow>.Empty, telling = before?.Telling ?? AppendList<Arrow>.Empty;
        foreach (Arrow a in since)
        {
            arrows = arrows.Add(a);
            if (Tells(a))
                telling = telling.Add(a);
        }
        return new(_ends, _until, _segments, _calls, _rest, _low, _high, _line) { Arrows = arrows, Telling = telling, Numbers = Numbers, Held = Held };
    }

    /// <summary>The arrows, in the order they were sent.</summary>
    public required AppendList<Arrow> Arrows { get; init; }

    /// <summary>Those among them that connections are told by: SYN, FIN, RST and the ACK that ends a handshake.</summary>
    public required AppendList<Arrow> Telling { get; init; }

    public required SegmentNumbers Numbers { get; init; }

    public required HeldAcks Held { get; init; }

    /// <summary>True for an arrow that connections are told by.</summary>
    public static bool Tells(Arrow a) => a.Kind is not (SegmentKind.Ack or SegmentKind.Data) || a.Segment is { RelativeSeq: 1, RelativeAck: 1, Len: 0 };

    /// <summary>True while nothing came that belongs to the time before.</summary>
    public bool Holds(Flow flow, FlowEnds? ends, FlowContext context)
    {
        if (ends != _ends)
            return false;
        long gap = SegmentSighting.Before(ends, context);
        for (int i = _segments; i < flow.Segments.Count; i++)
        {
            if (TimeOf(flow.Segments[i]) <= _until + gap)
                return false;
        }
        for (int i = _calls; i < flow.Calls.Count; i++)
        {
            FlowCall call = flow.Calls[i];
            if ((call.Act is FlowAct.Accept or FlowAct.EndRead ? call.Until : call.T) <= _until)
                return false;
        }
        return true;
    }

    /// <summary>What was told of the flow since.</summary>
    public IEnumerable<SegmentEvent> Since(Flow flow) => _rest.Concat(flow.Segments.From(_segments));

    /// <summary>The states that an end must have been in until then, to go on from.</summary>
    public EndStates StatesOf(TcpEndpoint end) => (end == _ends.Key.Low ? _low : _high).Copy();

    public bool Includes(EndMoment moment) => moment.T <= _until;

    /// <summary>The history once more has passed for good; the one before where that is not so.</summary>
    /// <param name="before">Up to now; null for none.</param>
    /// <param name="flow">All that was told.</param>
    /// <param name="ends">Whose its ends are.</param>
    /// <param name="context">What the whole run tells.</param>
    /// <param name="segments">What was drawn of the segments since.</param>
    public static FlowHistory? After(FlowHistory? before, Flow flow, FlowEnds ends, FlowContext context, FlowSegments segments)
    {
        IReadOnlyList<SegmentSighting> passed = segments.Segments;
        if (passed.Count < Most)
            return before;
        long gap = SegmentSighting.Before(ends, context), last = long.MinValue, until = 0;
        int count = 0;
        for (int i = 0; i < passed.Count - Least; i++)
        {
            if (i > 0 && passed[i].At > last + gap)
                (count, until) = (i, last);
            if (!segments.IsFinal(i, passed.Count - Least))
                break;
            last = Math.Max(last, passed[i].Received ?? passed[i].At);
        }
        if (count < Least)
            return before;
        AppendList<Arrow> arrows = before?.Arrows ?? AppendList<Arrow>.Empty, telling = before?.Telling ?? AppendList<Arrow>.Empty;
        foreach (Arrow a in segments.Arrows.Take(count))
        {
            arrows = arrows.Add(a);
            if (Tells(a))
                telling = telling.Add(a);
        }
        EndStates Go(TcpEndpoint end)
        {
            EndStates states = before?.StatesOf(end) ?? new();
            states.Apply(EndMoment.Collect(end, [.. segments.Arrows.Take(count)], flow.Calls).Where(m => m.T <= until && before?.Includes(m) != true));
            return states;
        }
        (SegmentNumbers numbers, HeldAcks held) = segments.After(count);
        SegmentEvent[] rest = [.. (before?.Since(flow) ?? flow.Segments).Where(e => TimeOf(e) > until)];
        return new(ends, until, flow.Segments.Count, flow.Calls.Count, rest, Go(ends.Key.Low), Go(ends.Key.High), before?._line ?? new()) { Arrows = arrows, Telling = telling, Numbers = numbers, Held = held };
    }

    private static long TimeOf(SegmentEvent e) => Math.Min(e.Sent ?? long.MaxValue, e.Received ?? long.MaxValue);
}
