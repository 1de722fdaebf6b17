using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using TraceSource = ReuseAddrDashboard.Agent.Watch.TraceSource;

namespace ReuseAddrDashboard.Benchmarks.Tracing;

/// <summary>What tracing costs a connection, what the agent costs at a thousand a second, and from which rate on the trace loses anything.</summary>
internal static class TraceBenchmark
{
    /// <summary>The arguments with which this program calls itself within the namespace.</summary>
    public const string Inside = "trace-in-namespace",
        Load = "trace-load";

    private const int Rounds = 15,
        Block = 1_000;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    /// <summary>Starts this program again in a network namespace of its own. Without a user namespace: inside one nobody may trace.</summary>
    public static async Task<int> InNamespace()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Console.WriteLine("Not measured: tracing needs root.");
            return 0;
        }
        return await Start(
            "unshare",
            "--net",
            "--kill-child",
            "--fork",
            "sh",
            "-c",
            "ip link set lo up && exec \"$@\"",
            "sh",
            Environment.ProcessPath!,
            Inside
        );
    }

    /// <summary>Measures, within the namespace.</summary>
    public static async Task<int> Run()
    {
        CostOfAConnection();
        Console.WriteLine();
        await AtRates();
        return 0;
    }

    /// <summary>The load's own process: a rate, and how many seconds.</summary>
    public static int Generate(int perSecond, int seconds)
    {
        using var load = new ConnectionLoad(ConnectionLoad.Port);
        return load.Run(perSecond, TimeSpan.FromSeconds(seconds)) ? 0 : 3;
    }

    private static void CostOfAConnection()
    {
        using var load = new ConnectionLoad(ConnectionLoad.Port);
        string[] ways = ["not traced", "another port is traced", "traced"];
        var costs = ways.ToDictionary(w => w, _ => new List<(double Cpu, double Wall)>());
        for (int round = -3; round < Rounds; round++)
        {
            for (int turn = 0; turn < ways.Length; turn++)
            {
                int way = (round + 3 + turn) % ways.Length;
                using TraceSource? source = way == 0 ? null : Source(_ => { }, way == 1 ? ConnectionLoad.Port + 1 : ConnectionLoad.Port);
                long cpu = KernelClock.ThreadCpu(),
                    wall = Stopwatch.GetTimestamp();
                load.Run(Block);
                if (round >= 0)
                    costs[ways[way]].Add(((KernelClock.ThreadCpu() - cpu) / 1e3 / Block, Stopwatch.GetElapsedTime(wall).TotalMicroseconds / Block));
            }
        }
        Table table = new("a connection over loopback, both ends", "CPU us", "wall us", "CPU / not traced", "wall / not traced");
        foreach (string way in ways)
        {
            List<(double Cpu, double Wall)> own = costs[way],
                plain = costs[ways[0]];
            table.Add(
                way,
                own.Select(c => c.Cpu).Median(),
                own.Select(c => c.Wall).Median(),
                own.Zip(plain, (a, b) => a.Cpu / b.Cpu).Median(),
                own.Zip(plain, (a, b) => a.Wall / b.Wall).Median()
            );
        }
        table.Print();
    }

    private static async Task AtRates()
    {
        Table table = new("connections a second", "sources", "kept up", "CPU, % of a core", "changes of state", "lost, by any source", "left out on purpose");
        foreach (int rate in (int[])[1_000, 2_000, 5_000, 10_000, 20_000])
        {
            long told = 0;
            Losses lost = new();
            using TraceSource source = Source(
                e =>
                {
                    // The source tells on one thread at a time, within its own lock.
                    if (e is GapEvent gap)
                        lost.Add(gap);
                    else
                        told++;
                },
                ConnectionLoad.Port,
                int.MaxValue
            );
            (bool kept, double cpu) = await Loaded(rate);
            source.Look(ordered: true);
            table.Add(rate, "trace", kept ? "yes" : "no", cpu, told, lost, "");
        }
        await Whole(table);
        table.Print();
        Console.WriteLine(
            $"\n{Length.TotalSeconds:0} s each, load from one thread of another process. The last line is the agent with its whole watch and without its link to the dashboard."
        );
    }

    // Every source into the outbox, as in the agent; somebody takes what is there.
    private static async Task Whole(Table table)
    {
        var outbox = new Outbox();
        var sieve = new ForeignSieve(outbox);
        var segments = new SegmentWatcher(sieve, null);
        using var watcher = new SocketWatcher(sieve, new OwnSockets(), null, 100, segments, Tap());
        watcher.Watch([ConnectionLoad.Port]);
        using var end = new CancellationTokenSource();
        long told = 0;
        Losses lost = new(),
            leftOut = new();
        Task reader = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                IReadOnlyList<AgentItem> items = outbox.NextReport();
                foreach (AgentItem item in items)
                {
                    if (item.Event is StateEvent { Source: EvidenceSource.Trace })
                        told++;
                    else if (item.Event is GapEvent gap)
                        (gap.Reason.Code.Contains("beyond", StringComparison.Ordinal) ? leftOut : lost).Add(gap);
                }
                if (items.Count > 0)
                    outbox.Acknowledge(items[^1].Number);
                else
                    await outbox.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        Dictionary<string, double> before = ThreadCpu();
        (bool kept, double cpu) = await Loaded(1_000);
        Dictionary<string, double> after = ThreadCpu();
        watcher.Look();
        await end.CancelAsync();
        await reader;
        table.Add(1_000, "proc, diag, capture, trace", kept ? "yes" : "no", cpu, told, lost, leftOut);
        foreach (string thread in (string[])["watch", "diag", "capture", "trace"])
        {
            table.Add(
                1_000,
                $"of these, thread {thread}",
                "",
                (after[thread] - before[thread]) / Length.TotalSeconds * 100,
                double.NaN,
                double.NaN,
                double.NaN
            );
        }
    }

    private static async Task<(bool KeptUp, double Cpu)> Loaded(int rate)
    {
        long cpu = KernelClock.ProcessCpu(),
            start = Stopwatch.GetTimestamp();
        int code = await Start(Environment.ProcessPath!, Load, $"{rate}", $"{Length.TotalSeconds:0}");
        return (code == 0, (KernelClock.ProcessCpu() - cpu) / 1e7 / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // Seconds that each of this process's threads has used, by its name.
    private static Dictionary<string, double> ThreadCpu()
    {
        double ticks = Libc.SysConf(Constants._SC_CLK_TCK);
        var all = new Dictionary<string, double>();
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            string stat = File.ReadAllText($"{thread}/stat");
            string name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            all[name] =
                all.GetValueOrDefault(name)
                + (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / ticks;
        }
        return all;
    }

    private static TraceSource Source(Action<RunEvent> tell, int port, int perSecond = TraceSource.MaxPerSecond)
    {
        var source = new TraceSource(Tap(), tell, perSecond);
        source.Watch(new RowFilter([port], null, _ => true));
        return source;
    }

    private static TraceTap Tap() =>
        TraceTap.Open(SocketNames.InodeOf("/proc/thread-self/ns/net"), out KernelRefusal? refusal) ?? throw new InvalidOperationException($"{refusal}");

    private static async Task<int> Start(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { Environment = { ["DOTNET_ROOT"] = Machine.DotnetRoot } })
            ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
