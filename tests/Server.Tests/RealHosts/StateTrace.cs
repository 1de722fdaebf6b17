using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>A change of state as tracefs prints it.</summary>
/// <param name="T">CLOCK_MONOTONIC in nanoseconds, cut off to microseconds.</param>
/// <param name="LocalPort">0 while it has none.</param>
internal sealed record TracedState(long T, int LocalPort, int RemotePort, string From, string To);

/// <summary>
/// The kernel's tracepoint sock:inet_sock_set_state read through tracefs, in an instance of its own, for one port. Sees all network namespaces.
/// </summary>
internal sealed partial class StateTrace : IDisposable
{
    private readonly string _mount = Directory.CreateTempSubdirectory("reuseaddr-tracefs-").FullName,
        _instance;

    private StateTrace() => _instance = Path.Combine(_mount, "instances", $"reuseaddr-test-{Environment.ProcessId}");

    /// <returns>Null where this machine has no tracefs.</returns>
    public static StateTrace? Start(int port)
    {
        var trace = new StateTrace();
        if (!Tool("mount", "-t", "tracefs", "tracefs", trace._mount))
        {
            Directory.Delete(trace._mount);
            return null;
        }
        Directory.CreateDirectory(trace._instance);
        trace.Write("trace_clock", "mono");
        trace.Write("buffer_size_kb", "8192");
        trace.Write("events/sock/inet_sock_set_state/filter", $"sport=={port}||dport=={port}");
        trace.Write("events/sock/inet_sock_set_state/enable", "1");
        return trace;
    }

    /// <summary>All changes so far, in order.</summary>
    public IReadOnlyList<TracedState> Read() =>
        [
            .. File.ReadLines(Path.Combine(_instance, "trace"))
                .Select(line => Change().Match(line))
                .Where(m => m.Success)
                .Select(m => new TracedState(
                    (long)(decimal.Parse(m.Groups["t"].Value, CultureInfo.InvariantCulture) * 1_000_000_000m),
                    Port(m, "sport"),
                    Port(m, "dport"),
                    m.Groups["from"].Value,
                    m.Groups["to"].Value
                )),
        ];

    public void Dispose()
    {
        Write("events/sock/inet_sock_set_state/enable", "0");
        Tool("rmdir", _instance);
        Tool("umount", _mount);
        Directory.Delete(_mount);
    }

    private static int Port(Match m, string group) => int.Parse(m.Groups[group].Value, CultureInfo.InvariantCulture);

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_instance, file), text);

    private static bool Tool(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    [GeneratedRegex(@" (?<t>\d+\.\d{6}): inet_sock_set_state: .* sport=(?<sport>\d+) dport=(?<dport>\d+) .* oldstate=TCP_(?<from>\w+) newstate=TCP_(?<to>\w+)")]
    private static partial Regex Change();
}
