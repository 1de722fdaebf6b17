using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A published server as a process of its own: its own port, data directory and hosts. Stopped as a person would, by SIGINT.</summary>
public sealed partial class Dashboard : IAsyncDisposable
{
    private const int Sigint = 2, Sigkill = 9;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30), StopLimit = TimeSpan.FromSeconds(30);
    private readonly string _published, _data = Directory.CreateTempSubdirectory("reuseaddr-e2e-").FullName;
    private readonly string[] _options;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private static int _count;

    private Dashboard(string published, string[] options)
    {
        (_published, _options) = (published, options);
        Url = $"http://127.0.0.1:{FreePort()}";
        Http = new HttpClient { BaseAddress = new(Url), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>The address a person opens; the same after <see cref="Start"/> again.</summary>
    public string Url { get; }

    public HttpClient Http { get; }

    /// <summary>Everything it printed so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

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

    public async Task Start()
    {
        ProcessStartInfo start = new(Path.Combine(_published, "ReuseAddrDashboard.Server"), ["--urls", Url, "--data", _data, .. _options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _data,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Wait.Until(async () => process.HasExited || await IsUp(), StartLimit, () => $"The server does not answer /healthz or its hosts did not join:\n{Log}");
        if (process.HasExited)
            throw new InvalidOperationException($"The server ended with {process.ExitCode}:\n{Log}");
    }

    /// <summary>Ctrl-C, and its end.</summary>
    public Task Stop() => End(Sigint);

    /// <summary>kill -9, and its end.</summary>
    public Task Kill() => End(Sigkill);

    public async Task<RunFile> GetRun(string id) =>
        await Http.GetFromJsonAsync($"/api/runs/{id}", WireJson.Default.RunFile) ?? throw new InvalidOperationException($"The run {id} is empty.");

    public async Task<LabState> Lab() =>
        Assert.Single(await Http.GetFromJsonAsync("/api/labs", WireJson.Default.IReadOnlyListLabState) ?? []);

    /// <summary>The server's children and theirs, each with the time it was started, so that a number used again is no mistake.</summary>
    public IReadOnlyList<(int Pid, string Started)> Descendants() => ProcessTree.Below(_process!.Id);

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_process is { HasExited: false })
                await Stop();
        }
        finally
        {
            _process?.Dispose();
            Http.Dispose();
            Directory.CreateDirectory(Checkout.Results);
            await File.WriteAllTextAsync(Path.Combine(Checkout.Results, $"server-{Interlocked.Increment(ref _count)}.log"), Log);
            Directory.Delete(_data, recursive: true);
        }
    }

    private async Task<bool> IsUp()
    {
        try
        {
            if ((await Http.GetAsync("/healthz")).StatusCode != HttpStatusCode.OK)
                return false;
            return _options.Contains("none") || (await Lab()).Hosts.All(host => host.Connected);
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }

    private async Task End(int signal)
    {
        Process process = _process ?? throw new InvalidOperationException("The server was not started.");
        _ = kill(process.Id, signal);
        using CancellationTokenSource limit = new(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The server did not end within {StopLimit.TotalSeconds} s of signal {signal}:\n{Log}");
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
