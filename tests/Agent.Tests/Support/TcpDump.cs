using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Log;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>A segment as tcpdump prints it.</summary>
/// <param name="Stamp">CLOCK_REALTIME in nanoseconds.</param>
/// <param name="Wscale">The option's shift; null without the option.</param>
internal sealed record Dumped(long Stamp, string From, string To, string Flags, uint? Seq, uint? Ack, int Length, int? Wscale)
{
    public string Line => $"{From} > {To} {Flags} {Seq} {Ack} {Length}";

    /// <summary>The same of what an agent told. tcpdump leaves out the sequence number of a bare ACK, and 0 stands for no acknowledgement.</summary>
    public static string LineOf(SegmentEvent e)
    {
        bool ack = e.Flags.Contains("ACK", StringComparison.Ordinal),
            bare = e.Flags == "ACK" && e.Len == 0;
        string flags = string.Concat(e.Flags.Split(',').Select(f => f == "ACK" ? '.' : f[0]).OrderBy(f => f == '.'));
        return $"{e.From} > {e.To} {flags} {(bare ? null : e.SeqNo)} {(ack ? e.Ack : null)} {e.Len}";
    }
}

/// <summary>tcpdump beside the agent, in the namespace of the thread that starts it.</summary>
internal sealed partial class TcpDump : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private TcpDump(Process process) => _process = process;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="on">
    /// The interface. On any it stands before the agent's socket in the kernel's list and is not woken for each packet, so that both stamps are of the same
    /// moment; on one it comes behind, after the
    /// agent was woken.
    /// </param>
    /// <param name="port">The port.</param>
    /// <param name="enter">What to put before the command to run it in another namespace.</param>
    public static TcpDump Start(string on, int port, params string[] enter)
    {
        // In: on loopback every frame comes twice.
        string[] command =
        [
            .. enter,
            "tcpdump",
            "-i",
            on,
            "-Q",
            on == "lo" ? "in" : "inout",
            "-l",
            .. on == "any" ? Array.Empty<string>() : ["--immediate-mode"],
            "-B",
            "16384",
            "-n",
            "-S",
            "-tt",
            "--nano",
            "tcp",
            "port",
            port.ToString(CultureInfo.InvariantCulture),
        ];
        Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var dump = new TcpDump(process);
        process.OutputDataReceived += (_, e) =>
        {
            lock (dump._lines)
            {
                if (e.Data is { Length: > 0 })
                    dump._lines.Add(e.Data);
                Monitor.PulseAll(dump._lines);
            }
        };
        string said = "";
        while (process.StandardError.ReadLine() is { } line)
        {
            said += line + "\n";
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                process.BeginOutputReadLine();
                return dump;
            }
        }
        process.WaitForExit();
        Assert.Fail($"tcpdump: {said}");
        throw new InvalidOperationException();
    }

    /// <summary>Waits until it has printed one with these flags, ends it, and returns all.</summary>
    public IReadOnlyList<Dumped> TakeUntil(string flags)
    {
        lock (_lines)
        {
            long begun = Stopwatch.GetTimestamp();
            while (!_lines.Exists(line => Parse(line).Flags == flags))
            {
                Assert.True(Stopwatch.GetElapsedTime(begun).TotalSeconds < 20, $"tcpdump printed no [{flags}]:\n{string.Join('\n', _lines)}");
                Monitor.Wait(_lines, 1000);
            }
        }
        using Process kill = Process.Start("kill", ["-s", "INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        _process.WaitForExit();
        lock (_lines)
            return [.. _lines.Select(Parse)];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static Dumped Parse(string line)
    {
        Match m = Line().Match(line);
        Assert.True(m.Success, line);
        uint? Number(string group) => m.Groups[group].Success ? uint.Parse(m.Groups[group].Value, CultureInfo.InvariantCulture) : null;
        long stamp =
            long.Parse(m.Groups["s"].Value, CultureInfo.InvariantCulture) * 1_000_000_000 + long.Parse(m.Groups["ns"].Value, CultureInfo.InvariantCulture);
        return new(
            stamp,
            End(m.Groups["from"].Value),
            End(m.Groups["to"].Value),
            m.Groups["flags"].Value,
            Number("seq"),
            Number("ack"),
            int.Parse(m.Groups["len"].Value, CultureInfo.InvariantCulture),
            (int?)Number("wscale")
        );
    }

    // 192.168.122.68.11111, ::1.11111
    private static string End(string text)
    {
        int dot = text.LastIndexOf('.');
        return text.Contains(':', StringComparison.Ordinal) ? $"[{text[..dot]}]:{text[(dot + 1)..]}" : $"{text[..dot]}:{text[(dot + 1)..]}";
    }

    [GeneratedRegex(
        @"^(?<s>\d+)\.(?<ns>\d{9}) (?:\S+\s+(?:In|Out)\s+)?IP6? (?<from>\S+) > (?<to>\S+): Flags \[(?<flags>[^\]]+)\](?:, seq (?<seq>\d+)(?::\d+)?)?(?:, ack (?<ack>\d+))?,.*?(?:wscale (?<wscale>\d+).*?)? length (?<len>\d+)"
    )]
    private static partial Regex Line();
}
