using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Two ends between which segments pass, whichever of them one names first; addresses mapped into IPv6 are told as IPv4.</summary>
internal readonly record struct FlowKey
{
    private FlowKey(TcpEndpoint low, TcpEndpoint high) => (Low, High) = (low, high);

    public TcpEndpoint Low { get; }

    public TcpEndpoint High { get; }

    public static FlowKey Of(TcpEndpoint one, TcpEndpoint other)
    {
        TcpEndpoint a = one.Unmapped(),
            b = other.Unmapped();
        return (a.IsV6, a.Bits, a.Port).CompareTo((b.IsV6, b.Bits, b.Port)) <= 0 ? new(a, b) : new(b, a);
    }

    /// <summary>The other end.</summary>
    public TcpEndpoint PeerOf(TcpEndpoint end) => end == Low ? High : Low;
}
