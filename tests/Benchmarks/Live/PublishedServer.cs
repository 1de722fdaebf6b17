using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.EndToEnd;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>The published server as a process of its own, with a port of its own on loopback and hosts of its own.</summary>
internal sealed partial class PublishedServer : IAsyncDisposable
{
    private const int Sigint = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TaskCompletionSource _saysOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _log = new();
    private readonly Process _process;

    private PublishedServer(string published, string url, string data, string[] options)
    {
        Url = url;
        Http = new HttpClient { BaseAddress = new(url), Timeout = TimeSpan.FromSeconds(30) };
        Started = Stopwatch.GetTimestamp();
        _process =
            Process.Start(
                new ProcessStartInfo(Path.Combine(published, "ReuseAddrDashboard.Server"), ["--urls", url, "--data", data, .. options])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    WorkingDirectory = data,
                    Environment = { ["DOTNET_ROOT"] = Machine.DotnetRoot },
                }
            ) ?? throw new InvalidOperationException("The server did not start.");
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Exited += (_, _) => _saysOpen.TrySetException(new InvalidOperationException($"The server ended:\n{Log}"));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Url { get; }

    public HttpClient Http { get; }

    /// <summary>Stopwatch's timestamp just before it was started.</summary>
    public long Started { get; }

    public int Pid => _process.Id;

    private string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public static string FreeUrl()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }

    /// <summary>Starts it and returns when it prints the address to open.</summary>
    public static async Task<PublishedServer> Start(string url, string data, params string[] options)
    {
        PublishedServer server = new(await Checkout.Published(), url, data, options);
        try
        {
            await server._saysOpen.Task.WaitAsync(Limit);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task HostsJoined() =>
        await Wait.Until(async () => (await Lab()).Hosts.All(host => host.Connected), Limit, () => $"The hosts did not join:\n{Log}");

    public async Task<LabState> Lab() => (await Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState) ?? []).Single();

    public async Task<RunFile> OpenRun(int port)
    {
        using HttpResponseMessage answer = await Http.PostAsJsonAsync("/api/labs/local/runs", Quick(port));
        return await Read(answer);
    }

    /// <summary>The same where it may be refused.</summary>
    /// <returns>The answer's status.</returns>
    public async Task<int> TryOpenRun(int port)
    {
        using HttpResponseMessage answer = await Http.PostAsJsonAsync("/api/labs/local/runs", Quick(port));
        return (int)answer.StatusCode;
    }

    public async Task<RunFile> Step(string run, string step)
    {
        using HttpResponseMessage answer = await Http.PostAsync($"/api/runs/{run}/steps/{step}", null);
        return await Read(answer);
    }

    public async Task<RunFile> Run(string run)
    {
        using HttpResponseMessage answer = await Http.GetAsync($"/api/runs/{run}");
        return await Read(answer);
    }

    public async Task Reset()
    {
        using HttpResponseMessage answer = await Http.PostAsync("/api/labs/local/reset", null);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _ = kill(_process.Id, Sigint);
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(15));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
    }

    private static object Quick(int port) =>
        new
        {
            scenario = "without-reuseaddr",
            ports = new { main = port },
            pauseMs = 0,
        };

    private static async Task<RunFile> Read(HttpResponseMessage answer) =>
        answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile) is { } run
            ? run
            : throw new InvalidOperationException($"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
        if (line.Data?.Contains($"Open {Url}", StringComparison.Ordinal) == true)
            _saysOpen.TrySetResult();
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
