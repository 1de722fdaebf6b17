using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>An agent for whom the kernel really counts another CLOCK_MONOTONIC: in a time namespace, with this machine's boot id.</summary>
[Collection(Alone.Name)]
public sealed class OtherClockTests
{
    [Theory(Timeout = 120_000)]
    [InlineData(TestHosts.Client, 5_000)]
    [InlineData(TestHosts.Server, 86_400)]
    public async Task Segments_tighten_what_the_link_says_of_the_clock_and_none_arrives_before_it_was_sent(string skewed, int seconds)
    {
        await using RealLab lab = await RealLab.Start(name => name != skewed ? [] : ["unshare", "--time", $"--monotonic={seconds}", "--fork", "--kill-child"]);
        LabState before = await lab.UntilState(s => s.Hosts.All(h => h.ClockUncertainty is not null));
        long byLink = before.Hosts.Single(h => h.Name == skewed).ClockUncertainty!.Value;
        Assert.Equal(0, before.Hosts.Single(h => h.Name != skewed).ClockUncertainty);
        Assert.InRange(byLink, 1, 100_000_000);
        Assert.Equal([seconds * 1_000_000_000L], before.Hosts.Where(h => h.Name == skewed).Select(h => h.Facts!.MonotonicOffset));
        Assert.Single(before.Hosts.Select(h => h.Facts!.BootId).Distinct());

        string id = await lab.Open();
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            await lab.Step(id, step);
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count() >= 14);

        // The truth is known here: one machine's clock and a whole number of seconds.
        ClockEvent last = run.Events.OfType<ClockEvent>().Last();
        Assert.Equal(skewed, last.Host);
        Assert.InRange(last.Uncertainty, 1, byLink - 1);
        LabState after = await lab.UntilState(_ => true);
        // Of the whole run, whose times lie within a minute of the last measurement: 20 millionths of it.
        Assert.InRange(after.Hosts.Single(h => h.Name == skewed).ClockUncertainty!.Value, last.Uncertainty, last.Uncertainty + 1_200_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"by the link ±{byLink} ns, by segments ±{last.Uncertainty} ns");

        Timeline picture = Timeline.Fold(RealLab.Header(run), run.Events);
        Assert.All(picture.Arrows, a => Assert.True(a.Received >= a.Sent));
        Assert.Equal(7, picture.Arrows.Count(a => a.Segment is { Seen: SeenAt.BothEnds }));
        // Not only drawn so: as placed, no segment that both saw arrives early.
        IReadOnlyList<RunEvent> placed = HostClocks.Place(run.Events);
        foreach (SegmentEvent sent in placed.OfType<SegmentEvent>().Where(s => s.Sent is not null))
        {
            SegmentEvent received = placed
                .OfType<SegmentEvent>()
                .Single(r => r.Received is not null && (r.From, r.SeqNo, r.Ack, r.Flags) == (sent.From, sent.SeqNo, sent.Ack, sent.Flags));
            Assert.InRange(received.T - sent.T, 0, 2 * byLink + 1_000_000_000);
        }
        // Nor does the trace count by another clock than the calls and the segments of its host.
        foreach (
            (string host, TcpState made, string by) in new[] { (TestHosts.Client, TcpState.SynSent, "connect"), (TestHosts.Server, TcpState.Listen, "listen") }
        )
        {
            StateEvent told = run.Events.OfType<StateEvent>().First(e => e.Host == host && e.Source == EvidenceSource.Trace && e.To == made);
            CallEvent call = run.Events.OfType<CallEvent>().First(e => e.Host == host && e.Call == by);
            Assert.InRange(told.T, call.T, call.T + call.Duration);
        }
    }
}
