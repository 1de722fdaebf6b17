using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Kernel;

/// <summary>Constants and sizes of starting processes against this machine's C headers.</summary>
public sealed class ProcessHeadersTests
{
    private const string Includes = """
        #define _GNU_SOURCE
        #include <spawn.h>
        #include <stdio.h>
        #include <sys/socket.h>
        #include <sys/wait.h>

        """;

    [Fact]
    public void Constants_are_those_of_the_headers() => new CHeaders(Includes).Hold(typeof(ProcessConstants), atLeast: 8);

    [Fact]
    public void There_is_room_for_what_only_libc_knows_the_size_of()
    {
        int[] sizes =
        [
            .. CProgram
                .Run($"{Includes} int main(void) {{ printf(\"%zu\\n%zu\\n\", sizeof(posix_spawn_file_actions_t), sizeof(posix_spawnattr_t)); return 0; }}")
                .Select(int.Parse),
        ];
        Assert.InRange(sizes[0], 1, SpawnedProcess.ActionsRoom);
        Assert.InRange(sizes[1], 1, SpawnedProcess.AttributesRoom);
    }
}
