using System.Diagnostics;
using Xunit;

namespace ReuseAddrDashboard.Tests;

/// <summary>
/// A program that is none of the dashboard's and holds a port: <c>stranger PORT REUSEADDR LISTENS</c>. In C, because .NET's own sockets set options by
/// themselves.
/// </summary>
internal static class StrangerProgram
{
    private const string Source = """
        #include <netinet/in.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/socket.h>
        #include <unistd.h>

        int main(int argc, char **argv)
        {
            if (argc != 4)
                return 2;
            int fd = socket(AF_INET, SOCK_STREAM, 0), on = atoi(argv[2]);
            struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
            if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) || bind(fd, (struct sockaddr *)&at, sizeof at))
                return 1;
            if (atoi(argv[3]) && listen(fd, 5))
                return 1;
            puts("ready");
            fflush(stdout);
            sleep(300);
            return 0;
        }
        """;

    /// <summary>The compiled program. Skips the test where nothing can be compiled.</summary>
    /// <param name="directory">Takes it; who disposes of the directory disposes of the program.</param>
    public static async Task<string> Compile(string directory)
    {
        string source = Path.Combine(directory, "stranger.c"),
            program = Path.Combine(directory, "stranger");
        await File.WriteAllTextAsync(source, Source);
        try
        {
            using Process compiler = Process.Start("gcc", ["-o", program, source]);
            await compiler.WaitForExitAsync();
            Assert.Equal(0, compiler.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("gcc is missing; ./test.sh installs what the tests need.");
        }
        return program;
    }
}
