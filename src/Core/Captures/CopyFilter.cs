using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>
/// Knows copies of one packet: a capture on all interfaces sees a segment at each that it passes (a container's, the bridge, the card). A retransmission is
/// none: it has another identification, or comes later than any copy.
/// </summary>
internal sealed class CopyFilter
{
    /// <summary>Nanoseconds between copies at most: they are on one machine. The shortest retransmission timeout is 200 ms.</summary>
    private const long Window = 2_000_000;

    // What passed last, enough for all that a machine sends in the window at a usual rate; more can only let a copy through.
    private readonly (TcpSegment Segment, ushort Identification, int Interface, PacketDirection Direction, long T)[] _last = new (
        TcpSegment,
        ushort,
        int,
        PacketDirection,
        long
    )[64];
    private int _next;

    /// <summary>True for a copy of what passed just before.</summary>
    public bool IsCopy(in TcpSegment s, ushort identification, int @interface, PacketDirection direction, long t)
    {
        foreach (ref readonly var before in _last.AsSpan())
        {
            if (
                before.T >= t - Window
                && before.Identification == identification
                && before.Segment.Seq == s.Seq
                && before.Segment.Ack == s.Ack
                && before.Segment == s
                && (s.Span > 0 && identification != 0 || (before.Interface, before.Direction) != (@interface, direction))
            )
            {
                return true;
            }
        }
        _last[_next] = (s, identification, @interface, direction, t);
        _next = (_next + 1) % _last.Length;
        return false;
    }
}
