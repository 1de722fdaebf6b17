using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Edge;

/// <summary>Which segments of an agent's capture the lab believes.</summary>
public sealed class AgentEdgeSegmentTests
{
    private static readonly SegmentEvent Syn = new()
    {
        T = 7,
        Sent = 7,
        Source = EvidenceSource.Capture,
        From = TcpEndpoint.V4(0x0a00_0001, 40_000),
        To = TcpEndpoint.V4(0x0a00_0002, 11_111),
        Flags = "SYN",
        SeqNo = uint.MaxValue,
        Win = 65_535,
        Mss = 65_535,
        Wscale = 14,
    };

    private static bool Accepts(SegmentEvent e) => AgentEdge.Accepts(new AgentReport("i", [new AgentItem(1, e)]));

    [Fact]
    public void A_segment_as_agents_send_it_is_taken()
    {
        Assert.True(Accepts(Syn));
        Assert.True(Accepts(Syn with { Sent = null, Received = 7 }));
        Assert.True(Accepts(Syn with { Sack = [new(1, 2)], Frame = new(113, 76, new byte[76]) }));
        Assert.True(Accepts(Syn with { Received = 7, Mss = null, Wscale = null, Len = 65_000 }));
    }

    [Fact]
    public void What_no_agent_sends_is_refused()
    {
        Assert.False(Accepts(Syn with { Flags = "NONSENSE" }));
        Assert.False(Accepts(Syn with { Flags = null! }));
        Assert.False(Accepts(Syn with { Flags = new string('A', 100_000) }));
        Assert.False(Accepts(Syn with { Len = -1 }));
        Assert.False(Accepts(Syn with { Len = int.MaxValue }));
        Assert.False(Accepts(Syn with { Win = 65_536 }));
        Assert.False(Accepts(Syn with { Mss = -1 }));
        Assert.False(Accepts(Syn with { Wscale = 256 }));
        Assert.False(Accepts(Syn with { Sent = null }));
        Assert.False(Accepts(Syn with { Sent = 8 }));
        Assert.False(Accepts(Syn with { Received = 8 }));
        Assert.False(Accepts(Syn with { Sack = [] }));
        Assert.False(Accepts(Syn with { Sack = new SackBlock[SackBlocks.Max + 1] }));
        Assert.False(Accepts(Syn with { Frame = new(113, 1, []) }));
        Assert.False(Accepts(Syn with { Frame = new(113, 76, null!) }));
        Assert.False(Accepts(Syn with { Frame = new(113, 75, new byte[76]) }));
        Assert.False(Accepts(Syn with { Frame = new(113, 1000, new byte[CapturedFrame.MaxOctets + 1]) }));
        Assert.False(Accepts(Syn with { Frame = new(2, 76, new byte[76]) }));
        Assert.False(Accepts(Syn with { Frame = new(113 + 256, 76, new byte[76]) }));
        Assert.False(Accepts(Syn with { Len = 100, Frame = new(113, 76, new byte[76]) }));
        Assert.False(Accepts(Syn with { To = TcpEndpoint.V6(1, 11_111) }));
    }
}
