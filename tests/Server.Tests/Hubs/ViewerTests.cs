using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Hubs;
using ReuseAddrDashboard.Server.Tests.Hosting;
using ReuseAddrDashboard.Server.Tests.Labs;
using ReuseAddrDashboard.Server.Tests.Metrics;

namespace ReuseAddrDashboard.Server.Tests.Hubs;

/// <summary>Each browser is sent what it lacks at its own pace, and costs no other anything.</summary>
public sealed class ViewerTests
{
    private static readonly object Quick = new
    {
        scenario = "with-reuseaddr",
        ports = new { main = 22222 },
        pauseMs = 0,
        play = true,
    };

    [Fact]
    public async Task A_long_log_comes_in_pieces_between_which_a_new_state_has_room()
    {
        (LabBench bench, _, _) = LabBench.WithAgents();
        string id = bench.Start();
        var mirror = new LabMirror();
        mirror.Take(bench.Lab.Snapshot(bench.Now));
        mirror.Take(new RunBatch(id, Notes(bench.Log<RunEvent>(id).Count(), 1000)));
        int whole = mirror.Count(id);
        var browser = new SlowBrowser();
        var viewer = new Viewer(
            browser,
            mirror,
            () => Task.FromResult(bench.State),
            new Dictionary<string, long>(),
            TestMetrics.Unheard(),
            TimeProvider.System
        );
        using var end = new CancellationTokenSource();
        Task running = viewer.Run(end.Token);

        // It is asked to take one message and has not answered: nothing else is given to it.
        await browser.Came("state");
        Assert.Single(browser.Got);
        browser.Go();
        await browser.Came("scenarios", "state", "events");
        mirror.Take(bench.State with { Version = 1_000 });
        browser.GoOn();
        await browser.Until(() => browser.Events.Count == whole);
        Assert.Equal(Enumerable.Range(1, whole).Select(i => (long)i), browser.Events.Select(e => e.Seq));
        Assert.All(browser.Sizes, s => Assert.InRange(s, 1, Viewer.Piece));
        Assert.Equal(1_000, browser.States[^1].Version);
        Assert.True(browser.Got.LastIndexOf("state") < browser.Got.LastIndexOf("events"));
        await end.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_state_is_sent_whole_once_and_then_what_changed_and_one_that_is_older_is_not_sent()
    {
        (LabBench bench, _, _) = LabBench.WithAgents();
        string id = bench.Start();
        var mirror = new LabMirror();
        LabState first = bench.State;
        mirror.Take(first with { Version = first.Version - 1 });
        var browser = new SlowBrowser();
        browser.GoOn();
        using var end = new CancellationTokenSource();
        var viewer = new Viewer(browser, mirror, () => Task.FromResult(first), new Dictionary<string, long>(), TestMetrics.Unheard(), TimeProvider.System);
        Task running = viewer.Run(end.Token);
        await browser.Until(() => browser.States.Count == 1);
        mirror.Take(first with { Version = 1_000, Runs = [first.Runs[0] with { Busy = true }] });
        viewer.Wake();
        await browser.Until(() => browser.States.Count == 2);
        Assert.True(bench.Ask(new ResetRun(id)).Ok);
        mirror.Take(bench.State with { Version = 1_001 });
        viewer.Wake();
        await browser.Until(() => browser.States.Count == 3);
        await end.CancelAsync();
        await running;
        Assert.Equal(
            [(first.Version, 1, false), (1_000, 1, true), (1_001, 0, false)],
            browser.States.Select(s => (s.Version, s.Runs.Count, s.Runs is [{ Busy: true }]))
        );
        Assert.Equal(1, browser.Changes);
    }

    [Fact]
    public async Task One_that_has_the_beginning_is_sent_the_rest_and_one_that_has_more_than_there_is_everything()
    {
        (LabBench bench, _, _) = LabBench.WithAgents();
        string id = bench.Start();
        var mirror = new LabMirror();
        mirror.Take(bench.Lab.Snapshot(bench.Now));
        mirror.Take(new RunBatch(id, Notes(bench.Log<RunEvent>(id).Count(), 20)));
        foreach ((long has, long first) in ((long, long)[])[(5, 6), (10_000, 1)])
        {
            var browser = new SlowBrowser();
            browser.GoOn();
            using var end = new CancellationTokenSource();
            Task running = new Viewer(
                browser,
                mirror,
                () => Task.FromResult(bench.State),
                new Dictionary<string, long> { [id] = has },
                TestMetrics.Unheard(),
                TimeProvider.System
            ).Run(end.Token);
            await browser.Until(() => browser.Events.Count > 0);
            Assert.Equal(first, browser.Events[0].Seq);
            await end.CancelAsync();
            await running;
        }
    }

    [Fact]
    public void Runs_that_no_state_ever_had_are_not_kept_for_ever()
    {
        (LabBench bench, _, _) = LabBench.WithAgents();
        string id = bench.Start();
        var mirror = new LabMirror();
        mirror.Take(bench.Lab.Snapshot(bench.Now));
        string[] gone = [.. Enumerable.Range(1, 50).Select(i => $"gone-{i}")];
        foreach (string run in gone)
            Assert.True(mirror.Take(new RunBatch(run, Notes(0, 10))));
        Assert.Equal(gone[^4..], gone.Where(r => mirror.Count(r) > 0));
        Assert.Equal(bench.Log<RunEvent>(id).Count(), mirror.Count(id));
    }

    [Fact]
    public async Task Browsers_that_do_not_read_or_flood_hold_up_nobody()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string first = await dashboard.StartRun(Quick);
        using ClientWebSocket still = await Raw(dashboard),
            floods = await Raw(dashboard);
        foreach (ClientWebSocket socket in (ClientWebSocket[])[still, floods])
        {
            await Send(
                socket,
                new
                {
                    type = 1,
                    invocationId = "1",
                    target = "Join",
                    arguments = new object?[] { "", null, null },
                },
                TestContext.Current.CancellationToken
            );
        }

        var flood = new CancellationTokenSource();
        Task flooding = Task.Run(
            async () =>
            {
                // Asks without reading a single answer.
                for (int i = 0; i < 20_000 && !flood.IsCancellationRequested && floods.State == WebSocketState.Open; i++)
                {
                    await Send(
                        floods,
                        new
                        {
                            type = 1,
                            invocationId = $"{i + 2}",
                            target = "Ask",
                            arguments = new object[] { new { command = "watch-ports", ports = new[] { 11111 } } },
                        },
                        flood.Token
                    );
                }
            },
            flood.Token
        );
        var watcher = new EndWatcher();
        await using HubConnection other = await watcher.Follow(dashboard);
        for (int i = 0; i < 5; i++)
        {
            Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
            await dashboard.StartRun(Quick);
        }
        await watcher.Completed;
        await flood.CancelAsync();
        await flooding.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task What_a_browser_is_sent_is_compressed_where_it_takes_that()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        using ClientWebSocket socket = await Raw(dashboard);
        Assert.Contains("permessage-deflate", socket.HttpResponseHeaders!["Sec-WebSocket-Extensions"].Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_lacks_what_it_names_is_refused_at_the_edge()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using HubConnection browser = await new EndWatcher().Follow(dashboard);
        foreach (LabCommand lacking in (LabCommand[])[new NextAction(null!), new RunStep("x", null!), new WatchPorts(null!)])
        {
            Assert.Equal(
                "lab.incomplete",
                (await browser.InvokeAsync<LabReply>(nameof(ILabHub.Ask), lacking, TestContext.Current.CancellationToken)).Refusal?.Code
            );
        }
    }

    [Fact]
    public async Task One_connection_may_ask_so_much_a_second_and_waits_for_each_refusal_while_it_asks_more()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        var watcher = new EndWatcher();
        await using HubConnection browser = await watcher.Follow(dashboard);
        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            LabReply reply = await browser.InvokeAsync<LabReply>(
                nameof(ILabHub.Ask),
                (LabCommand)new WatchPorts([11111]),
                TestContext.Current.CancellationToken
            );
            refused += reply.Refusal?.Code == "lab.too-fast" ? 1 : 0;
        }
        // A hundred at once; then it waits with each refusal for as long as it takes until it may ask again.
        Assert.InRange(refused, 1, 50);
    }

    private static RunEvent[] Notes(int after, int count) =>
        [
            .. Enumerable
                .Range(after + 1, count)
                .Select(i => new NoteEvent
                {
                    Seq = i,
                    T = i,
                    Message = new("x"),
                }),
        ];

    private static async Task<ClientWebSocket> Raw(TestDashboard dashboard)
    {
        var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new();
        socket.Options.CollectHttpResponseDetails = true;
        await socket.ConnectAsync(
            new(dashboard.Url.Replace("http://", "ws://", StringComparison.Ordinal) + HubPaths.Lab),
            TestContext.Current.CancellationToken
        );
        await Send(socket, new { protocol = "json", version = 1 });
        return socket;
    }

    private static Task Send(ClientWebSocket socket, object message, CancellationToken cancel = default) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message) + "\u001e"), WebSocketMessageType.Text, true, cancel);

    /// <summary>A browser that takes one message at a time, when the test says so.</summary>
    private sealed class SlowBrowser : ILabClient
    {
        private readonly SemaphoreSlim _may = new(0),
            _came = new(0);
        private bool _goesOn;

        public List<string> Got { get; } = [];

        public List<RunEvent> Events { get; } = [];

        public List<int> Sizes { get; } = [];

        public List<LabState> States { get; } = [];

        public void Go() => _may.Release(3);

        public void GoOn()
        {
            _goesOn = true;
            _may.Release(100);
        }

        public async Task Came(params string[] kinds)
        {
            foreach (string kind in kinds)
                await Until(() => Got.Contains(kind));
        }

        public async Task Until(Func<bool> holds)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (true)
            {
                lock (Got)
                {
                    if (holds())
                        return;
                }
                await _came.WaitAsync(limit.Token);
            }
        }

        Task ILabClient.Events(RunBatch batch) =>
            Take(
                "events",
                () =>
                {
                    Events.AddRange(batch.Events);
                    Sizes.Add(batch.Events.Count);
                }
            );

        public Task Lab(LabState state) => Take("state", () => States.Add(state));

        /// <summary>States that were told by what changed.</summary>
        public int Changes { get; private set; }

        public Task Now(LabNow now) =>
            Take(
                "state",
                () =>
                {
                    States.Add(now.After(States[^1]));
                    Changes++;
                }
            );

        public Task Scenarios(ListedScenario[] scenarios) => Take("scenarios", () => { });

        private async Task Take(string kind, Action keep)
        {
            lock (Got)
            {
                Got.Add(kind);
                keep();
            }
            _came.Release();
            if (!_goesOn)
                await _may.WaitAsync();
        }
    }
}
