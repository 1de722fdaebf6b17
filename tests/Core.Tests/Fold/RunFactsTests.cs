using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

public sealed class RunFactsTests
{
    [Fact]
    public void The_smallest_window_is_of_the_host_that_announced_it_and_a_RST_announces_none()
    {
        var log = new SegmentLog();
        var segment = new SegmentEvent
        {
            From = SegmentLog.Server,
            To = SegmentLog.Client,
            Flags = "ACK",
            Source = EvidenceSource.Capture,
        };
        Assert.Null(log.Fold().Facts.Call("min-window", ["server"]));
        log.Add(segment with { Host = "server", T = 1000, Sent = 1000, Win = 9 });
        log.Add(segment with { Host = "server", T = 2000, Sent = 2000, Win = 12 });
        log.Add(segment with { Host = "server", T = 3000, Sent = 3000, Win = 0, Flags = "RST,ACK" });
        // What came from elsewhere is not this host's.
        log.Add(segment with { Host = "client", T = 4000, Received = 4000, Win = 3 });
        Assert.True(Condition.Of("min-window(server) == 9").Holds(log.Fold().Facts));
        Assert.Null(log.Fold().Facts.Call("min-window", ["client"]));
    }
}
