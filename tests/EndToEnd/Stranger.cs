using System.Diagnostics;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A program that is none of the dashboard's and holds a port of one of its hosts, until disposed of. In C, because .NET's own sockets set options by themselves.</summary>
internal sealed class Stranger : IDisposable
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

    private readonly string _directory;
    private readonly Process _process;

    private Stranger(string directory, Process process) => (_directory, _process) = (directory, process);

    /// <summary>Binds the port on every address, and listens or not. Skips the test where the namespace cannot be entered or nothing can be compiled.</summary>
    public static async Task<Stranger> On(Dashboard dashboard, HostFacts host, int port, bool reuse, bool listens)
    {
        string directory = Directory.CreateTempSubdirectory("reuseaddr-stranger-").FullName;
        try
        {
            string program = await Compiled(directory);
            Process? process = HostNamespace.Start(dashboard, host, program, $"{port}", reuse ? "1" : "0", listens ? "1" : "0");
            Assert.SkipWhen(process is null, "The server's network namespace cannot be entered by this user.");
            var stranger = new Stranger(directory, process!);
            string? said = await process!.StandardOutput.ReadLineAsync();
            if (said == "ready")
                return stranger;
            string why = await process.StandardError.ReadToEndAsync();
            stranger.Dispose();
            throw new InvalidOperationException($"The port {port} could not be taken: {why}");
        }
        catch
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>Ends it, and with it its socket.</summary>
    public void End()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            End();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<string> Compiled(string directory)
    {
        string source = Path.Combine(directory, "stranger.c"), program = Path.Combine(directory, "stranger");
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
