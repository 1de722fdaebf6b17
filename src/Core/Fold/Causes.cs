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
        foreach (Connection c in connections)
        {
            if (!c.Has(band, band.Host))
                continue;
            long? cause = band.State switch
            {
                TcpState.SynRecv => Arrived(c, band.Host, SegmentKind.Syn),
                TcpState.Established => Arrived(c, band.Host, band.Host == c.ClientHost ? SegmentKind.SynAck : SegmentKind.Ack),
                TcpState.CloseWait => Arrived(c, band.Host, SegmentKind.Fin),
                TcpState.TimeWait => Arrived(c, band.Host, SegmentKind.Fin),
                _ => null,
            };
            long begin = Behind(cause, band.Begin);
            if (begin > band.Begin)
                return band with { Begin = begin, Exact = band.Exact && begin - band.Begin <= Stamps, End = band.End is { } end ? Math.Max(end, begin) : null };
        }
        return band;
    }

    // What a host told of itself holds but for what its clock may be off. What came later than that did not cause it: the capture missed the one that did, or its arrival stands at a
    // moment that is only a possible one.
    private long Behind(long? cause, long told) => cause is { } t && t > told && t - told <= Stamps + apart ? t : told;

    private long? Arrived(Connection c, string at, SegmentKind kind)
    {
        foreach (Arrow a in arrows)
        {
            if (a.To == at && a.Kind == kind && a.Received is { } t && (at == c.ServerHost ? a.Origin : a.Target) == c.ClientEnd && (kind != SegmentKind.Ack || EndsHandshake(a)))
                return t;
        }
        return null;
    }

    private static bool EndsHandshake(Arrow a) => a.Segment is { } s ? s is { RelativeSeq: 1, RelativeAck: 1 } : a.Evidence == InferredFrom.ConnectSucceeded;
}
