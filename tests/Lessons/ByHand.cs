using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Runs.Export.ByHand;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Lessons;

/// <summary>
/// Repeats a run by hand: compiles its C programs with gcc, starts them in the lab's namespaces, presses Enter where the note says so, and holds what each call
/// returned against the run.
/// </summary>
internal sealed class ByHand : IDisposable
{
    private const string Resets = "TcpOutRsts";
    private static int _port = 21_100;

    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("reuseaddr-by-hand-");
    private readonly Dictionary<HandProgram, Terminal> _terminals = [];
    private readonly int _dashboard;
    private readonly RunFile _run;
    private readonly HandPlay _play;

    // Of its own: what another left there stays for a minute.
    private readonly Dictionary<int, int> _ports;

    private ByHand(int dashboard, RunFile run, HandPlay play)
    {
        (_dashboard, _run, _play) = (dashboard, run, play);
        _ports = run.Ports.Values.ToDictionary(p => p, _ => Interlocked.Increment(ref _port));
    }

    /// <summary>Does it, where programs and a shell without sysctls, filters and minutes of waiting are enough.</summary>
    /// <returns>False where they are not, or gcc or the right to enter the namespaces is missing.</returns>
    public static async Task<bool> Repeats(int dashboard, RunFile run, CancellationToken cancel)
    {
        if (
            !File.Exists("/usr/bin/gcc")
            || HandPlay.Of(run) is not { } play
            || play.Acts.Any(a =>
                a
                    is HandCommand
                        or HandWait
                        {
                            For: { For: WaitFor.Segment or WaitFor.Return }
                                or { For: WaitFor.Gone, State: "TIME-WAIT" }
                                or { For: WaitFor.Time, LimitMs: > 5_000 }
                        }
            )
        )
        {
            return false;
        }
        // RFC 1337: on a starved machine the FIN is sent again, and the RST that answers the ACK of that ends TIME-WAIT. Once more, then.
        bool mayRepeat = !run.Events.OfType<SegmentEvent>().Any(s => SegmentFlags.Match("RST", s.Flags));
        while (true)
        {
            using var hand = new ByHand(dashboard, run, play);
            long resets = await hand.SentResets();
            if (!await hand.Play(cancel))
                return false;
            if (hand.IsSame())
                return true;
            if (!mayRepeat || await hand.SentResets() == resets)
                Assert.Fail(await hand.Differences());
            mayRepeat = false;
        }
    }

    public void Dispose()
    {
        foreach (Terminal terminal in _terminals.Values)
            terminal.Dispose();
        _place.Delete(recursive: true);
    }

    private async Task<bool> Play(CancellationToken cancel)
    {
        foreach (HandProgram program in _play.Sources)
        {
            string source = Path.Combine(_place.FullName, $"{program.Name}.c");
            await File.WriteAllTextAsync(source, CSource.Write(program, _run, turn => turn?.Step ?? "end", p => _ports.GetValueOrDefault(p, p)), cancel);
            using Process gcc = Process.Start(
                new ProcessStartInfo("gcc", ["-Wall", "-Werror", "-O0", "-o", Path.Combine(_place.FullName, program.Name), source])
                {
                    RedirectStandardError = true,
                }
            )!;
            string faults = await gcc.StandardError.ReadToEndAsync(cancel);
            await gcc.WaitForExitAsync(cancel);
            Assert.True(gcc.ExitCode == 0, $"{_run.Scenario}: gcc {program.Name}.c: {faults}");
        }
        foreach (HandAct act in _play.Acts)
        {
            switch (act)
            {
                case HandTurn { First: true } start:
                    if (
                        Terminal.Start(_dashboard, _run.Hosts.Single(h => h.Name == start.Program.Host), Path.Combine(_place.FullName, start.Program.Name))
                        is not { } terminal
                    )
                    {
                        return false;
                    }

                    await (_terminals[start.Program] = terminal).UntilItWaits(cancel);
                    break;
                case HandTurn turn:
                    await _terminals[turn.Program].Enter(cancel);
                    break;
                case HandKill { Program: { } program }:
                    await _terminals[program].Kill(cancel);
                    break;
                case HandKill kill:
                    int child = _terminals.Values.Select(t => t.Child(kill.Child!)).First(c => c is not null)!.Value;
                    Assert.True(DashboardProcess.Signal(child, kill.Hard ? DashboardProcess.Sigkill : DashboardProcess.Sigterm));
                    await UntilGone(child, cancel);
                    break;
                case HandWait { For: { For: WaitFor.Time, LimitMs: { } ms } }:
                    await Task.Delay(TimeSpan.FromMilliseconds(ms), TimeProvider.System, cancel);
                    break;
                case HandWait { For: { } wait } when wait.State is { } state:
                    await Until(
                        state,
                        wait.For == WaitFor.State,
                        _ports.Values,
                        wait.Host is { } host ? _run.Hosts.Single(h => h.Name == host) : _run.Hosts.Single(h => h.Name == _run.Script.MainPort.Host),
                        cancel
                    );
                    break;
            }
        }
        return true;
    }

