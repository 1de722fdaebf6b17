using Bunit;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Sockets;

public sealed class SocketTableTests : PageTest
{
    [Fact]
    public void Listeners_that_share_a_port_have_a_row_each_and_only_the_one_pointed_at_opens()
    {
        var script = new RunScript();
        foreach (ulong inode in (ulong[])[7, 8])
        {
            script.Add(
                new SocketEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Proc,
                    Local = RunScript.Any,
                    Remote = RunScript.Nobody,
                    To = TcpState.Listen,
                    Inode = inode,
                    Backlog = 5,
                    Raw = $"inode {inode}",
                },
                1
            );
        }

        IRenderedComponent<LabPage> page = Show(script);
        Assert.Equal(2, page.FindAll(".sockets .row[tabindex]").Count);
        page.FindAll(".sockets .row[tabindex]")[1].Focus();
        Assert.Single(page.FindAll(".sockets .row.open"));
        Assert.Equal("inode 8", page.Find(".sockets .raw-line").TextContent);
    }
}
