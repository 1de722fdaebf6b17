using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Hubs;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Hubs;

public sealed class BrowserEventsTests
{
    private static readonly SegmentEvent Syn = new()
    {
        Seq = 2,
        From = TcpEndpoint.V4(1, 1),
        To = TcpEndpoint.V4(2, 2),
        Flags = "SYN",
        Frame = new(113, 60, new byte[60]),
    };

    [Fact]
    public void Only_the_octets_of_frames_stay_behind()
    {
        RunEvent[] log = [new GapEvent { Seq = 1, Reason = new("gap.r") }, Syn, Syn with { Seq = 3, Frame = null }];
        Assert.Equal([log[0], Syn with { Frame = null }, log[2]], BrowserEvents.ForBrowsers(log));
        Assert.NotNull(Syn.Frame);
    }

    [Fact]
    public void What_has_no_frames_is_passed_on_as_it_is()
    {
        RunEvent[] log = [new GapEvent { Seq = 1, Reason = new("gap.r") }];
        Assert.Same(log, BrowserEvents.ForBrowsers(log));
    }
}
