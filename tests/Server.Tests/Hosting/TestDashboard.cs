using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Events;
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

    private TestDashboard(WebApplication app, DataDirectory data, PrivateDirectory directory, bool keepsData)
    {
        (_app, _data, _directory, _keepsData) = (app, data, directory, keepsData);
        Url = app.Urls.First(u => !u.Contains("unix:"));
        Http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Url { get; }

    public HttpClient Http { get; }

    public ILabGrain Lab => _app.Services.GetRequiredService<IGrainFactory>().GetGrain<ILabGrain>(HubRoutes.LocalLab);

    public string DataPath => _data.Path;

    /// <summary>Where agents of this machine find it, whatever network namespace they are in.</summary>
    public string AgentAddress => _directory.Dashboard;

    /// <param name="dataPath">A data directory of the test's own, which it removes; null for a new one that goes with the dashboard.</param>
    /// <param name="scenarios">Where its lessons are; null for those of the program.</param>
    /// <param name="time">Its clock; null for the real one.</param>
    public static async Task<TestDashboard> Start(string? dataPath = null, string? scenarios = null, TimeProvider? time = null)
    {
        bool keepsData = dataPath is not null;
        dataPath ??= Directory.CreateTempSubdirectory("reuseaddr-test-").FullName;
        var options = new DashboardOptions { Hosts = LocalHostsMode.None, Urls = ["http://127.0.0.1:0"], Data = dataPath, LogLevel = Serilog.Events.LogEventLevel.Error };
        DataDirectory data = DataDirectory.Hold(dataPath);
        PrivateDirectory directory = PrivateDirectory.Create();
        WebApplication app = Dashboard.Build(options, data, directory, ScenarioCatalog.Load(scenarios ?? Path.Combine(AppContext.BaseDirectory, "Scenarios")), time ?? TimeProvider.System);
        app.Services.GetRequiredService<LocalHostsStatus>().Set(HostsMode.Remote, null);
        await Dashboard.Start(app);
        return new(app, data, directory, keepsData);
    }

    /// <summary>A dashboard with both agents joined.</summary>
    public static async Task<(TestDashboard Dashboard, ScriptedAgent Client, ScriptedAgent Server)> StartWithAgents(string? dataPath = null, TimeProvider? time = null)
    {
        TestDashboard dashboard = await Start(dataPath, time: time);
        ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server);
        client.Peer = server;
        server.Peer = client;
        return (dashboard, client, server);
    }

    public HubConnection LabConnection() => new HubConnectionBuilder().WithUrl(Url + HubRoutes.Lab)
        .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();

    public Task<HttpResponseMessage> Post(string path, object? body = null) =>
        Http.PostAsync(path, body is null ? null : JsonContent.Create(body), TestContext.Current.CancellationToken);

    public async Task<string> StartRun(object body)
    {
        using HttpResponseMessage answer = await Post("/api/labs/local/runs", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, TestContext.Current.CancellationToken))!.Id;
    }

    public async Task<RunFile> Run(string id) => (await Http.GetFromJsonAsync($"/api/runs/{id}", WireJson.Default.RunFile, TestContext.Current.CancellationToken))!;

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
