using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Moves what one host saw behind what the other did to cause it, where their clocks would say otherwise: a receive is never drawn before its send.
/// </summary>
/// <param name="connections">What the calls on one pair of ends tell of.</param>
/// <param name="arrows">The segments that passed between them, those at least that connections are told by.</param>
/// <param name="context">What the whole run tells.</param>
internal sealed class CausalOrder(IReadOnlyList<Connection> connections, IReadOnlyList<Arrow> arrows, FlowContext context)
{
    /// <summary>Nanoseconds by which a capture's stamps may be off the clock of a trace.</summary>
    private const long Stamps = 10_000;

    /// <summary>The moment at which a call on one of the ends is drawn.</summary>
    public long MomentOf(FlowCall call)
    {
        long moment = CallMark.Moment(call.Call!);
        foreach (Connection c in connections)
        {
            if (ReferenceEquals(c.Accept, call.Call))
                moment = Behind(Arrived(c, c.ServerEnd, SegmentKind.Ack), moment);
            else if (c.EndsRead.Contains(call))
                moment = Behind(Arrived(c, call.Own, SegmentKind.Fin), moment);
        }
        return moment;
    }

    /// <summary>The band, begun no earlier than its cause arrived.</summary>
    public StateBand Placed(StateBand band)
    {
        long begin = Behind(CauseOf(band), band.Begin);
        return begin == band.Begin
            ? band
            : band with
            {
                Begin = begin,
                Exact = band.Exact && begin - band.Begin <= Stamps,
                End = band.End is { } end ? Math.Max(end, begin) : null,
            };
    }

    /// <summary>The arrows as they are drawn; one whose arrival nobody captured has arrived when <paramref name="bands"/> show what came of it.</summary>
    public IReadOnlyList<Arrow> Fit(IReadOnlyList<Arrow> drawn, IReadOnlyList<StateBand> bands)
    {
        var arrived = new Dictionary<Arrow, long>(ReferenceEqualityComparer.Instance);
        foreach (StateBand band in bands)
        {
            if (
                CauseOf(band) is { } cause
                && IsGuessed(cause)
                && band.Begin >= cause.Sent
                && band.Begin < arrived.GetValueOrDefault(cause, cause.Received!.Value)
            )
            {
                arrived[cause] = band.Begin;
            }
        }
        return arrived.Count == 0 ? drawn : [.. drawn.Select(a => arrived.TryGetValue(a, out long t) ? a with { Received = t } : a)];
    }

    private Arrow? CauseOf(StateBand band)
    {
        foreach (Connection c in connections)
        {
            TcpEndpoint end = band.Local.Unmapped();
            if (!c.Has(band, end))
                continue;
            Arrow? cause = band.State switch
            {
                TcpState.SynRecv => Arrived(c, end, SegmentKind.Syn),
                TcpState.Established => Arrived(c, end, end == c.ClientEnd ? SegmentKind.SynAck : SegmentKind.Ack),
                TcpState.CloseWait => Arrived(c, end, SegmentKind.Fin),
                TcpState.TimeWait => Arrived(c, end, SegmentKind.Fin),
                _ => null,
            };
            if (cause is not null)
                return cause;
        }
        return null;
    }

    // What a host told of itself holds but for what its clock may be off. What came later than that did not cause it: the capture missed the one that did.
    private long Behind(Arrow? cause, long told)
    {
        if (cause?.Received is not { } arrived || arrived <= told || (IsGuessed(cause) && cause.Sent <= told))
            return told;
        return arrived - told <= Stamps + context.Apart(cause.From, cause.To, told) ? arrived : told;
    }

    private static bool IsGuessed(Arrow a) => a.Segment?.Seen == SeenAt.Sender;

    private Arrow? Arrived(Connection c, TcpEndpoint at, SegmentKind kind)
    {
        foreach (Arrow a in arrows)
        {
            if (a.Target == at && a.Kind == kind && !a.Lost && c.Covers(a.Sent) && (kind != SegmentKind.Ack || EndsHandshake(a)))
                return a;
        }
        return null;
    }

    private static bool EndsHandshake(Arrow a) => a.Segment is { } s ? s is { RelativeSeq: 1, RelativeAck: 1 } : a.Evidence == InferredFrom.ConnectSucceeded;
}
