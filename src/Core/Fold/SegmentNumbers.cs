using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Sequence numbers counted from each connection's SYN. Takes the segments in the order they were sent.</summary>
internal sealed class SegmentNumbers
{
    private readonly Dictionary<(TcpEndpoint, TcpEndpoint), uint> _zero;

    public SegmentNumbers() => _zero = [];

    private SegmentNumbers(Dictionary<(TcpEndpoint, TcpEndpoint), uint> zero) => _zero = new(zero);

    public SegmentNumbers Copy() => new(_zero);

    public (uint Seq, uint? Ack) Of(SegmentSighting s)
    {
        (TcpEndpoint, TcpEndpoint) way = (s.Origin, s.Target),
            back = (s.Target, s.Origin);
        bool syn = s.Flags.Has(TcpFlags.Syn),
            ack = s.Flags.Has(TcpFlags.Ack);
        uint seq = s.Event.SeqNo;
        if (syn && _zero.TryGetValue(way, out uint old) && old != seq)
        {
            // The same addresses and ports once more, for a new connection.
            _zero.Remove(way);
            if (!ack)
                _zero.Remove(back);
        }
        if (!_zero.TryGetValue(way, out uint zero))
            _zero[way] = zero = syn ? seq : seq - 1;
        if (!ack)
            return (seq - zero, null);
        if (!_zero.TryGetValue(back, out uint other))
            _zero[back] = other = s.Event.Ack - 1;
        return (seq - zero, s.Event.Ack - other);
    }
}
