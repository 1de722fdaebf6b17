using Microsoft.Playwright;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>From the return of a system call on the agent to its mark on the screen: repeated rebinds over TIME-WAIT, without pauses.</summary>
internal static class LatencyBenchmark
{
    private const int Runs = 25,
        Rebinds = 10,
        WarmUp = 2;

    // Below the range from which kernels choose, and another for each run, as TIME-WAIT stays.
    private static readonly int FirstPort = 12_000 + Environment.ProcessId % 150 * 100;

    private readonly record struct Delay(bool Rebind, double Drawn, double Shown);

    public static async Task<int> Run()
    {
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName;
        try
        {
            await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data);
            await server.HostsJoined();
            await using Chromium chromium = await Chromium.Launch();
            await using IBrowserContext window = await chromium.Window();
            MarkRecorder recorder = new((await Visit.Usable(window, server.Url)).Page);
            await recorder.Begin();
            await recorder.CompareClocks(200);

            List<Delay> delays = [];
            long uncertainty = 0;
            for (int run = 0; run < WarmUp + Runs; run++)
            {
                (IReadOnlyList<Delay> more, long zero) = await OneRun(server, recorder, FirstPort + run);
                if (run < WarmUp)
                    continue;
                delays.AddRange(more);
                uncertainty = Math.Max(uncertainty, zero);
            }
            Print(delays, chromium.Version, (uncertainty + recorder.Uncertainty) / 1e6);
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(IReadOnlyList<Delay> Delays, long Uncertainty)> OneRun(PublishedServer server, MarkRecorder recorder, int port)
    {
        string id = (await server.OpenRun(port)).Id;
        List<MarksSeen> seen = [];
        foreach (string step in (string[])["start-listener", "connect", "close"])
            seen.AddRange(await Do(step));
        for (int i = 0; i < Rebinds; i++)
            seen.AddRange(await Do("rebind"));
        ClockOffset zero = await Zero(server);
        await recorder.CompareClocks(10);
        IReadOnlyList<CallEvent> calls = Calls((await server.Run(id)).Events);
        await server.Reset();
        // Reset is a call of the log, too, and then the picture is empty: neither belongs to the next run.
        await recorder.Take(0);
        return (
            [
                .. calls.Select(
                    (call, index) =>
                    {
                        // The log is drawn in its order, and each call is one mark: the nth is there once there are n.
                        MarksSeen first = seen.First(s => s.Count > index);
                        long end = zero.Value + call.T + call.Duration;
                        return new Delay(call is { Step: "rebind", Call: "bind" }, (first.Drawn - end) / 1e6, (first.Shown - end) / 1e6);
                    }
                ),
            ],
            zero.Uncertainty
        );

        async Task<IReadOnlyList<MarksSeen>> Do(string step)
        {
            RunFile after = await server.Step(id, step);
            IReadOnlyList<MarksSeen> shown = await recorder.Take(Calls(after.Events).Count);
            // Frames come every 16.7 ms: begin the next step anywhere between two.
            await Task.Delay(TimeSpan.FromMilliseconds(50 + Random.Shared.NextDouble() * 50), TimeProvider.System);
            return shown;
        }
    }

    private static IReadOnlyList<CallEvent> Calls(IEnumerable<RunEvent> log) => [.. log.OfType<CallEvent>().OrderBy(call => call.Seq)];

    /// <summary>The moment on CLOCK_MONOTONIC from which the open run counts.</summary>
    public static async Task<ClockOffset> Zero(PublishedServer server)
    {
        ClockOffset zero = new();
        for (int i = 0; i < 30; i++)
        {
            long before = KernelClock.Monotonic();
            long now = (await server.Lab()).Runs[^1].Now;
            zero.Add(before, now, KernelClock.Monotonic());
        }
        return zero;
    }

    private static void Print(IReadOnlyList<Delay> delays, string browser, double uncertainty)
    {
        Table table = new("", "marks", "p50 ms", "p90 ms", "p99 ms", "most ms");
        Add("rebind's mark, frame handed over", delays.Where(d => d.Rebind).Select(d => d.Shown));
        Add("rebind's mark, put into the page", delays.Where(d => d.Rebind).Select(d => d.Drawn));
        Add("every call's mark, frame handed over", delays.Select(d => d.Shown));
        table.Print();
        Console.WriteLine($"\nChromium {browser}, headless. The clocks agree to {uncertainty:0.00} ms.");

        void Add(string what, IEnumerable<double> of)
        {
            double[] values = [.. of];
            table.Add(what, values.Length, values.Median(), values.Percentile(90), values.Percentile(99), values.Max());
        }
    }
}
