using System.Diagnostics;
using Microsoft.Playwright;
using ReuseAddrDashboard.Benchmarks.Report;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>From the start of the server's process to a page whose first step can be pressed, in a browser that is open already.</summary>
internal static class StartBenchmark
{
    private const int Rounds = 7;

    private const string Load = """
        () => {
          const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
          const sum = of => all.reduce((total, entry) => total + entry[of], 0);
          return [all.length, sum("transferSize"), sum("decodedBodySize")];
        }
        """;

    // When the page draws itself first, and when the lab is live on it, in ms since the page was asked for.
    private const string Watch = """
        window.stages = {};
        new MutationObserver(() => {
          if (!stages.drawn && document.querySelector(".bar")) stages.drawn = performance.now();
          if (!stages.live && document.querySelector(".bar .pill.live")) stages.live = performance.now();
        }).observe(document, { subtree: true, childList: true, attributes: true });
        """;

    private const string Stages = """
        () => {
          const before = performance.getEntriesByType("resource").filter(r => r.responseEnd < stages.drawn);
          return [Math.max(...before.map(r => r.responseEnd)), stages.drawn, stages.live, performance.now()];
        }
        """;

    private sealed record Start(double SaysOpen, double Usable, double Requests, double Transferred, double Decoded, double[] Stages);

    public static async Task<int> Run()
    {
        List<Start> first = [],
            second = [];
        await using Chromium chromium = await Chromium.Launch();
        for (int disturbed = 0; first.Count < Rounds; )
        {
            if (disturbed == Rounds)
            {
                throw new InvalidOperationException(
                    "Interfaces of this machine come and go all the time, and Chromium then drops what it loads. Try again later."
                );
            }

            string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName,
                url = PublishedServer.FreeUrl();
            try
            {
                await using IBrowserContext window = await chromium.Window();
                await window.AddInitScriptAsync(Watch);
                if (await Once(window, url, data) is not { } one || await Once(window, url, data) is not { } two)
                {
                    disturbed++;
                    continue;
                }
                first.Add(one);
                second.Add(two);
            }
            finally
            {
                Directory.Delete(data, recursive: true);
            }
        }
        Table table = new("", "prints its address, ms", "page usable, ms", "most, ms", "requests", "transferred, kB", "unpacked, kB");
        Add("first start: no data, empty browser cache", first);
        Add("second start: its data, the browser's cache", second);
        table.Print();
        Console.WriteLine();
        Table budget = new("", "server, ms", "page: all there, ms", "draws itself, ms", "the lab is live, ms", "usable, ms");
        Budget("first start", first);
        Budget("second start", second);
        budget.Print();
        Console.WriteLine(
            $"\nMedians of {Rounds} starts, counted from the start of the server's process. Chromium {chromium.Version}, headless, was open already."
        );
        return 0;

        // What each stage takes after the one before.
        void Budget(string what, IReadOnlyList<Start> starts) =>
            budget.Add(
                what,
                starts.Select(s => s.SaysOpen).Median(),
                starts.Select(s => s.Stages[0]).Median(),
                starts.Select(s => s.Stages[1] - s.Stages[0]).Median(),
                starts.Select(s => s.Stages[2] - s.Stages[1]).Median(),
                starts.Select(s => s.Stages[3] - s.Stages[2]).Median()
            );

        void Add(string what, IReadOnlyList<Start> starts) =>
            table.Add(
                what,
                starts.Select(s => s.SaysOpen).Median(),
                starts.Select(s => s.Usable).Median(),
                starts.Max(s => s.Usable),
                (int)starts.Select(s => s.Requests).Median(),
                starts.Select(s => s.Transferred).Median() / 1000,
                starts.Select(s => s.Decoded).Median() / 1000
            );
    }

    /// <returns>Null when the network changed while the page was loading.</returns>
    private static async Task<Start?> Once(IBrowserContext window, string url, string data)
    {
        await using PublishedServer server = await PublishedServer.Start(url, data);
        double open = Stopwatch.GetElapsedTime(server.Started).TotalMilliseconds;
        if (await Visit.Once(window, url) is not { } visit)
            return null;
        double usable = Stopwatch.GetElapsedTime(server.Started).TotalMilliseconds;
        double[] stages = await visit.Page.EvaluateAsync<double[]>(Stages);
        double[] load = await visit.Page.EvaluateAsync<double[]>(Load);
        await visit.Page.CloseAsync();
        return new(open, usable, load[0], load[1], load[2], stages);
    }
}
