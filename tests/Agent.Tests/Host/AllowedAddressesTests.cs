using System.Net;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Host;

/// <summary>Whatever a dashboard orders, an agent touches only what its owner allowed.</summary>
public sealed class AllowedAddressesTests
{
    private static readonly AllowedAddresses Lab = new([IPNetwork.Parse("192.168.122.0/24"), IPNetwork.Parse("fd00:192:168:122::/64")], loopback: false);

    [Theory]
    [InlineData("192.168.122.68:11111", true)]
    [InlineData("[fd00:192:168:122::68]:11111", true)]
    [InlineData("[::ffff:192.168.122.68]:11111", true)]
    [InlineData("127.0.0.1:5138", false)]
    [InlineData("[::1]:5138", false)]
    [InlineData("[::ffff:127.0.0.1]:5138", false)]
    [InlineData("0.0.0.0:22", false)]
    [InlineData("10.0.0.1:80", false)]
    [InlineData("169.254.169.254:80", false)]
    [InlineData("[fe80::1]:80", false)]
    [InlineData("[2001:db8::1]:80", false)]
    public void Connects_only_to_the_labs_networks(string to, bool allowed)
    {
        Assert.Equal(allowed, Lab.Refusal(Connect(to)) is null);
        Assert.Equal(
            allowed,
            Lab.Refusal(
                new CheckOrder
                {
                    Id = 1,
                    Port = 11111,
                    Reach = End(to),
                }
            )
                is null
        );
    }

    [Theory]
    [InlineData("0.0.0.0:11111", true)]
    [InlineData("[::]:11111", true)]
    [InlineData("127.0.0.1:11111", true)]
    [InlineData("192.168.122.68:0", true)]
    [InlineData("10.0.0.1:11111", false)]
    [InlineData("[fe80::1]:11111", false)]
    public void Binds_only_where_nobody_else_is_meant(string at, bool allowed) =>
        Assert.Equal(
            allowed,
            Lab.Refusal(
                new CallOrder
                {
                    Id = 1,
                    Run = "r",
                    Socket = "lfd",
                    Call = SocketCall.Bind,
                    Address = End(at),
                }
            )
                is null
        );

    [Fact]
    public void Loopback_is_for_agents_whose_own_address_it_is_and_others_need_it_named()
    {
        AgentOptions options = OptionLine.Parse(["--dashboard", "http://h:1", "--name", "client", "--address", "127.0.0.2"], out _)!;
        Assert.Null(AllowedAddresses.Read(options).Refusal(Connect("127.0.0.1:11111")));
        Assert.NotNull(AllowedAddresses.Read(options).Refusal(Connect("10.0.0.1:11111")));
        options = OptionLine.Parse(["--dashboard", "http://h:1", "--name", "client", "--address", "192.0.2.7", "--allow", "10.0.0.0/8,169.254.1.1"], out _)!;
        AllowedAddresses allowed = AllowedAddresses.Read(options);
        Assert.Equal(
            [true, true, true, false, false, false],
            new[] { "10.9.9.9:1", "169.254.1.1:1", "192.0.2.7:1", "192.0.2.8:1", "127.0.0.1:1", "169.254.1.2:1" }.Select(to =>
                allowed.Refusal(Connect(to)) is null
            )
        );
    }

    private static CallOrder Connect(string to) =>
        new()
        {
            Id = 1,
            Run = "r",
            Socket = "cfd",
            Call = SocketCall.Connect,
            Address = End(to),
        };

    private static TcpEndpoint End(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint end) ? end : throw new FormatException(text);
}
