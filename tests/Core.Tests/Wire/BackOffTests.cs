using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Wire;

public sealed class BackOffTests
{
    [Fact]
    public void Pauses_grow_from_a_fifth_of_a_second_to_five_and_begin_anew()
    {
        var pauses = new BackOff(new Random(1));
        double[] foreseen = [0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5];
        foreach (double seconds in foreseen)
            Assert.InRange(pauses.Next().TotalSeconds, seconds * 0.75, Math.Min(5, seconds * 1.25));
        pauses.Reset();
        Assert.InRange(pauses.Next().TotalSeconds, 0.15, 0.25);
    }

    [Fact]
    public void Two_do_not_pause_alike() => Assert.NotEqual(new BackOff(new Random(1)).Next(), new BackOff(new Random(2)).Next());

    [Fact]
    public void One_alone_pauses_exactly_as_long_as_it_says()
    {
        var pauses = new BackOff(random: null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.Equal([1, 2, 3, 3], Enumerable.Range(0, 4).Select(_ => pauses.Next().TotalSeconds));
        pauses.Reset();
        Assert.Equal(1, pauses.Next().TotalSeconds);
    }
}
