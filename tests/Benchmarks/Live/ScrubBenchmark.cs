using System.Net;
using Microsoft.Playwright;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// Frames of a page while a script drags the handle of a replay over a run of 2,000 events, there and back: one place further in each frame, as a hand does it.
/// </summary>
internal static class ScrubBenchmark
{
    private const int Events = 2_000,
        Port = 11_111,
        Frames = 600;

    /// <summary>How far apart two frames of 60 a second are, ms.</summary>
    private const double Frame = 1000 / 60.0;

    private static readonly TcpEndpoint Server = TcpEndpoint.Of(IPAddress.Parse("192.168.122.68"), Port),
        Client = TcpEndpoint.Of(IPAddress.Parse("192.168.122.177"), 40_000);

    // Each frame's length, from the begin of one to the begin of the next, while the handle goes from one end to the other and back.
    private const string Drag = """
        async frames => {
          const line = document.querySelector(".scrubber input"), lengths = [], next = () => new Promise(r => requestAnimationFrame(r));
          let last = await next();
          for (let i = 0; i <= frames; i++) {
            line.value = 1 - Math.abs(1 - 2 * i / frames);
            line.dispatchEvent(new Event("input", { bubbles: true }));
            const now = await next();
            lengths.push(now - last);
            last = now;
          }
          return lengths;
        }
        """;

    public static async Task<int> Run()
    {
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName,
            keys = Path.Combine(data, "keys");
        try
        {
            await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data, "--hosts", "none", "--agent-keys", keys);
            await using FakeAgent client = await FakeAgent.Join(server.Url, keys, "client", (Client, Server)),
                host = await FakeAgent.Join(server.Url, keys, "server", (Server, Client));
            await server.HostsJoined();
            string run = (await server.OpenRun(Port)).Id;
            foreach (string step in (string[])["start-listener", "connect"])
                await server.Step(run, step);
            await client.Tell(JoinBenchmark.Transfer(Events / 4));
            int there = (await server.Run(run)).Events.Count;
            Console.WriteLine($"{there} events.");

            Table table = new(
                "drag",
                "frames a second",
                "median frame, ms",
                "95 of 100 below, ms",
                "longest frame, ms",
                "frames of two or more",
                "longest task, ms"
            );
            await using Chromium chromium = await Chromium.Launch();
            await using IBrowserContext window = await chromium.Window();
            await window.AddInitScriptAsync(LongTasks.Script);
            IPage page = await window.NewPageAsync();
            await page.GotoAsync($"{server.Url}/runs/{run}");
            await page.Locator(".scrubber input").WaitForAsync();
            await page.Locator(".sequence .segment").First.WaitForAsync();
            foreach (int frames in (int[])[Frames, Frames, Frames / 5])
            {
                await LongTasks.Forget(page);
                double[] lengths = await page.EvaluateAsync<double[]>(Drag, frames);
                double[] sorted = [.. lengths.Order()];
                table.Add(
                    $"{2 * there} events in {frames} frames",
                    1000 * lengths.Length / lengths.Sum(),
                    sorted[sorted.Length / 2],
                    sorted[sorted.Length * 95 / 100],
                    sorted[^1],
                    lengths.Count(l => l > 1.5 * Frame),
                    (await LongTasks.Of(page)).Longest
                );
            }
            table.Print();
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }
}
