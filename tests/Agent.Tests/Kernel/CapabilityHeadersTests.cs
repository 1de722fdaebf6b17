using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants and layouts of capabilities against this machine's C headers.</summary>
public sealed class CapabilityHeadersTests
{
    private const string Includes = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <linux/capability.h>
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/prctl.h>
        #include <sys/stat.h>
        #include <unistd.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(CapabilityConstants), atLeast: 10);

    [Fact]
    public void Structs_are_laid_out_as_in_the_headers()
    {
        (string C, Type Type, (string C, string Name)[] Fields)[] structs =
        [
            ("__user_cap_header_struct", typeof(CapHeader), [("version", "Version"), ("pid", "Pid")]),
            ("statx", typeof(StatX), [("stx_uid", "Uid"), ("stx_mode", "Mode")]),
            ("__user_cap_data_struct", typeof(CapData), [("effective", "Effective"), ("permitted", "Permitted"), ("inheritable", "Inheritable")]),
        ];
        new CHeaders(Includes).Hold(structs);
    }
}
