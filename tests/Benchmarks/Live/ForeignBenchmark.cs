using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Benchmarks.Tracing;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// A run beside 5,000 connections a second that are none of its own, on its port in its client's namespace: how long its rebind takes against without them, and
/// how long the page stands still. And a start with
/// an agent that says nothing. Needs root, to enter the namespace.
/// </summary>
internal static class ForeignBenchmark
{
    /// <summary>With a port, a rate and seconds: this program as the load.</summary>
    public const string Load = "foreign-load";

    private const int Rounds = 6,
        Rebinds = 5,
        PerSecond = 5_000,
        Settle = 2,
        Length = 30;

    private static readonly int FirstPort = 12_000 + Environment.ProcessId % 150 * 100;

    public static async Task<int> Run()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Console.WriteLine("Not measured: entering the lab's namespaces needs root.");
            return 0;
        }
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName;
        try
        {
            await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data, "--hosts", "namespaces");
            await server.HostsJoined();
            await using Chromium chromium = await Chromium.Launch();
            await using IBrowserContext window = await chromium.Window();
            await window.AddInitScriptAsync(LongTasks.Script);
            IPage page = (await Visit.Usable(window, server.Url)).Page;
            var took = new Dictionary<bool, List<double>> { [false] = [], [true] = [] };
            var longest = new Dictionary<bool, (double Longest, int Late)>();
            for (int round = -1; round < Rounds; round++)
            {
                foreach (bool foreign in (bool[])[round % 2 == 0, round % 2 != 0])
                {
                    (IReadOnlyList<double> rebinds, (double Longest, int Late) tasks) = await Once(
                        server,
                        page,
                        FirstPort + round * 2 + (foreign ? 3 : 2),
                        foreign
                    );
                    if (round < 0)
                        continue;
                    took[foreign].AddRange(rebinds);
                    longest[foreign] = longest.TryGetValue(foreign, out var before)
                        ? (Math.Max(before.Longest, tasks.Longest), before.Late + tasks.Late)
                        : tasks;
                }
            }
            Table table = new(
                "foreign connections a second",
                "rebinds",
                "p50 ms",
                "p90 ms",
                "p50 / none",
                "the page's longest task, ms",
                "frames later than 100 ms"
            );
            foreach (bool foreign in (bool[])[false, true])
            {
                table.Add(
                    foreign ? PerSecond : 0,
                    took[foreign].Count,
                    took[foreign].Median(),
                    took[foreign].Percentile(90),
                    took[foreign].Median() / took[false].Median(),
                    longest[foreign].Longest,
                    longest[foreign].Late
                );
            }

            table.Print();
            Console.WriteLine();
            await Silent(server);
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The load's own process, within the namespace.</summary>
    public static int Generate(ushort port, int perSecond, int seconds)
    {
        using var load = new ConnectionLoad(port);
        return load.Run(perSecond, TimeSpan.FromSeconds(seconds)) ? 0 : 3;
    }

    private static async Task<(IReadOnlyList<double> Rebinds, (double Longest, int Late) Tasks)> Once(
        PublishedServer server,
        IPage page,
        int port,
        bool foreign
    )
    {
        string run = (await server.OpenRun(port)).Id;
        foreach (string step in (string[])["start-listener", "connect", "close"])
            await server.Step(run, step);
        using Process? load = foreign ? Start(ProcessCpu.Agents(server.Pid).First(a => a.Name == "client").Pid, port) : null;
        await Task.Delay(TimeSpan.FromSeconds(Settle), TimeProvider.System);
        await LongTasks.Forget(page);
        var rebinds = new List<double>();
        for (int i = 0; i < Rebinds; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await server.Step(run, "rebind");
            rebinds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        }
        (double, int) tasks = await LongTasks.Of(page);
        if (load is { HasExited: true })
            throw new InvalidOperationException($"The load ended with {load.ExitCode}: it could not keep up.");
        load?.Kill(entireProcessTree: true);
        await server.Reset();
        return (rebinds, tasks);
    }

    private static Process Start(int agent, int port) =>
        Process.Start(
            "nsenter",
            [
                "--target",
                agent.ToString(CultureInfo.InvariantCulture),
                "--net",
                "--",
                Environment.ProcessPath!,
                Load,
                port.ToString(CultureInfo.InvariantCulture),
                PerSecond.ToString(CultureInfo.InvariantCulture),
                Length.ToString(CultureInfo.InvariantCulture),
            ]
        );

    // The agent is there and says nothing: it stands still.
    private static async Task Silent(PublishedServer server)
    {
        Table table = new("with an agent that says nothing", "answered after, s");
        ProcessCpu agent = ProcessCpu.Agents(server.Pid).First(a => a.Name == "server");
        using (Process stop = Process.Start("kill", ["-STOP", agent.Pid.ToString(CultureInfo.InvariantCulture)]))
            await stop.WaitForExitAsync();
        try
        {
            long began = Stopwatch.GetTimestamp();
            int status = await server.TryOpenRun(FirstPort + 90);
            table.Add($"Start ({status})", Stopwatch.GetElapsedTime(began).TotalSeconds);
            began = Stopwatch.GetTimestamp();
            await server.Reset();
            table.Add("Reset", Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        finally
        {
            using Process go = Process.Start("kill", ["-CONT", agent.Pid.ToString(CultureInfo.InvariantCulture)]);
            await go.WaitForExitAsync();
        }
        table.Print();
    }
}
