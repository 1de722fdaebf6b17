using System.Net;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class RowFilterTests
{
    private static SocketRow Row(string local, string remote = "127.0.0.2:50000", ulong inode = 1)
    {
        Assert.True(TcpEndpoint.TryParse(local, out TcpEndpoint here) & TcpEndpoint.TryParse(remote, out TcpEndpoint there));
        return new SocketRow
        {
            Local = here,
            Remote = there,
            Inode = inode,
        };
    }

    [Theory]
    [InlineData("127.0.0.1:11111", 1, true, true)]
    [InlineData("127.0.0.2:11111", 1, false, false)]
    [InlineData("0.0.0.0:11111", 1, true, false)] // a stranger's wildcard: only with ",any"
    [InlineData("0.0.0.0:11111", 7, true, true)] // an own one
    [InlineData("[::]:11111", 1, true, false)]
    [InlineData("[::ffff:127.0.0.1]:11111", 1, true, true)]
    [InlineData("[::1]:11111", 1, false, false)]
    [InlineData("127.0.0.1:22", 1, false, false)]
    public void Takes_the_rows_of_its_address(string local, int inode, bool withAny, bool without)
    {
        SocketRow row = Row(local, inode: (ulong)inode);
        Assert.Equal(withAny, new RowFilter([11111], new RowsOption([IPAddress.Loopback], true), i => i == 7).Takes(row));
        Assert.Equal(without, new RowFilter([11111], new RowsOption([IPAddress.Loopback], false), i => i == 7).Takes(row));
    }

    [Theory]
    [InlineData("127.0.0.1:11111", true)]
    [InlineData("127.0.0.3:11111", true)]
    [InlineData("[fd00::1]:11111", true)]
    [InlineData("127.0.0.2:11111", false)]
    [InlineData("[::1]:11111", false)]
    public void Takes_the_rows_of_each_of_several_addresses(string local, bool takes) =>
        Assert.Equal(
            takes,
            new RowFilter([11111], new RowsOption([IPAddress.Loopback, IPAddress.Parse("127.0.0.3"), IPAddress.Parse("fd00::1")], false), _ => false).Takes(
                Row(local)
            )
        );

    [Fact]
    public void Without_the_option_every_address_counts() =>
        Assert.True(new RowFilter([11111], null, _ => false).Takes(Row("10.0.0.1:5000", "10.0.0.2:11111")));
}
