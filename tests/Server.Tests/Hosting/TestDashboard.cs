using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>A whole dashboard in this process, on a free loopback port, without hosts of its own.</summary>
internal sealed class TestDashboard : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataDirectory _data;
    private readonly PrivateDirectory _directory;

    private readonly bool _keepsData;

    /// <summary>The keys of every dashboard of this test run.</summary>
    public static string AgentKeys { get; } = Directory.CreateTempSubdirectory("reuseaddr-test-keys-").FullName;

    private TestDashboard(WebApplication app, DataDirectory data, PrivateDirectory directory, bool keepsData)
    {
        (_app, _data, _directory, _keepsData) = (app, data, directory, keepsData);
        Url = app.Urls.First(u => u.StartsWith("http:", StringComparison.Ordinal) && !u.Contains("unix:"));
        Http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Url { get; }

    /// <summary>Where it listens with TLS.</summary>
    public string? Https => _app.Urls.FirstOrDefault(u => u.StartsWith("https:", StringComparison.Ordinal));

    public HttpClient Http { get; }

    /// <summary>What the dashboard is made of.</summary>
    public IServiceProvider Services => _app.Services;

    public ILabGrain Lab => _app.Services.GetRequiredService<IGrainFactory>().GetGrain<ILabGrain>(TestHosts.Lab);

    public string DataPath => _data.Path;

    /// <summary>Where agents of this machine find it, whatever network namespace they are in.</summary>
    public string AgentAddress => _directory.Dashboard;

    /// <param name="dataPath">A data directory of the test's own, which it removes; null for a new one that goes with the dashboard.</param>
    /// <param name="scenarios">Where its lessons are; null for those of the program.</param>
    /// <param name="time">Its clock; null for the real one.</param>
    /// <param name="mode">Where its hosts are said to be.</param>
    /// <param name="settings">More of its configuration.</param>
    public static async Task<TestDashboard> Start(
        string? dataPath = null,
        string? scenarios = null,
        TimeProvider? time = null,
        HostsMode mode = HostsMode.Remote,
        IReadOnlyDictionary<string, string?>? settings = null
    )
    {
        bool keepsData = dataPath is not null;
        dataPath ??= Directory.CreateTempSubdirectory("reuseaddr-test-").FullName;
        WebApplicationBuilder builder = DashboardConfiguration.Builder(
            CommandLine.Read(["--hosts", "none", "--urls", "http://127.0.0.1:0", "--agent-keys", AgentKeys, "--data", dataPath, "--log-level", "Error"])
        );
        builder.Configuration.AddInMemoryCollection(settings);
        Assert.Empty(SettingsCheck.Faults(builder.Configuration));
        DataDirectory data = DataDirectory.Hold(dataPath);
        PrivateDirectory directory = PrivateDirectory.Create();
        WebApplication app = Dashboard.Build(
            builder,
            data,
            directory,
            ScenarioCatalog.Load(scenarios ?? Path.Combine(AppContext.BaseDirectory, "Scenarios")),
            time ?? TimeProvider.System
        );
        await Dashboard.Start(app);
        app.Services.GetRequiredService<LocalHostsStatus>().Set(mode, null);
        return new(app, data, directory, keepsData);
    }

    /// <summary>A dashboard with both agents joined.</summary>
    public static async Task<(TestDashboard Dashboard, ScriptedAgent Client, ScriptedAgent Server)> StartWithAgents(
        string? dataPath = null,
        TimeProvider? time = null,
        IReadOnlyDictionary<string, string?>? settings = null
    )
    {
        TestDashboard dashboard = await Start(dataPath, time: time, settings: settings);
        ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server);
        client.Peer = server;
        server.Peer = client;
        await dashboard.UntilReady();
        return (dashboard, client, server);
    }

    /// <summary>Waits until every host's agent takes orders.</summary>
    public async Task UntilReady()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while ((await Lab.State()).Value.Hosts.Any(h => !h.Connected))
            await tick.WaitForNextTickAsync(limit.Token);
    }

    public HubConnection LabConnection() =>
        new HubConnectionBuilder()
            .WithUrl(Url + HubPaths.Lab)
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();

    public Task<HttpResponseMessage> Post(string path, object? body = null) =>
        Http.PostAsync(path, body is null ? null : JsonContent.Create(body), TestContext.Current.CancellationToken);

    public async Task<string> StartRun(object body)
    {
        using HttpResponseMessage answer = await Post("/api/labs/local/runs", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, TestContext.Current.CancellationToken))!.Id;
    }

    public async Task<RunFile> Run(string id) =>
        (await Http.GetFromJsonAsync($"/api/runs/{id}", WireJson.Default.RunFile, TestContext.Current.CancellationToken))!;

    /// <summary>The detail and code of a refusal.</summary>
    public static async Task<(int Status, string Detail, JsonElement Body)> Problem(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, body.GetProperty("detail").GetString()!, body);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
        _directory.Dispose();
        _data.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (!_keepsData)
            Directory.Delete(DataPath, recursive: true);
    }
}
