using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Turns captured packets into events: which are told, in which direction, and how many at most. No I/O, no clock of its own; allocates only for what it tells.
/// </summary>
/// <param name="tell">Takes the events.</param>
/// <param name="rows">The option --rows; null for every address.</param>
/// <param name="withholds">Whether an event is not to be told, and counts for no limit; null where all are.</param>
internal sealed class SegmentTeller(Action<RunEvent> tell, RowsOption? rows, Func<RunEvent, bool>? withholds = null)
{
    /// <summary>Events told in one second at most; what is beyond is counted.</summary>
    public const int MaxPerSecond = 2000;

    /// <summary>Looked at in one second at most where others' are withheld: an event is made for each, since it may turn out to be the run's own.</summary>
    public const int MaxLookedAt = 10 * MaxPerSecond;

    private const long Second = 1_000_000_000;

    private readonly FlowMemory _flows = new();
    private readonly GapCounter _dropped = new(Second, new Message("gap.capture-full"));
    private readonly GapCounter _beyond = new(Second, Message.Of("gap.capture-beyond", ("most", MaxPerSecond)));
    private readonly GapCounter _malformed = new(Second, new Message("gap.capture-unreadable"));
    private ushort[] _ports = [];
    private long _second = long.MinValue;
    private int _lookedAt,
        _told,
        _lost;

    /// <summary>Tells of these ports from now on.</summary>
    public void Watch(ushort[] ports)
    {
        _ports = ports;
        _flows.Clear();
    }

    /// <summary>A packet was captured.</summary>
    /// <param name="packet">From the IP header on.</param>
    /// <param name="at">Its stamp as CLOCK_MONOTONIC.</param>
    public void Follow(in CapturedPacket packet, long at)
    {
        if (!SegmentParser.TryParse(packet.Octets, packet.WireLength, FrameKind.RawIp, out TcpSegment segment))
        {
            // The kernel's filter has found TCP and the port in an IPv4 packet; of IPv6 it lets everything with extension headers pass.
            if (packet.Octets is [>= 0x40 and < 0x50, ..] && _ports.Length > 0)
                Tell(_malformed.Count(1, at));
            return;
        }
        if (!_ports.AsSpan().Contains(segment.Source.Port) && !_ports.AsSpan().Contains(segment.Destination.Port))
            return;
        bool outgoing = packet.Type == PacketConstants.PACKET_OUTGOING;
        if (!outgoing && packet.Type != PacketConstants.PACKET_HOST)
            return;
        (bool sent, bool received) = (outgoing, !outgoing);
        if (rows is not null)
        {
            if (!rows.Has(outgoing ? segment.Source : segment.Destination))
                return;
        }
        else if (packet.IsLoopback)
        {
            (sent, received) = (true, true);
        }
        Sighting sighting = _flows.See(segment, outgoing, packet.Interface, at);
        if (sighting == Sighting.Copy || !HasRoom(at))
            return;
        SegmentEvent seen = Event(packet, segment, at, sent, received, sighting == Sighting.Retransmission);
        if (withholds?.Invoke(seen) is true)
            return;
        if (_told++ < MaxPerSecond)
            tell(seen);
        else
            _lost++;
    }

    /// <summary>After each round of packets.</summary>
    /// <param name="dropped">Packets the kernel could not keep.</param>
    /// <param name="now">CLOCK_MONOTONIC.</param>
    public void EndRound(long dropped, long now)
    {
        Tell(_dropped.Count((int)Math.Min(dropped, int.MaxValue), now));
        Tell(_beyond.Count(_lost, now));
        _lost = 0;
        Tell(_malformed.Count(0, now));
    }

    private bool HasRoom(long at)
    {
        long second = at / Second;
        if (second != _second)
            (_second, _told, _lookedAt) = (second, 0, 0);
        if (_lookedAt++ < (withholds is null ? MaxPerSecond : MaxLookedAt))
            return true;
        _lost++;
        return false;
    }

    private void Tell(GapEvent? gap)
    {
        if (gap is not null)
            tell(gap with { Source = EvidenceSource.Capture });
    }

    private static SegmentEvent Event(in CapturedPacket packet, in TcpSegment segment, long at, bool sent, bool received, bool again) =>
        new()
        {
            T = at,
            Source = EvidenceSource.Capture,
            From = segment.Source,
            To = segment.Destination,
            Flags = segment.Flags.Text(),
            SeqNo = segment.Seq,
            Ack = segment.Flags.Has(TcpFlags.Ack) ? segment.Ack : 0,
            Len = segment.Length,
            Win = segment.Window,
            Sent = sent ? at : null,
            Received = received ? at : null,
            Mss = segment.Mss,
            Wscale = segment.WindowScale,
            SackPermitted = segment.SackPermitted,
            TsVal = segment.TsVal,
            TsEcr = segment.TsEcr,
            Sack = segment.Sack.ToArray(),
            Frame = packet.Frame(packet.WireLength - segment.Length + CapturedFrame.MaxPayload),
            Retransmission = again,
        };
}