    private bool IsSame() => _play.Programs.All(p => Calls(p).SequenceEqual(_terminals[p].Calls.Select(Told)));

    // What only another moment would show: every program's calls, and what is left of them on each host.
    private async Task<string> Differences()
    {
        var seen = new List<string>(
            _play.Programs.Select(p => $"{p.Name}: {string.Join(", ", Calls(p))}\n  by hand: {string.Join(", ", _terminals[p].Calls)}")
        );
        foreach (HostFacts host in _run.Hosts)
        {
            seen.Add($"{host.Name}:\n{await HostNamespace.Output(_dashboard, host, "ss", "-Htano", OnPorts(_ports.Values))}");
            seen.Add($"{await HostNamespace.Output(_dashboard, host, "nstat", "-asz", "TcpExtTCPTimeWaitOverflow", "TcpExtTCPAbort*", Resets)}");
        }
        return $"{_run.Scenario}, ports {string.Join(", ", _ports)}:\n{string.Join('\n', seen)}";
    }

    /// <summary>How many the hosts have sent so far; 0 where this user may not enter their namespaces.</summary>
    private async Task<long> SentResets()
    {
        long sum = 0;
        foreach (HostFacts host in _run.Hosts)
        {
            string counters = await HostNamespace.Output(_dashboard, host, "nstat", "-asz", Resets) ?? "";
            sum += counters
                .Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is [Resets, _, ..])
                .Sum(words => long.Parse(words[1], CultureInfo.InvariantCulture));
        }
        return sum;
    }

    private static IEnumerable<string> Calls(HandProgram program) => program.Turns.SelectMany(t => t.Does).OfType<CallEvent>().Select(Expected);

    private static string OnPorts(IEnumerable<int> ports) => $"( {string.Join(" or ", ports.SelectMany(p => (string[])[$"sport = :{p}", $"dport = :{p}"]))} )";

    // A descriptor's number is the program's own.
    private static string Expected(CallEvent call) =>
        call.Succeeded
            ? call.Call is "socket" or "accept4"
                ? $"{call.Call} = fd"
                : $"{call.Call} = {call.Result}"
            : $"{call.Call} = -1 {call.Errno} ({call.ErrnoText})";

    private static string Told(string line) => line.Split(" = ") is [("socket" or "accept4") and var call, [>= '0' and <= '9', ..]] ? $"{call} = fd" : line;

    // Its sockets are closed once it is gone, or a zombie that nobody has waited for.
    private static async Task UntilGone(int process, CancellationToken cancel)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (State() is not (null or 'Z'))
            await tick.WaitForNextTickAsync(cancel);

        char? State()
        {
            try
            {
                string stat = File.ReadAllText($"/proc/{process}/stat");
                return stat[stat.LastIndexOf(')') + 2];
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    private async Task Until(string state, bool there, IEnumerable<int> ports, HostFacts host, CancellationToken cancel)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (
            (await HostNamespace.Output(_dashboard, host, "ss", "-Htan", OnPorts(ports)))!
                .Split('\n')
                .Any(l => l.StartsWith(state + " ", StringComparison.Ordinal)) != there
        )
        {
            await tick.WaitForNextTickAsync(cancel);
        }
    }

    /// <summary>A program in a terminal of its own.</summary>
    private sealed class Terminal(Process process) : IDisposable
    {
        private readonly List<string> _children = [];

        public List<string> Calls { get; } = [];

        public static Terminal? Start(int dashboard, HostFacts host, string program) =>
            HostNamespace.Start(dashboard, host, program) is { } process ? new(process) : null;

        public int? Child(string name) =>
            _children.FirstOrDefault(c => c.StartsWith(name + " is ", StringComparison.OrdinalIgnoreCase)) is { } line
                ? int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture)
                : null;

        public async Task Enter(CancellationToken cancel)
        {
            await process.StandardInput.WriteAsync("\n".AsMemory(), cancel);
            await process.StandardInput.FlushAsync(cancel);
            await UntilItWaits(cancel);
        }

        /// <summary>Until it asks for Enter, or has ended.</summary>
        public async Task UntilItWaits(CancellationToken cancel)
        {
            while (await process.StandardOutput.ReadLineAsync(cancel) is { } line && !line.StartsWith("> ", StringComparison.Ordinal))
                (line.Contains(" is ", StringComparison.Ordinal) ? _children : Calls).Add(line);
        }

        public async Task Kill(CancellationToken cancel)
        {
            process.Kill();
            await process.WaitForExitAsync(cancel);
        }

        public void Dispose()
        {
            foreach (string child in _children)
                DashboardProcess.Signal(int.Parse(child.Split(' ')[^1], CultureInfo.InvariantCulture), DashboardProcess.Sigkill);
            process.Kill();
            process.Dispose();
        }
    }
}
