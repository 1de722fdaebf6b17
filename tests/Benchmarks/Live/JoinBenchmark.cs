using System.Diagnostics;
using System.Net;
using Microsoft.Playwright;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// A page that joins a run of 200,000 events over a line of 1 MB a second: when it can be used, when it has all, and how long it stands still meanwhile.
/// </summary>
internal static class JoinBenchmark
{
    private const int Events = 200_000,
        Port = 11_111;

    private const double Line = 1_000_000;

    private const string Loading = "() => document.body?.innerText.includes('Loading this run:')";

    private static readonly TcpEndpoint Server = TcpEndpoint.Of(IPAddress.Parse("192.168.122.68"), Port),
        Client = TcpEndpoint.Of(IPAddress.Parse("192.168.122.177"), 40_000);

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
            await client.Tell(Transfer(Events / 4));
            int there = (await server.Run(run)).Events.Count;
            Console.WriteLine($"{there} events.");

            Table table = new(
                "line",
                "page usable, s",
                "whole run there, s",
                "connections to the hub",
                "longest task, ms",
                "frames later than 100 ms",
                "a click answered, most ms"
            );
            await using Chromium chromium = await Chromium.Launch();
            foreach ((string name, double rate) in ((string, double)[])[("1 MB/s", Line), ("as fast as it can", double.PositiveInfinity)])
            {
                await using var line = new SlowLine(server.Url, rate);
                await using IBrowserContext window = await chromium.Window();
                await window.AddInitScriptAsync(LongTasks.Script);
                IPage page = await window.NewPageAsync();
                int hubs = 0;
                page.WebSocket += (_, _) => hubs++;
                long began = Stopwatch.GetTimestamp();
                await page.GotoAsync(line.Url + "/lab?lesson=without-reuseaddr&predict=off", new() { WaitUntil = WaitUntilState.Commit });
                await page.WaitForFunctionAsync(Loading, null, new() { Timeout = 120_000 });
                double usable = Stopwatch.GetElapsedTime(began).TotalSeconds,
                    slowest = 0;
                // What the start of the page itself took is not counted.
                await LongTasks.Forget(page);
                while (await page.EvaluateAsync<bool>(Loading))
                {
                    long asked = Stopwatch.GetTimestamp();
                    // Whatever a person presses waits for the page's only thread.
                    await page.Mouse.ClickAsync(700, 5);
                    await page.EvaluateAsync("() => new Promise(r => requestAnimationFrame(() => r()))");
                    slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                    if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(10))
                        throw new InvalidOperationException("The run has not come within ten minutes.");
                }
                double whole = Stopwatch.GetElapsedTime(began).TotalSeconds;
                (double longest, int late) = await LongTasks.Of(page);
                table.Add(name, usable, whole, hubs, longest, late, slowest);
            }
            table.Print();
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    // On the run's own connection data goes and is acknowledged, each segment seen at the client only.
    internal static IEnumerable<RunEvent> Transfer(int rounds)
    {
        long t = KernelClock.Monotonic() - rounds * 4_000L;
        for (uint i = 0; i < rounds; i++, t += 4_000)
        {
            yield return new SegmentEvent
            {
                Source = EvidenceSource.Capture,
                T = t,
                Sent = t,
                From = Client,
                To = Server,
                Flags = "PSH,ACK",
                SeqNo = 1 + i * 100,
                Ack = 1,
                Len = 100,
                Win = 502,
            };
            yield return new SegmentEvent
            {
                Source = EvidenceSource.Capture,
                T = t + 1_000,
                Received = t + 1_000,
                From = Server,
                To = Client,
                Flags = "ACK",
                SeqNo = 1,
                Ack = 101 + i * 100,
                Win = 502,
            };
            yield return new SocketEvent
            {
                Source = EvidenceSource.Proc,
                T = t + 2_000,
                After = t,
                Local = Client,
                Remote = Server,
                From = TcpState.Established,
                To = TcpState.Established,
                SendQ = i,
                Inode = 7,
                Raw = Row,
            };
            yield return new StateEvent
            {
                Source = EvidenceSource.Diag,
                T = t + 3_000,
                After = t,
                Socket = new(Client, Server),
                From = TcpState.Established,
                To = TcpState.Established,
                Inode = 7,
            };
        }
    }

    private const string Row =
        "   1: B17AA8C0:9C40 447AA8C0:2B67 01 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000040e7dfad 20 4 0 10 -1";
}
