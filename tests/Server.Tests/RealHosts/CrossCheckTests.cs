using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>
/// Runs one after the other at full pace, with tcpdump, strace and ss on both hosts beside: the log has the same segments, calls and rows.
/// REUSEADDR_CROSSCHECK_RUNS says how many (default 8).
/// </summary>
[Collection(Alone.Name)]
public sealed class CrossCheckTests
{
    /// <summary>
    /// Nanoseconds. Of a segment that leaves there is one stamp for all (dev_queue_xmit_nit), and the run's beginning is known to a microsecond. One that
    /// arrives by veth bears its delivery time
    /// instead, and the kernel reads the clock anew for each capture socket (skb_clear_delivery_time): 0.4 to 5 us apart, and by any time where this machine is
    /// interrupted in between. So the
    /// median is held to it.
    /// </summary>
    private const long OneStamp = 10_000,
        Apart = 10_000;

    // Two programs at one tracepoint run one behind the other, each reading the clock for itself; tracefs takes its stamp into a text of whole microseconds.
    // About 7 us on a quiet
    // machine, 12 on a busy one: what is held here is that both tell of one moment.
    private const long Traced = 100_000;

    private const long Second = 1_000_000_000;

    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("REUSEADDR_CROSSCHECK_RUNS") ?? "8", CultureInfo.InvariantCulture);

    private sealed class Host(string name, HostNamespace space, string strace) : IDisposable
    {
        public string Name { get; } = name;
        public string Strace { get; } = strace;
        public TcpDump Dump { get; } = TcpDump.Start("any", RealLab.Port, space.Enter);
        public SsPoll Ss { get; } = new(space, RealLab.Port);

        public void Dispose()
        {
            Dump.Dispose();
            Ss.Dispose();
        }
    }

    [Fact(Timeout = 1_800_000)]
    public async Task Segments_calls_and_rows_are_those_of_tcpdump_strace_and_ss()
    {
        string traces = Directory.CreateTempSubdirectory("reuseaddr-crosscheck-").FullName;
        string Trace(string name) => Path.Combine(traces, name);
        await using RealLab lab = await RealLab.Start(name => ["strace", "-f", "--seccomp-bpf", "-o", Trace(name), "-e", StraceLog.Calls]);
        using Host client = new(TestHosts.Client, lab.Client, Trace(TestHosts.Client)),
            server = new(TestHosts.Server, lab.Server, Trace(TestHosts.Server));
        Host[] hosts = [client, server];
        using StateTrace? states = StateTrace.Start(RealLab.Port);

        long begun = Stopwatch.GetTimestamp();
        var runs = new List<RunFile>();
        for (int i = 0; i < Runs; i++)
        {
            string id = await lab.Open(i % 2 == 0 ? "without-reuseaddr" : "with-reuseaddr");
            foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
                await lab.Step(id, step);
            // Both tables are looked at once while the run stands still.
            long now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            foreach (Host host in hosts)
                host.Ss.After(now);
            await lab.Reset();
            runs.Add(await lab.Dashboard.Run(id));
        }
        double took = Stopwatch.GetElapsedTime(begun).TotalSeconds;

        // The last thing that both tcpdumps see: a connection refused, after the last run.
        using (Process late = lab.Client.Start("bash", "-c", $"exec 3<>/dev/tcp/{LocalHostsContract.InNamespaces[1].Address}/{RealLab.Port}"))
            await late.WaitForExitAsync(TestContext.Current.CancellationToken);
        var report = new List<string> { $"{Runs} runs in {took:0.0} s" };
        Assert.All(runs, r => Assert.Empty(RealLab.Losses(r)));
        Assert.All(runs, r => Assert.Empty(Timeline.Fold(RealLab.Header(r), r.Events).Disagreements));
        foreach (Host host in hosts)
        {
            report.Add($"{host.Name}: {Segments(host, runs)}; {Calls(host, runs)}; {Rows(host, runs)}");
            if (states is not null && runs[0].Hosts.Single(h => h.Name == host.Name).Sources.Any(s => s is { Name: "trace", Available: true }))
                report.Add($"{host.Name}: {States(host, runs, states.Read())}");
        }
        Directory.Delete(traces, recursive: true);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report));
    }

    private static long Begin(RunFile run) => (run.StartedAt - DateTimeOffset.UnixEpoch).Ticks * 100;

    // What no run has: connections that were refused, by this test after the last run and by the lab's check between runs. In a run none is.
    private static IReadOnlyList<Dumped> WithoutRefused(Dumped[] lines)
    {
        var open = new Dictionary<string, int>();
        var of = new int[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            string client = lines[i].From.EndsWith($":{RealLab.Port}", StringComparison.Ordinal) ? lines[i].To : lines[i].From;
            // A port may come again: each SYN begins another connection.
            of[i] = lines[i].Flags == "S" ? open[client] = i : open[client];
        }
        HashSet<int> refused = [.. lines.Index().Where(l => l.Item.Flags == "R.").Select(l => of[l.Index])];
        return [.. lines.Index().Where(l => !refused.Contains(of[l.Index])).Select(l => l.Item)];
    }

    private static string Segments(Host host, List<RunFile> runs)
    {
        IReadOnlyList<Dumped> theirs = WithoutRefused([.. host.Dump.TakeUntil("R.")]);
        (string Line, long At, bool Sent)[] ours =
        [
            .. runs.SelectMany(r =>
                r.Events.OfType<SegmentEvent>()
                    .Where(s => s.Host == host.Name)
                    .OrderBy(s => s.T)
                    .Select(s => (Dumped.LineOf(s), Begin(r) + s.T, s.Sent is not null))
            ),
        ];
        Assert.Equal(theirs.Select(d => d.Line), ours.Select(o => o.Line));
        var apart = theirs.Zip(ours, (t, o) => (o.Sent, Apart: Math.Abs(t.Stamp - o.At))).ToLookup(p => p.Sent, p => p.Apart);
        long[] sent = [.. apart[true].Order()],
            received = [.. apart[false].Order()];
        Assert.InRange(sent[^1], 0, OneStamp);
        Assert.InRange(received[received.Length / 2], 0, Apart);
        int beyond = received.Count(a => a > Apart);
        return $"{ours.Length} segments; stamps of {sent.Length} sent apart by at most {sent[^1]} ns, of {received.Length} received by {received[received.Length / 2]} ns (median), "
            + $"{received[received.Length * 99 / 100]} ns (99 %), {received[^1]} ns (most), {beyond} by more than 10 us";
    }

    private static string Calls(Host host, List<RunFile> runs)
    {
        // Reset's SOCK_DESTROY is a netlink message, and stands in the log like a call.
        CallEvent[] calls = [.. runs.SelectMany(r => r.Events.OfType<CallEvent>().Where(c => c.Host == host.Name && c.Call != "SOCK_DESTROY"))];
        IReadOnlyList<string> seen = WithoutCopies(
            [.. StraceLog.Lesson(host.Strace, StraceLine.Arguments(calls[0]))],
            calls,
            runs.SelectMany(r => r.Events.OfType<ProgramEvent>().Where(p => p.Host == host.Name))
        );
        Assert.Equal(calls.Select(StraceLine.Write), seen);
        return $"{seen.Count} calls";
    }

    // At a program's end a process of its own holds its sockets; the agent then closes its copies, which no connection notices and which is no call of the
    // lesson.
    private static List<string> WithoutCopies(IReadOnlyList<string> seen, IReadOnlyList<CallEvent> calls, IEnumerable<ProgramEvent> programs)
    {
        Dictionary<string, int> copies = programs
            .SelectMany(p =>
                p.Sockets.Select(name => calls.Last(c => (c.Accepted ?? c.Socket) == name && c.Call is "socket" or "accept4" && c.Succeeded && c.T < p.T))
            )
            .GroupBy(made => $"close({made.Result}) = 0")
            .ToDictionary(g => g.Key, g => g.Count());
        var left = new List<string>();
        foreach (string line in seen)
        {
            bool told = left.Count < calls.Count && StraceLine.Write(calls[left.Count]) == line;
            if (!told && copies.GetValueOrDefault(line) > 0)
                copies[line]--;
            else
                left.Add(line);
        }
        return left;
    }

    private static readonly Dictionary<string, string> Spelled = new()
    {
        ["LISTEN"] = "LISTEN",
        ["SYN_SENT"] = "SYN-SENT",
        ["SYN_RECV"] = "SYN-RECV",
        ["ESTABLISHED"] = "ESTAB",
        ["FIN_WAIT1"] = "FIN-WAIT-1",
        ["FIN_WAIT2"] = "FIN-WAIT-2",
        ["CLOSE_WAIT"] = "CLOSE-WAIT",
        ["LAST_ACK"] = "LAST-ACK",
        ["CLOSING"] = "CLOSING",
    };

    // TIME-WAIT and the end are compared elsewhere: to this tracepoint both are TCP_CLOSE.
    private static string States(Host host, List<RunFile> runs, IReadOnlyList<TracedState> all)
    {
        bool atServer = host.Name == TestHosts.Server;
        (string State, long T)[] theirs =
        [
            .. all.Where(s => (s.LocalPort == RealLab.Port) == atServer && Spelled.ContainsKey(s.To)).Select(s => (Spelled[s.To], s.T)),
        ];
        (string State, long T)[] ours =
        [
            .. runs.SelectMany(r =>
                r.Events.OfType<StateEvent>()
                    .Where(e => e.Host == host.Name && e.Source == EvidenceSource.Trace && e.From != e.To && e.To is not null)
                    .Where(e => Spelled.ContainsValue(e.To!.Value.Name()))
                    .OrderBy(e => e.T)
                    .ThenBy(e => e.Seq)
                    .Select(e => (e.To!.Value.Name(), Begin(r) + e.T))
            ),
        ];
        // Connections that were refused are no run's: that of this test, after the last run, and those of the lab's check, between runs.
        if (!atServer)
            theirs = [.. theirs.Where((s, i) => s.State != "SYN-SENT" || (i + 1 < theirs.Length && theirs[i + 1].State == "ESTAB"))];
        Assert.Equal(theirs.Select(s => s.State), ours.Select(s => s.State));
        // One clock is CLOCK_MONOTONIC and the other the wall's: their distance is the same for all.
        long[] distance = [.. ours.Zip(theirs, (o, t) => o.T - t.T).Order()];
        long median = distance[distance.Length / 2];
        long[] apart = [.. distance.Select(d => Math.Abs(d - median)).Order()];
        Assert.InRange(apart[apart.Length / 2], 0, Traced);
        return $"{ours.Length} changes of state, their times apart by {apart[apart.Length / 2]} ns (median), {apart[^1]} ns (most)";
    }

    private static string Rows(Host host, List<RunFile> runs)
    {
        var told = runs.SelectMany(r => States(r, host.Name)).ToLookup(s => (s.State, s.Local, s.Remote));
        int rows = 0,
            timers = 0;
        double most = 0;
        foreach (SsLook look in host.Ss.Looks)
        {
            foreach (SsLine row in look.Rows)
            {
                rows++;
                var near = told[(row.State, row.Local, row.Remote.Replace("*", "0", StringComparison.Ordinal))]
                    .Where(s => s.At <= look.End + Second && look.Begin - Second <= s.Until)
                    .ToArray();
                Assert.True(near.Length > 0, $"ss on the {host.Name}: {row}; the log has no such row within 1 s");
                if (row.TimeWait is not { } left)
                    continue;
                // The log's timer runs down from when it was read.
                double apart = near.Where(s => s.TimeWait is not null).Min(s => Math.Abs(s.TimeWait!.Value - (look.Begin - s.At) / 1e9 - left));
                Assert.InRange(apart, 0, 1.1); // ss cuts off to whole seconds
                (timers, most) = (timers + 1, Math.Max(most, apart));
            }
        }
        // And the other way: what stood in the log while ss looked, ss printed.
        foreach (SsLook look in host.Ss.Looks)
        {
            foreach (var s in told.SelectMany(t => t).Where(s => s.Shown && s.At < look.Begin - Second / 50 && look.End + Second / 50 < s.Until))
                Assert.Contains(look.Rows, r => (r.State, r.Local, r.Remote.Replace("*", "0", StringComparison.Ordinal)) == (s.State, s.Local, s.Remote));
        }
        return $"{host.Ss.Looks.Count} looks of ss with {rows} rows, {timers} timers apart by at most {most:0.00} s";
    }

    // A state of a socket as the log has it: from when, and until when nothing else was told of the socket.
    private sealed record Stood(string State, string Local, string Remote, long At, long Until, double? TimeWait, bool Shown);

    private static IEnumerable<Stood> States(RunFile run, string host)
    {
        long begin = Begin(run),
            end = run.Events.Max(e => e.T);
        foreach (var rows in run.Events.OfType<SocketEvent>().Where(e => e.Host == host).GroupBy(e => e.Identity))
        {
            SocketEvent[] inOrder = [.. rows.OrderBy(e => e.T)];
            for (int i = 0; i < inOrder.Length; i++)
            {
                if (inOrder[i] is { To: { } state } e)
                {
                    yield return new(
                        state.Name(),
                        $"{e.Local}",
                        $"{e.Remote}",
                        begin + e.T,
                        begin + (i + 1 < inOrder.Length ? inOrder[i + 1].After ?? inOrder[i + 1].T : end),
                        TimeWait(e.Timer),
                        Shown: true
                    );
                }
            }
        }
        foreach (StateEvent e in run.Events.OfType<StateEvent>().Where(e => e.Host == host && e.To is not null))
            yield return new(e.To!.Value.Name(), $"{e.Socket.Local}", $"{e.Socket.Remote}", begin + e.T, begin + e.T, TimeWait(e.Timer), Shown: false);
    }

    private static double? TimeWait(SocketTimer? timer) => timer is { Kind: TimerKind.TimeWait } t ? t.Left / 1e9 : null;
}
