using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Metrics;

/// <summary>What the dashboard tells of itself, as Prometheus and a collector of OTLP get it.</summary>
[Collection(Alone.Name)]
public sealed class TelemetryTests
{
    private static readonly object Quick = new
    {
        scenario = "with-reuseaddr",
        ports = new { main = 22222 },
        pauseMs = 0,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_move_with_a_run_and_with_who_looks_on()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(settings: new Dictionary<string, string?> { ["Metrics:Prometheus"] = "true" });
        await using TestDashboard running = dashboard;
        // The lab tells its onlookers, of whom the metrics are one, a moment after the agents have joined.
        await Until(async () => (await Sum(dashboard, "reuseaddr_labs"), await Sum(dashboard, "reuseaddr_agents")) == (1, 2));
        Assert.Equal(0, await Sum(dashboard, "reuseaddr_runs_started_total"));

        HubConnection viewer = dashboard.LabConnection();
        var seen = new TaskCompletionSource();
        viewer.On<RunBatch>(
            nameof(ILabClient.Events),
            batch =>
            {
                if (batch.Events.Any(e => e is Core.Log.CallEvent))
                    seen.TrySetResult();
            }
        );
        await viewer.StartAsync(Cancel);
        await viewer.InvokeAsync(nameof(ILabHub.Join), "", null, null, Cancel);
        await Until(async () => await Sum(dashboard, "reuseaddr_viewers") == 1);

        string id = await dashboard.StartRun(Quick);
        foreach (string step in (string[])["start-listener", "connect"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await Until(async () => await Sum(dashboard, "reuseaddr_runs_finished_total") == 1);
        Assert.Equal(1, await Sum(dashboard, "reuseaddr_runs_started_total"));
        await Until(async () => await Sum(dashboard, "reuseaddr_events_total") == (await dashboard.Run(id)).Events.Count);
        Assert.True(await Sum(dashboard, "reuseaddr_events_total", "kind=\"call\"") > 0);
        Assert.True(await Sum(dashboard, "reuseaddr_store_write_duration_seconds_count", "result=\"written\"") > 0);
        await Until(async () =>
            await Sum(dashboard, "reuseaddr_viewer_queue_length") == 0 && await Sum(dashboard, "reuseaddr_viewer_latency_seconds_count") > 0
        );
        Assert.Equal(0, await Sum(dashboard, "reuseaddr_events_lost_total"));
        Assert.InRange(await Sum(dashboard, "reuseaddr_store_queue_length"), 0, 100);

        await viewer.DisposeAsync();
        await Until(async () => await Sum(dashboard, "reuseaddr_viewers") == 0);
    }

    [Fact]
    public async Task Without_the_option_there_are_none()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Http.GetAsync("/metrics", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Metrics_and_traces_are_sent_by_OTLP_where_the_standard_variable_says_so()
    {
        await using var collector = await Collector.Start();
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(
            settings: new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            }
        );
        await using TestDashboard running = dashboard;
        await dashboard.StartRun(Quick);
        await Until(() =>
            Task.FromResult(collector.Got("/v1/metrics", "reuseaddr.runs.started") && collector.Got("/v1/metrics", "http.server.request.duration"))
        );
        await Until(() =>
            Task.FromResult(
                collector.Got("/v1/traces", "lab.command") && collector.Got("/v1/traces", "store.write") && collector.Got("/v1/traces", "reuseaddr-dashboard")
            )
        );
    }

    private static async Task<double> Sum(TestDashboard dashboard, string name, string label = "")
    {
        string text = await dashboard.Http.GetStringAsync("/metrics", Cancel);
        return text.Split('\n')
            .Where(l =>
                (l.StartsWith(name + " ", StringComparison.Ordinal) || l.StartsWith(name + "{", StringComparison.Ordinal))
                && l.Contains(label, StringComparison.Ordinal)
            )
            .Sum(l =>
                double.Parse(
                    l[(l.IndexOf('}', StringComparison.Ordinal) + 1)..].TrimStart().Split(' ') is [var value, ..] && l.Contains('}', StringComparison.Ordinal)
                        ? value
                        : l.Split(' ')[1],
                    CultureInfo.InvariantCulture
                )
            );
    }

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
            await tick.WaitForNextTickAsync(limit.Token);
    }

    /// <summary>Takes what is sent to it. Names stand in protobuf as they are.</summary>
    private sealed class Collector(WebApplication app, ConcurrentQueue<(string Path, string Body)> got) : IAsyncDisposable
    {
        public string Url => app.Urls.First();

        public static async Task<Collector> Start()
        {
            var got = new ConcurrentQueue<(string, string)>();
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            WebApplication app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.MapPost(
                "/v1/{signal}",
                async (HttpRequest request) =>
                {
                    using var body = new MemoryStream();
                    await request.Body.CopyToAsync(body);
                    got.Enqueue((request.Path, Encoding.Latin1.GetString(body.ToArray())));
                }
            );
            await app.StartAsync(Cancel);
            return new(app, got);
        }

        public bool Got(string path, string name) => got.Any(g => g.Path == path && g.Body.Contains(name, StringComparison.Ordinal));

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
