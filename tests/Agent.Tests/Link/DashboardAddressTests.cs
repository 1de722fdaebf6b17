using ReuseAddrDashboard.Agent.Link;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Link;

public sealed class DashboardAddressTests
{
    [Theory]
    [InlineData("http://192.168.122.1:5000", "http://192.168.122.1:5000/hubs/agent")]
    [InlineData("https://lab.example/", "https://lab.example/hubs/agent")]
    [InlineData("http://lab.example/base/", "http://lab.example/base/hubs/agent")]
    [InlineData("unix:/run/x/s", "http://localhost/hubs/agent")]
    public void Takes_http_https_and_unix(string text, string hub)
    {
        Assert.True(DashboardAddress.TryParse(text, out DashboardAddress? address));
        Assert.Equal(hub, address!.Hub("/hubs/agent").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:5000")]
    [InlineData("ftp://host")]
    [InlineData("http://")]
    [InlineData("http://user@host")]
    [InlineData("http://host?x=1")]
    [InlineData("unix:relative")]
    [InlineData("unix:")]
    public void Refuses_anything_else(string text) => Assert.False(DashboardAddress.TryParse(text, out _));

    [Fact]
    public void Refuses_a_path_that_no_unix_socket_can_have()
    {
        Assert.True(DashboardAddress.TryParse("unix:/" + new string('x', 106), out _));
        Assert.False(DashboardAddress.TryParse("unix:/" + new string('x', 107), out _));
    }
}
