using System.Diagnostics;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>Who starts the local hosts.</summary>
public enum Starter
{
    /// <summary>Root, without a user namespace.</summary>
    Root,

    /// <summary>Somebody without rights, through <c>unshare --user --map-root-user</c>.</summary>
    OrdinaryUser,
}

/// <summary><c>reuseaddr-agent local-hosts</c>, as the Server starts it.</summary>
internal sealed class LocalHostsRig : IDisposable
{
    /// <summary>Debian's user and group of that name; any number without an account would do.</summary>
    public const uint Nobody = 65534;

    public const string Program = "agent/reuseaddr-agent";

    private readonly Process _process;

    private LocalHostsRig(Process process) => _process = process;

    public int Id => _process.Id;

    public static string ProgramPath => Path.Combine(AppContext.BaseDirectory, Program);

    private static IReadOnlyList<string> AsNobody =>
        Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--"] : [];

    public static LocalHostsRig Start(Starter starter, FakeDashboard dashboard, string mode = "namespaces")
    {
        Assert.SkipWhen(starter == Starter.Root && !Environment.IsPrivilegedProcess, "needs root");
        return Start([
            .. starter == Starter.Root ? [] : AsNobody.Append("unshare").Append("--user").Append("--map-root-user").Append("--"),
            .. Command(dashboard, mode),
        ]);
    }

    /// <summary>As somebody who has no rights and was given none.</summary>
    public static LocalHostsRig StartWithoutRights(FakeDashboard dashboard) => Start([.. AsNobody, .. Command(dashboard, "namespaces")]);

    public static LocalHostsRig Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_ROOT"] = Server.LocalHosts.AgentProgram.DotnetRoot();
        return new(Process.Start(start)!);
    }

    public static IReadOnlyList<string> Command(FakeDashboard dashboard, string mode) =>
        [ProgramPath, LocalHostsContract.Command, "--dashboard", "unix:" + dashboard.SocketPath, "--directory", dashboard.Directory, "--mode", mode];

    public async Task<string?> ReadLine(CancellationToken cancel) => await _process.StandardOutput.ReadLineAsync(cancel);

    public void EndInput() => _process.StandardInput.Close();

    public async Task<(int Exit, string Error)> Finish(CancellationToken cancel)
    {
        string error = await _process.StandardError.ReadToEndAsync(cancel);
        await _process.WaitForExitAsync(cancel);
        return (_process.ExitCode, error.TrimEnd());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(3)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
