using ReuseAddrDashboard.Agent.Watch;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class ReadPaceTests
{
    [Theory]
    [InlineData(1_000, 2)]
    [InlineData(50_000, 10)]
    [InlineData(2_500_000, 500)]
    [InlineData(50_000_000, 1000)]
    public void Reads_so_often_that_it_costs_less_than_one_percent(long cost, double milliseconds)
    {
        var pace = new ReadPace();
        pace.Took(cost);
        Assert.Equal(milliseconds, pace.Next().TotalMilliseconds, 2);
    }

    [Fact]
    public void One_dear_reading_does_not_change_the_pace_at_once()
    {
        var pace = new ReadPace();
        pace.Took(90_000);
        pace.Took(890_000);
        Assert.Equal(190_000, pace.Cost);
    }
}
