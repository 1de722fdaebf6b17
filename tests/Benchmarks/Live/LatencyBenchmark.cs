using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Client;
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

    /// <param name="Rebind">The rebind's bind().</param>
    /// <param name="Told">Milliseconds from its end until a viewer without a browser was told.</param>
    /// <param name="Came">Until the page's script got the message.</param>
    /// <param name="Drawn">Until its mark was put into the page.</param>
    /// <param name="Shown">Until the frame with it was handed over.</param>
    private readonly record struct Delay(bool Rebind, double Told, double Came, double Drawn, double Shown);

    public static async Task<int> Run()
    {
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName;
        try
        {
            await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data);
            await server.HostsJoined();
            await using Chromium chromium = await Chromium.Launch();
            await using IBrowserContext window = await chromium.Window();
            await MarkRecorder.BeginWith(window);
            MarkRecorder recorder = new((await Visit.Usable(window, server.Url)).Page);
            await recorder.Begin();
            await recorder.CompareClocks(200);

            var told = new ConcurrentDictionary<(string Run, long Seq), long>();
            await using HubConnection onlooker = Onlooker.Of(
                server.Url,
                batch =>
                {
                    long at = KernelClock.Monotonic();
                    foreach (CallEvent call in batch.Events.OfType<CallEvent>())
                        told[(batch.Run, call.Seq)] = at;
                }
            );
            await Onlooker.Attach(onlooker);

            List<Delay> delays = [];
            List<MessageCame> messages = [];
            long uncertainty = 0;
            for (int run = 0; run < WarmUp + Runs; run++)
            {
                (IReadOnlyList<Delay> more, IReadOnlyList<MessageCame> came, long zero) = await OneRun(server, recorder, told, FirstPort + run);
                if (run < WarmUp)
                    continue;
                delays.AddRange(more);
                messages.AddRange(came);
                uncertainty = Math.Max(uncertainty, zero);
            }
            Print(delays, messages, chromium.Version, (uncertainty + recorder.Uncertainty) / 1e6);
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(IReadOnlyList<Delay> Delays, IReadOnlyList<MessageCame> Messages, long Uncertainty)> OneRun(
        PublishedServer server,
        MarkRecorder recorder,
        ConcurrentDictionary<(string Run, long Seq), long> told,
        int port
    )
    {
        string id = (await server.OpenRun(port)).Id;
        List<MarksSeen> seen = [];
        await recorder.Messages();
        foreach (string step in (string[])["start-listener", "connect", "close"])
            seen.AddRange(await Do(step));
        for (int i = 0; i < Rebinds; i++)
            seen.AddRange(await Do("rebind"));
        IReadOnlyList<MessageCame> messages = await recorder.Messages();
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
                        return new Delay(
                            call is { Step: "rebind", Call: "bind" },
                            (told[(id, call.Seq)] - end) / 1e6,
                            (Carrier(messages, index).At - end) / 1e6,
                            (first.Drawn - end) / 1e6,
                            (first.Shown - end) / 1e6
                        );
                    }
                ),
            ],
            messages,
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

    // Events come in the order of the log.
    private static MessageCame Carrier(IEnumerable<MessageCame> messages, int index)
    {
        int calls = 0;
        return messages.First(m => (calls += m.Calls) > index);
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

    private static void Print(IReadOnlyList<Delay> delays, IReadOnlyList<MessageCame> messages, string browser, double uncertainty)
    {
        Delay[] rebinds = [.. delays.Where(d => d.Rebind)];
        Table marks = new("", "marks", "p50 ms", "p90 ms", "p99 ms", "most ms");
        Add(marks, "rebind's mark, frame handed over", rebinds.Select(d => d.Shown));
        Add(marks, "rebind's mark, put into the page", rebinds.Select(d => d.Drawn));
        Add(marks, "every call's mark, frame handed over", delays.Select(d => d.Shown));
        marks.Print();
        Console.WriteLine();
        Table stages = new("of the rebind's mark, each stage after the one before", "marks", "p50 ms", "p90 ms", "p99 ms", "most ms");
        Add(stages, "call returns, until a viewer without a browser is told: agent, lab, store, line", rebinds.Select(d => d.Told));
        Add(stages, "until the page's script has the message", rebinds.Select(d => d.Came - d.Told));
        Add(stages, "until the mark is in the page: read, folded, drawn", rebinds.Select(d => d.Drawn - d.Came));
        Add(stages, "until the frame with it is handed over", rebinds.Select(d => d.Shown - d.Drawn));
        stages.Print();
        Console.WriteLine($"\nChromium {browser}, headless. The clocks agree to {uncertainty:0.00} ms.\n");
        Table line = new("what the page was sent", "messages a run", "characters, mean", "most");
        foreach ((string what, bool calls) in (ReadOnlySpan<(string, bool)>)[("with calls", true), ("others: states of the lab, what observes alone", false)])
        {
            int[] characters = [.. messages.Where(m => m.Calls > 0 == calls).Select(m => m.Characters)];
            line.Add(what, characters.Length / (double)Runs, characters.Average(), characters.Max());
        }
        line.Print();

        static void Add(Table table, string what, IEnumerable<double> of)
        {
            double[] values = [.. of];
            table.Add(what, values.Length, values.Median(), values.Percentile(90), values.Percentile(99), values.Max());
        }
    }
}
