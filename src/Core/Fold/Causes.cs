using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Moves what one host saw behind what the other did to cause it, where their clocks (or the inferred moments) would say otherwise:
/// a receive is never drawn before its send.
/// </summary>
internal sealed class Causes(IReadOnlyList<Connection> connections, IReadOnlyList<Arrow> arrows)
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
                moment = Math.Max(moment, Arrived(c, c.ServerHost, SegmentKind.Ack) ?? moment);
            else if (c.EndsRead.Contains(call) && call.Host is { } reader)
                moment = Math.Max(moment, Arrived(c, reader, SegmentKind.Fin) ?? moment);
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
            if (cause > band.Begin)
                return band with { Begin = cause.Value, Exact = band.Exact && cause.Value - band.Begin <= Stamps, End = band.End is { } end ? Math.Max(end, cause.Value) : null };
        }
        return band;
    }

    private long? Arrived(Connection c, string at, SegmentKind kind)
    {
        foreach (Arrow a in arrows)
        {
            if (a.To == at && a.Kind == kind && a.Received is { } t && (at == c.ServerHost ? a.Origin : a.Target) == c.ClientEnd)
                return t;
        }
        return null;
    }
}
