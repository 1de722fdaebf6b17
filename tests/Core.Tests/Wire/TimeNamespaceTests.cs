using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Wire;

public sealed class TimeNamespaceTests
{
    [Theory]
    [InlineData("monotonic           0         0\nboottime            0         0\n", 0)]
    [InlineData("monotonic       86400         5\nboottime            7         0\n", 86_400_000_000_005)]
    [InlineData("monotonic          -2 999999999\nboottime            0         0\n", -1_000_000_001)]
    [InlineData("boottime            7         0\nmonotonic           1         0", 1_000_000_000)]
    [InlineData("monotonic           1", 0)]
    [InlineData("monotonic 99999999999999999999 0", 0)]
    [InlineData("", 0)]
    public void The_kernel_s_line_of_the_monotonic_clock_is_read(string text, long offset) =>
        Assert.Equal(offset, TimeNamespace.MonotonicOffset(text.Split('\n')));

    [Fact]
    public void Hosts_share_a_clock_in_one_boot_and_one_time_namespace_only()
    {
        HostFacts host = new RunScript().Header.Hosts[0];
        Assert.True(host.SharesClockWith(host));
        Assert.False(host.SharesClockWith(host with { BootId = "other" }));
        Assert.False(host.SharesClockWith(host with { MonotonicOffset = 1 }));
        Assert.False((host with { BootId = HostFacts.UnknownBoot }).SharesClockWith(host with { BootId = HostFacts.UnknownBoot }));
    }
}
