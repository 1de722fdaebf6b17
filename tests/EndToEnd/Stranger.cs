using System.Diagnostics;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A program that is none of the dashboard's and holds a port of one of its hosts, until disposed of.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private Stranger(string directory, Process process) => (_directory, _process) = (directory, process);

    /// <summary>Binds the port on every address, and listens or not. Skips the test where the namespace cannot be entered or nothing can be compiled.</summary>
    public static async Task<Stranger> On(Dashboard dashboard, HostFacts host, int port, bool reuse, bool listens)
    {
        string directory = Directory.CreateTempSubdirectory("reuseaddr-stranger-").FullName;
        try
        {
            string program = await StrangerProgram.Compile(directory);
            Process? process = HostNamespace.Start(dashboard.Id, host, program, $"{port}", reuse ? "1" : "0", listens ? "1" : "0");
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
}
