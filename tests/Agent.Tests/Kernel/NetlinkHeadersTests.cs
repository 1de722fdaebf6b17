using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants of rtnetlink(7) against this machine's C headers.</summary>
public sealed class NetlinkHeadersTests
{
    private const string Includes = """
        #include <errno.h>
        #include <linux/if.h>
        #include <linux/if_addr.h>
        #include <linux/if_link.h>
        #include <linux/netlink.h>
        #include <linux/rtnetlink.h>
        #include <linux/veth.h>
        #include <stdio.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(NetlinkConstants), atLeast: 20);
}
