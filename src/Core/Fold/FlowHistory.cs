using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// What has passed on a flow for good: up to a moment at which nothing was under way, nothing that comes can change what is known of a segment. A connection on
/// which much passes is drawn on from there, so
/// that a segment more costs the same however many there were. What comes late, of a time before that moment, or of a segment from before it, makes the whole
/// be drawn anew.
/// </summary>
internal sealed class FlowHistory
{
    /// <summary>Segments that are drawn again and again, at least and at most where nothing stands against it.</summary>
    private const int Least = 64,
        Most = 128;

    private readonly FlowEnds _ends;
    private readonly long _until;
    private readonly int _segments,
        _calls;
    private readonly SegmentEvent[] _rest;
    private readonly EndStates _low,
        _high;
    private readonly ImmutableHashSet<string> _gaps;

    // The same for one that grew out of another.
    private readonly object _line;

    private FlowHistory(
        FlowEnds ends,
        long until,
        int segments,
        int calls,
        SegmentEvent[] rest,
        EndStates low,
        EndStates high,
        ImmutableHashSet<string> gaps,
        object line
    ) => (_ends, _until, _segments, _calls, _rest, _low, _high, _gaps, _line) = (ends, until, segments, calls, rest, low, high, gaps, line);

    /// <summary>True when it grew out of that one, or is the same.</summary>
    public bool IsOf(FlowHistory? other) => other is not null && ReferenceEquals(_line, other._line);

    /// <summary>With what is passing as passed.</summary>
    /// <param name="passing">Arrows that are each equal to its own.</param>
    public FlowHistory Passed(IEnumerable<Arrow> passing)
    {
        (AppendList<Arrow> arrows, AppendList<Arrow> telling) = (Arrows, Telling);
        foreach (Arrow a in passing)
        {
            arrows = arrows.Add(a);
            if (Tells(a))
                telling = telling.Add(a);
        }
        return new(_ends, _until, _segments, _calls, _rest, _low, _high, _gaps, _line)
        {
            Arrows = arrows,
            Telling = telling,
            Numbers = Numbers,
            Held = Held,
            Tellers = Tellers,
            Waits = Waits,
            Unheard = Unheard,
            Sent = Sent,
            Inferred = Inferred,
            Halves = Halves,
        };
    }

    /// <summary>Arrows that have passed since the history before, in the order they were sent, and are not among <see cref="Arrows"/> yet.</summary>
    public IReadOnlyList<Arrow> Passing { get; private init; } = [];

    /// <summary>The arrows, in the order they were sent.</summary>
    public required AppendList<Arrow> Arrows { get; init; }

    /// <summary>Those among them that connections are told by: SYN, FIN, RST and the ACK that ends a handshake.</summary>
    public required AppendList<Arrow> Telling { get; init; }

    public required SegmentNumbers Numbers { get; init; }

    public required HeldAcks Held { get; init; }

    /// <summary>The hosts of which the capture told anything of it.</summary>
    public required IReadOnlySet<string> Tellers { get; init; }

    /// <summary>Hosts that capture and told of nothing of it though something was sent to them: once one does, all is to be drawn anew.</summary>
    private ImmutableHashSet<string> Unheard { get; init; } = [];

    /// <summary>Once such a host has told of anything later than this, it is to be drawn anew, by host: nanoseconds on the run's axis.</summary>
    public required ImmutableDictionary<string, long> Waits { get; init; }

    /// <summary>When each end sent last, as far as it was captured.</summary>
    private ImmutableDictionary<TcpEndpoint, long> Sent { get; init; } = ImmutableDictionary<TcpEndpoint, long>.Empty;

    /// <summary>What was concluded of that time, in the order of <see cref="InferredSegments"/>.</summary>
    private IReadOnlyList<Arrow> Inferred { get; init; } = [];

    /// <summary>Segments that one end alone captured, of which the other may tell yet.</summary>
    private IReadOnlyList<SegmentSighting> Halves { get; init; } = [];

    public long? LastSent(TcpEndpoint end) => Sent.TryGetValue(end, out long t) ? t : null;

    /// <summary>True for an arrow that connections are told by.</summary>
    public static bool Tells(Arrow a) => a.Kind is not (SegmentKind.Ack or SegmentKind.Data) || a.Segment is { RelativeSeq: 1, RelativeAck: 1, Len: 0 };

