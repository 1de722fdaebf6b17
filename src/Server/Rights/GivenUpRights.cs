using System.Globalization;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Rights;

/// <summary>
/// A dashboard that is started with capabilities, as root, goes on without: it becomes the agent's program (<c>reuseaddr-agent confined</c>), which gives them
/// away and becomes the dashboard once more. What
/// the local hosts need is left to a process that does nothing but start them.
/// </summary>
internal static partial class GivenUpRights
{
    private const int CapNetBindService = 10,
        FirstFreePort = 1024;

    /// <summary>Returns in a process that has no right it does not use, or says why not.</summary>
    /// <param name="options">What needs a right: ports, and files of others.</param>
    /// <param name="configuration">The whole configuration: addresses, and files that it names.</param>
    /// <param name="log">Takes a sentence where rights are kept.</param>
    /// <exception cref="InvalidDataException">An address is taken.</exception>
    /// <returns>The starter of local hosts; null where the dashboard starts them itself.</returns>
    public static LocalHostsStarter? GiveUp(DashboardOptions options, IConfiguration configuration, TextWriter log)
    {
        if (Environment.GetEnvironmentVariable(LocalHostsContract.StarterVariable) is { } said)
        {
            Environment.SetEnvironmentVariable(LocalHostsContract.StarterVariable, null);
            return LocalHostsStarter.Adopt(said);
        }
        IReadOnlyList<string> urls = ListenAddress.Configured(configuration);
        bool lowPorts = urls.Any(IsLow);
        if ((Permitted() & ~(lowPorts ? 1ul << CapNetBindService : 0)) == 0)
            return null;
        if (Environment.ProcessPath is not { } program || AgentProgram.Find(AppContext.BaseDirectory, out _) is not { } agent)
            return null; // The hosts say what is missing.
        if (StartFailure.FindTaken(urls) is { } taken)
            throw new InvalidDataException(TextCatalog.English[taken]); // Without rights, whose program has it could not be seen.
        string[] command =
        [
            .. agent.Command,
            LocalHostsContract.ConfinedCommand,
            .. options.Hosts == LocalHostsMode.None ? (string[])[] : [LocalHostsContract.LeaveStarter],
            .. lowPorts ? (string[])[LocalHostsContract.KeepLowPorts] : [],
            .. Files(program, options, configuration),
            LocalHostsContract.ProgramFollows,
            program,
            .. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'),
        ];
        // Not by Environment, which libc does not know of. Sockets for debuggers would be left by a program that becomes another.
        _ = SetEnv("DOTNET_EnableDiagnostics", "0", overwrite: 1);
        if (AgentProgram.DotnetRoot() is { } root)
            _ = SetEnv("DOTNET_ROOT", root, overwrite: 1);
        RuntimeFiles.Remove();
        _ = ExecVP(command[0], [.. command, null]);
        log.WriteLine($"The rights that are not needed could not be given away: execvp({command[0]}): {Marshal.GetLastPInvokeErrorMessage()}.");
        return null;
    }

    private static IEnumerable<string> Files(string program, DashboardOptions options, IConfiguration configuration)
    {
        string[] certificates =
        [
            .. from entry in configuration.GetSection("Kestrel").AsEnumerable()
            where
                entry.Value is { Length: > 0 }
                && (entry.Key.EndsWith(":Path", StringComparison.OrdinalIgnoreCase) || entry.Key.EndsWith(":KeyPath", StringComparison.OrdinalIgnoreCase))
            select Path.GetFullPath(entry.Value, AppContext.BaseDirectory),
        ];
        string[] reads =
        [
            program,
            AppContext.BaseDirectory,
            RuntimeEnvironment.GetRuntimeDirectory(),
            .. options.ScenarioDirectories,
            .. certificates,
            configuration[Settings.ConfigKey] ?? "",
        ];
        string[] logs =
        [
            .. from entry in configuration.GetSection("Serilog").AsEnumerable()
            where entry.Value is { Length: > 0 } && entry.Key.EndsWith(":Args:path", StringComparison.OrdinalIgnoreCase)
            select Path.GetDirectoryName(Path.GetFullPath(entry.Value)) ?? "/",
        ];
        return
        [
            .. from path in reads where path.Length > 0 select $"{LocalHostsContract.Reads}={path}",
            .. from path in (string[])[options.Data, options.AgentKeys, .. logs] where path.Length > 0 select $"{LocalHostsContract.Writes}={path}",
        ];
    }

    private static bool IsLow(string url) => ListenAddress.TryParse(url, out Uri? uri) && uri!.Port is > 0 and < FirstFreePort;

    private static ulong Permitted()
    {
        const string line = "CapPrm:";
        string? set = File.ReadLines("/proc/thread-self/status").FirstOrDefault(l => l.StartsWith(line, StringComparison.Ordinal));
        return set is null ? 0 : ulong.Parse(set.AsSpan(line.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ExecVP(string program, string?[] arguments);
}
