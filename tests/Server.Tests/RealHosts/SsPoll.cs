using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>A row as ss printed it.</summary>
/// <param name="TimeWait">Seconds of the TIME-WAIT timer; null where it has none.</param>
internal sealed record SsLine(string State, string Local, string Remote, double? TimeWait);

/// <summary>What ss printed at one time.</summary>
/// <param name="Begin">Wall clock before it was started, nanoseconds since 1970.</param>
/// <param name="End">After it had ended.</param>
internal sealed record SsLook(long Begin, long End, IReadOnlyList<SsLine> Rows);

/// <summary>ss on a host, over and over.</summary>
internal sealed partial class SsPoll : IDisposable
{
    private readonly Process _process;
    private readonly List<SsLook> _looks = [];
    private readonly List<SsLine> _rows = [];
    private long _begin;
    private string? _unread;

    public SsPoll(HostNamespace host, int port)
    {
        string ss = $"ss -Hanot 'sport = :{port} or dport = :{port}'";
        _process = host.Start("bash", "-c", $"while :; do echo \"@ $EPOCHREALTIME\"; {ss}; echo \"= $EPOCHREALTIME\"; read -r -t 0.05 && exit; done");
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.BeginOutputReadLine();
    }

    public IReadOnlyList<SsLook> Looks
    {
        get
        {
            lock (_looks)
            {
                Assert.True(_unread is null, $"ss printed a line that is no row: {_unread}");
                return [.. _looks];
            }
        }
    }

    /// <summary>Waits for a look that begins after this moment.</summary>
    public SsLook After(long wall)
    {
        lock (_looks)
        {
            long begun = Stopwatch.GetTimestamp();
            while (_looks.Count == 0 || _looks[^1].Begin <= wall)
            {
                Assert.True(Stopwatch.GetElapsedTime(begun).TotalSeconds < 20, "ss prints nothing more");
                Monitor.Wait(_looks, 1000);
            }
            return _looks.First(l => l.Begin > wall);
        }
    }

    public void Dispose()
    {
        _process.StandardInput.WriteLine();
        if (!_process.WaitForExit(2000))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_looks)
        {
            if (line.StartsWith('@'))
            {
                _begin = Nanoseconds(line[2..]);
                _rows.Clear();
            }
            else if (line.StartsWith('='))
            {
                _looks.Add(new(_begin, Nanoseconds(line[2..]), [.. _rows]));
                Monitor.PulseAll(_looks);
            }
            else
            {
                // Told to whoever waits: here it would end the whole test process.
                Match m = Row().Match(line);
                if (!m.Success)
                {
                    _unread ??= line;
                    return;
                }
                _rows.Add(
                    new(
                        m.Groups["state"].Value,
                        m.Groups["local"].Value,
                        m.Groups["remote"].Value,
                        m.Groups["timer"].Success ? double.Parse(m.Groups["timer"].Value, CultureInfo.InvariantCulture) : null
                    )
                );
            }
        }
    }

    // 1795403770.236055: microseconds.
    private static long Nanoseconds(string text) => (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 1_000_000_000m);

    // The timer of TIME-WAIT is below a minute here: "59sec"; ss writes the last ten seconds as "9.876ms".
    [GeneratedRegex(@"^(?<state>\S+)\s+\d+\s+\d+\s+(?<local>\S+)\s+(?<remote>\S+)(\s+timer:\((timewait,(?<timer>[\d.]+)(sec|ms)|[^)]*).*)?")]
    private static partial Regex Row();
}
