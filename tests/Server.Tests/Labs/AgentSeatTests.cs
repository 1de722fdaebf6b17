using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class AgentSeatTests
{
    private const string Boot = "00000000-0000-4000-8000-000000000001",
        Other = "00000000-0000-4000-8000-000000000002";

    [Theory]
    [InlineData(Boot, 0, "a", Boot, 0, "a", true)]
    [InlineData(Boot, 0, "a", Boot, 0, "b", true)]
    [InlineData(Boot, 0, "a", Other, 0, "b", false)]
    [InlineData(Boot, 0, "a", Boot, 5, "b", false)]
    [InlineData(HostFacts.UnknownBoot, 0, "a", HostFacts.UnknownBoot, 0, "b", false)]
    // A broken link is no other clock.
    [InlineData(HostFacts.UnknownBoot, 0, "a", HostFacts.UnknownBoot, 0, "a", true)]
    public void What_is_known_of_a_clock_stays_while_it_is_the_same(
        string boot,
        long offset,
        string instance,
        string thenBoot,
        long thenOffset,
        string thenInstance,
        bool stays
    )
    {
        var seat = new AgentSeat(TestHosts.Server);
        Assert.True(Take(seat, boot, offset, instance));
        var known = new ClockEstimate(7, 1, 0);
        seat.Measure(known);
        seat.Leave();
        Assert.Equal(!stays, Take(seat, thenBoot, thenOffset, thenInstance));
        Assert.Equal(stays ? known : null, seat.Clock);
        Assert.False(seat.Ready);
        seat.Answers = true;
        Assert.Equal(stays, seat.Ready);
    }

    private static bool Take(AgentSeat seat, string boot, long offset, string instance) =>
        seat.Occupy(
            "connection",
            new(AgentHello.CurrentProtocol, instance, ScriptedAgent.Facts(TestHosts.Server) with { BootId = boot, MonotonicOffset = offset })
        );
}
