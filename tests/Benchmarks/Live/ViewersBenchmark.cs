using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>How late three pages are told of a call while a fourth does not read, floods, or has lost its network, against without it.</summary>
internal static class ViewersBenchmark
{
    private const int Pages = 3,
        Rounds = 15,
        WarmUp = 2,
        Rebinds = 8;

    private const string Join = """{"type":1,"target":"Join","arguments":["",null,null]}""",
        Ask = """{"type":1,"invocationId":"1","target":"Ask","arguments":[{"command":"watch-ports","ports":[11111]}]}""";

    // In the order of the table; the first is what the others are held against.
    private static readonly string[] Ways = ["nobody else", "one does not read", "one floods", "one has lost its network"];

    private static readonly int FirstPort = 12_000 + Environment.ProcessId % 150 * 100;

    public static async Task<int> Run()
    {
        string data = Directory.CreateTempSubdirectory("reuseaddr-benchmarks-").FullName;
        try
        {
            await using PublishedServer server = await PublishedServer.Start(PublishedServer.FreeUrl(), data);
            await server.HostsJoined();
            var came = new ConcurrentQueue<(string Run, CallEvent Call, long At)>();
            HubConnection[] pages =
            [
                .. Enumerable
                    .Range(0, Pages)
                    .Select(_ =>
                        Onlooker.Of(
                            server.Url,
                            batch =>
                            {
                                long at = KernelClock.Monotonic();
                                foreach (CallEvent call in batch.Events.OfType<CallEvent>())
                                    came.Enqueue((batch.Run, call, at));
                            }
                        )
                    ),
            ];
            foreach (HubConnection page in pages)
                await Onlooker.Attach(page);
            var late = Ways.ToDictionary(w => w, _ => new List<double[]>());
            for (int round = -WarmUp; round < Rounds; round++)
            {
                for (int turn = 0; turn < Ways.Length; turn++)
                {
                    int way = (round + WarmUp + turn) % Ways.Length;
                    double[] delays = await Once(server, way, FirstPort + (round + WarmUp) * Ways.Length + turn, came);
                    if (round >= 0)
                        late[Ways[way]].Add(delays);
                }
            }
            foreach (HubConnection page in pages)
                await page.DisposeAsync();
            Table table = new("beside three pages", "told", "p50 ms", "p99 ms", "p50 / nobody else", "p99 / nobody else");
            foreach (string way in Ways)
            {
                double[] all = [.. late[way].SelectMany(d => d)];
                table.Add(way, all.Length, all.Median(), all.Percentile(99), Ratio(50), Ratio(99));

                double Ratio(double percent) => late[way].Zip(late[Ways[0]], (own, alone) => own.Percentile(percent) / alone.Percentile(percent)).Median();
            }
            table.Print();
            Console.WriteLine($"\nThe ways take turns within each of {Rounds} rounds; a ratio is the median of the rounds' ratios.");
            return 0;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<double[]> Once(PublishedServer server, int way, int port, ConcurrentQueue<(string Run, CallEvent Call, long At)> came)
    {
        string run = (await server.OpenRun(port)).Id;
        await using IAsyncDisposable? bad = way switch
        {
            1 => await Raw.Open(server.Url, [.. Enumerable.Repeat(Join, 60)], Join, TimeSpan.FromMilliseconds(50)),
            2 => await Raw.Open(server.Url, [Join], Ask, TimeSpan.Zero),
            3 => await Lost.Open(server.Url),
            _ => null,
        };
        foreach (string step in (string[])["start-listener", "connect", "close", .. Enumerable.Repeat("rebind", Rebinds)])
            await server.Step(run, step);
        int calls = (await server.Run(run)).Events.OfType<CallEvent>().Count();
        await EndToEnd.Wait.Until(
            () => Task.FromResult(came.Count(c => c.Run == run) >= calls * Pages),
            TimeSpan.FromSeconds(30),
            () => $"{Ways[way]}: the pages were told of {came.Count(c => c.Run == run)} of {calls * Pages} calls"
        );
        ClockOffset zero = await LatencyBenchmark.Zero(server);
        await server.Reset();
        double[] delays = [.. came.Where(c => c.Run == run).Select(c => (c.At - zero.Value - c.Call.T - c.Call.Duration) / 1e6)];
        came.Clear();
        return delays;
    }

    /// <summary>A page that says things and reads nothing.</summary>
    private sealed class Raw : IAsyncDisposable
    {
        private readonly ClientWebSocket _socket = new();
        private readonly CancellationTokenSource _end = new();
        private Task _saying = Task.CompletedTask;

        /// <param name="url">The dashboard.</param>
        /// <param name="first">What it says at once.</param>
        /// <param name="again">What it says for ever.</param>
        /// <param name="apart">How often.</param>
        public static async Task<Raw> Open(string url, IReadOnlyList<string> first, string again, TimeSpan apart)
        {
            var raw = new Raw();
            await raw._socket.ConnectAsync(new(url.Replace("http://", "ws://", StringComparison.Ordinal) + HubPaths.Lab), CancellationToken.None);
            foreach (string message in (string[])["""{"protocol":"json","version":1}""", .. first])
                await raw.Say(message);
            raw._saying = Task.Run(async () =>
            {
                try
                {
                    for (; ; await Task.Delay(apart, raw._end.Token))
                        await raw.Say(again);
                }
                catch (Exception e) when (e is OperationCanceledException or WebSocketException)
                {
                    // It ends, or was cut off.
                }
            });
            return raw;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _saying;
            _socket.Abort();
            _socket.Dispose();
        }

        private Task Say(string message) => _socket.SendAsync(Encoding.UTF8.GetBytes(message + "\u001e"), WebSocketMessageType.Text, true, _end.Token);
    }

    /// <summary>A page whose network went after it had joined.</summary>
    private sealed class Lost(SlowLine line, HubConnection page) : IAsyncDisposable
    {
        public static async Task<Lost> Open(string url)
        {
            var line = new SlowLine(url, double.PositiveInfinity);
            HubConnection page = Onlooker.Of(line.Url, _ => { });
            await Onlooker.Attach(page);
            line.Lost = true;
            return new(line, page);
        }

        public async ValueTask DisposeAsync()
        {
            await line.DisposeAsync();
            await page.DisposeAsync();
        }
    }
}