    /// <summary>True while nothing came that belongs to the time before.</summary>
    public bool Holds(Flow flow, FlowEnds? ends, FlowContext context)
    {
        if (ends != _ends || context.CaptureGaps != _gaps || Waits.Any(w => context.Told.GetValueOrDefault(w.Key, long.MinValue) > w.Value))
            return false;
        long gap = SegmentSighting.Before(ends, context);
        for (int i = _segments; i < flow.Segments.Count; i++)
        {
            SegmentEvent e = flow.Segments[i];
            if (TimeOf(e) <= _until || Unheard.Contains(e.Host ?? ""))
                return false;
            if (Halves.Count > 0 && TimeOf(e) <= _until + gap && SegmentSighting.Content.Of(e) is { } what && Halves.Any(h => h.What == what))
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

    /// <summary>True while what is concluded of the time before is what was concluded of it when it passed.</summary>
    public bool Includes(IReadOnlyList<Arrow> inferred) => inferred.Where(a => a.Sent <= _until).SequenceEqual(Inferred, PictureChanges.SameArrows);

    /// <summary>The history once more has passed for good; the one before where that is not so.</summary>
    /// <param name="before">Up to now; null for none.</param>
    /// <param name="flow">All that was told.</param>
    /// <param name="ends">Whose its ends are.</param>
    /// <param name="context">What the whole run tells.</param>
    /// <param name="segments">What was drawn of the segments since.</param>
    /// <param name="inferred">What was concluded of the whole.</param>
    public static FlowHistory? After(FlowHistory? before, Flow flow, FlowEnds ends, FlowContext context, FlowSegments segments, IReadOnlyList<Arrow> inferred)
    {
        IReadOnlyList<SegmentSighting> passed = segments.Segments;
        if (passed.Count < Most)
            return before;
        // The first moment of this one and of all those after it.
        long[] begins = new long[passed.Count];
        long first = long.MaxValue,
            last = long.MinValue,
            until = 0;
        for (int i = passed.Count - 1; i >= 0; i--)
            begins[i] = first = Math.Min(first, Math.Min(passed[i].At, segments.Times[i].Sent));
        int count = 0;
        for (int i = 0; i < passed.Count - Least; i++)
        {
            if (i > 0 && begins[i] > last && !inferred.Any(a => a.Sent <= last && (a.Received ?? a.Sent) > last))
                (count, until) = (i, last);
            if (!segments.IsFinal(i, passed.Count - Least))
                break;
            last = Math.Max(last, Math.Max(passed[i].At, segments.Times[i].Received ?? segments.Times[i].Sent));
        }
        if (count < Least)
            return before;
        EndStates Go(TcpEndpoint end)
        {
            EndStates states = before?.StatesOf(end) ?? new();
            states.Apply(
                EndMoment.Collect(end, [.. segments.Arrows.Take(count), .. inferred], flow.Calls).Where(m => m.T <= until && before?.Includes(m) != true)
            );
            return states;
        }
        (SegmentNumbers numbers, HeldAcks held) = segments.After(count);
        SegmentEvent[] rest = [.. (before?.Since(flow) ?? flow.Segments).Where(e => TimeOf(e) > until)];
        ImmutableDictionary<string, long> waits = before?.Waits ?? ImmutableDictionary<string, long>.Empty;
        ImmutableDictionary<TcpEndpoint, long> sent = before?.Sent ?? ImmutableDictionary<TcpEndpoint, long>.Empty;
        ImmutableHashSet<string> unheard = before?.Unheard ?? [];
        for (int i = 0; i < count; i++)
        {
            SegmentSighting s = passed[i];
            if (segments.Silent(s) is { } silent && !segments.Tells(silent))
            {
                unheard = unheard.Add(silent);
                if (s.Received is null && segments.Times[i].Received is not null)
                    waits = waits.SetItem(silent, Math.Min(s.At + FlowSegments.Patience, waits.GetValueOrDefault(silent, long.MaxValue)));
            }
            if (s.Sent is { } at)
                sent = sent.SetItem(s.Origin, at);
        }
        return new(ends, until, flow.Segments.Count, flow.Calls.Count, rest, Go(ends.Key.Low), Go(ends.Key.High), context.CaptureGaps, before?._line ?? new())
        {
            Arrows = before?.Arrows ?? AppendList<Arrow>.Empty,
            Telling = before?.Telling ?? AppendList<Arrow>.Empty,
            Passing = [.. segments.Arrows.Take(count)],
            Numbers = numbers,
            Held = held,
            Tellers = segments.Tellers,
            Waits = waits,
            Unheard = unheard,
            Sent = sent,
            Inferred = [.. inferred.Where(a => a.Sent <= until)],
            Halves =
            [
                .. (before?.Halves ?? [])
                    .Concat(passed.Take(count).Where(s => segments.Silent(s) is { } other && segments.Tells(other)))
                    .Where(h => h.At > until - (h.Received is null ? SegmentSighting.LongestFlight : SegmentSighting.Before(ends, context))),
            ],
        };
    }

    private static long TimeOf(SegmentEvent e) => Math.Min(e.Sent ?? long.MaxValue, e.Received ?? long.MaxValue);
}
