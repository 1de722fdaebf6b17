using System.Net;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A published server as a process of its own: its own port, data directory and hosts. Stopped as a person would, by SIGINT.</summary>
public sealed class Dashboard : IAsyncDisposable
{
    private static int _count;
    private readonly string _published,
        _data = Directory.CreateTempSubdirectory("reuseaddr-e2e-").FullName;
    private readonly string[] _options;
    private readonly DashboardProcess _process = new();

    private Dashboard(string published, string[] options)
    {
        (_published, _options) = (published, options);
        Http = new HttpClient { BaseAddress = new(Url), Timeout = Wait.Patience };
    }

    /// <summary>The address a person opens; the same after <see cref="Start"/> again.</summary>
    public string Url => _process.Url;

    public HttpClient Http { get; }

    /// <summary>Everything it printed so far.</summary>
    public string Log => _process.Log;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>A running dashboard whose two hosts have joined.</summary>
    public static async Task<Dashboard> Run(params string[] options)
    {
        Dashboard dashboard = new(await Checkout.Published(), options);
        try
        {
            await dashboard.Start();
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    public Task Start() =>
        _process.Start([Path.Combine(_published, "ReuseAddrDashboard.Server"), "--data", _data, .. _options], _data, _ => IsUp(), CancellationToken.None);

    /// <summary>Ctrl-C, and its end.</summary>
    public Task Stop() => _process.End(DashboardProcess.Sigint);

    /// <summary>kill -9, and its end.</summary>
    public Task Kill() => _process.End(DashboardProcess.Sigkill);

    public async Task<RunFile> GetRun(string id) =>
        await Http.GetFromJsonAsync($"/api/runs/{id}", WireJson.Default.RunFile) ?? throw new InvalidOperationException($"The run {id} is empty.");

    public async Task<LabState> Lab() => Assert.Single(await Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState) ?? []);

    /// <summary>The server's children and theirs, each with the time it was started, so that a number used again is no mistake.</summary>
    public IReadOnlyList<(int Pid, string Started)> Descendants() => ProcessTree.Below(_process.Id);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.DisposeAsync();
        }
        finally
        {
            Http.Dispose();
            Directory.CreateDirectory(Checkout.Results);
            await File.WriteAllTextAsync(Path.Combine(Checkout.Results, $"server-{Interlocked.Increment(ref _count)}.log"), Log);
            Directory.Delete(_data, recursive: true);
        }
    }

    private async Task<bool> IsUp() =>
        (await Http.GetAsync("/healthz")).StatusCode == HttpStatusCode.OK && (_options.Contains("none") || (await Lab()).Hosts.All(host => host.Connected));
}
