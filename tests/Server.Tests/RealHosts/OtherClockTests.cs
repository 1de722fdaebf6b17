using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>An agent whose kernel really counts another CLOCK_MONOTONIC (a time namespace), and says so with another boot id.</summary>
[Collection(OneLabAtATime.Name)]
public sealed class OtherClockTests
{
    [Theory(Timeout = 120_000)]
    [InlineData(HubRoutes.Client, 5_000)]
    [InlineData(HubRoutes.Server, 86_400)]
    public async Task Segments_tighten_what_the_link_says_of_the_clock_and_none_arrives_before_it_was_sent(string skewed, int seconds)
    {
        string boot = Path.GetTempFileName();
        await File.WriteAllTextAsync(boot, "00000000-0000-4000-8000-000000000001\n", TestContext.Current.CancellationToken);
        await using RealLab lab = await RealLab.Start(name => name != skewed ? [] :
            ["unshare", "--time", $"--monotonic={seconds}", "--mount", "--fork", "--kill-child", "sh", "-c", $"mount --bind {boot} /proc/sys/kernel/random/boot_id && exec \"$@\"", "sh"]);
        LabState before = await lab.UntilState(s => s.Hosts.All(h => h.ClockUncertainty is not null));
        long byLink = before.Hosts.Single(h => h.Name == skewed).ClockUncertainty!.Value;
        Assert.Equal(0, before.Hosts.Single(h => h.Name != skewed).ClockUncertainty);
        Assert.InRange(byLink, 1, 100_000_000);

        string id = await lab.Open();
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            await lab.Step(id, step);
        RunFile run = await lab.Until(id, r => r.Events.OfType<SegmentEvent>().Count() >= 14);
        File.Delete(boot);

        // The truth is known here: one machine's clock and a whole number of seconds.
        ClockEvent last = run.Events.OfType<ClockEvent>().Last();
        Assert.Equal(skewed, last.Host);
        Assert.InRange(last.Uncertainty, 1, byLink - 1);
        LabState after = await lab.UntilState(_ => true);
        Assert.Equal(last.Uncertainty, after.Hosts.Single(h => h.Name == skewed).ClockUncertainty);
        TestContext.Current.TestOutputHelper?.WriteLine($"by the link ±{byLink} ns, by segments ±{last.Uncertainty} ns");

        Timeline picture = Timeline.Of(RealLab.Header(run), run.Events);
        Assert.All(picture.Arrows, a => Assert.True(a.Received >= a.Sent));
        Assert.Equal(7, picture.Arrows.Count(a => a.Segment is { Seen: SeenAt.BothEnds }));
        // Not only drawn so: as placed, no segment that both saw arrives early.
        IReadOnlyList<RunEvent> placed = HostClocks.Place(run.Events);
        foreach (SegmentEvent sent in placed.OfType<SegmentEvent>().Where(s => s.Sent is not null))
        {
            SegmentEvent received = placed.OfType<SegmentEvent>().Single(r => r.Received is not null && (r.From, r.SeqNo, r.Ack, r.Flags) == (sent.From, sent.SeqNo, sent.Ack, sent.Flags));
            Assert.InRange(received.T - sent.T, 0, 2 * byLink + 1_000_000_000);
        }
    }
}
