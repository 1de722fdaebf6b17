using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class StampClockTests
{
    private const long Ms = 1_000_000,
        Wall = 1_700_000_000_000_000_000;

    [Fact]
    public void Keeps_the_tightest_sample()
    {
        var clock = new StampClock(new(100 * Ms, Wall + 900, 1000));
        Assert.Null(clock.Offer(new(200 * Ms, Wall + 10, 20)));
        Assert.Null(clock.Offer(new(300 * Ms, Wall - 700, 800)));
        Assert.Equal(250 * Ms, clock.Monotonic(Wall + 10 + 250 * Ms, 200 * Ms));
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    [InlineData(50)]
    [InlineData(-50)]
    public void A_packet_from_before_a_step_keeps_its_place(long stepMs)
    {
        var clock = new StampClock(new(100 * Ms, Wall, 20));
        Assert.Equal(stepMs * Ms, clock.Offer(new(120 * Ms, Wall + stepMs * Ms, 20)));
        // Both came after the last empty look at 100 ms: one was stamped before the clock was set, the other after.
        Assert.Equal(110 * Ms, clock.Monotonic(Wall + 110 * Ms, 100 * Ms));
        Assert.Equal(115 * Ms, clock.Monotonic(Wall + (stepMs + 115) * Ms, 100 * Ms));
        // Later nothing has the old time any more.
        Assert.Null(clock.Offer(new(500 * Ms, Wall + stepMs * Ms, 30)));
        Assert.Equal(400 * Ms, clock.Monotonic(Wall + (stepMs + 400) * Ms, 300 * Ms));
    }

    [Fact]
    public void This_machine_s_samples_agree_with_one_another()
    {
        ClockSample first = ClockSample.Measure();
        for (int i = 0; i < 1000; i++)
        {
            ClockSample next = ClockSample.Measure();
            Assert.InRange(Math.Abs(next.Offset - first.Offset), 0, next.Error + first.Error + 1000);
            Assert.True(next.At >= first.At);
        }
    }
}
