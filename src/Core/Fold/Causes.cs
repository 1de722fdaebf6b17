using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Moves what one host saw behind what the other did to cause it, where their clocks would say otherwise: a receive is never drawn before its send.
/// </summary>
/// <param name="connections">What the calls tell of.</param>
/// <param name="arrows">The segments between the hosts.</param>
/// <param name="apart">Nanoseconds by which the hosts' clocks may disagree (<see cref="HostClocks.Apart"/>).</param>
internal sealed class Causes(IReadOnlyList<Connection> connections, IReadOnlyList<Arrow> arrows, long apart)
{
    /// <summary>Nanoseconds by which a capture's stamps may be off the clock of a trace.</summary>
    private const long Stamps = 10_000;

    /// <summary>The moment at which a call is drawn.</summary>
    public long Of(CallEvent call)
    {
        long moment = CallMark.Moment(call);
        foreach (Connection c in connections)
        {
            if (ReferenceEquals(c.Accept, call))
                moment = Behind(Arrived(c, c.ServerHost, SegmentKind.Ack), moment);
            else if (c.EndsRead.Contains(call) && call.Host is { } reader)
                moment = Behind(Arrived(c, reader, SegmentKind.Fin), moment);
        }
        return moment;
    }

    /// <summary>The band, begun no earlier than its cause arrived.</summary>
    public StateBand Of(StateBand band)
    {
        long begin = Behind(CauseOf(band), band.Begin);
        return begin == band.Begin ? band
            : band with { Begin = begin, Exact = band.Exact && begin - band.Begin <= Stamps, End = band.End is { } end ? Math.Max(end, begin) : null };
    }

    /// <summary>The arrows; one whose arrival nobody captured has arrived when <paramref name="bands"/> show what came of it.</summary>
    public IReadOnlyList<Arrow> Fit(IReadOnlyList<StateBand> bands)
    {
        var arrived = new Dictionary<Arrow, long>(ReferenceEqualityComparer.Instance);
        foreach (StateBand band in bands)
        {
            if (CauseOf(band) is { } cause && IsGuessed(cause) && band.Begin >= cause.Sent && band.Begin < arrived.GetValueOrDefault(cause, cause.Received!.Value))
                arrived[cause] = band.Begin;
        }
        return arrived.Count == 0 ? arrows : [.. arrows.Select(a => arrived.TryGetValue(a, out long t) ? a with { Received = t } : a)];
    }

    private Arrow? CauseOf(StateBand band)
    {
        foreach (Connection c in connections)
        {
            if (!c.Has(band, band.Host))
                continue;
            Arrow? cause = band.State switch
            {
                TcpState.SynRecv => Arrived(c, band.Host, SegmentKind.Syn),
                TcpState.Established => Arrived(c, band.Host, band.Host == c.ClientHost ? SegmentKind.SynAck : SegmentKind.Ack),
                TcpState.CloseWait => Arrived(c, band.Host, SegmentKind.Fin),
                TcpState.TimeWait => Arrived(c, band.Host, SegmentKind.Fin),
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
        return arrived - told <= Stamps + apart ? arrived : told;
    }

    private static bool IsGuessed(Arrow a) => a.Segment?.Seen == SeenAt.Sender;

    private Arrow? Arrived(Connection c, string at, SegmentKind kind)
    {
        foreach (Arrow a in arrows)
        {
            if (a.To == at && a.Kind == kind && !a.Lost && (at == c.ServerHost ? a.Origin : a.Target) == c.ClientEnd && (kind != SegmentKind.Ack || EndsHandshake(a)))
                return a;
        }
        return null;
    }

    private static bool EndsHandshake(Arrow a) => a.Segment is { } s ? s is { RelativeSeq: 1, RelativeAck: 1 } : a.Evidence == InferredFrom.ConnectSucceeded;
}
