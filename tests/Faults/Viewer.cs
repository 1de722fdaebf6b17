using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Faults;

/// <summary>A page that looks on and remembers every event that it was ever shown. It comes back by itself, with what it has.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly Dictionary<string, List<RunEvent>> _shown = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;
    private string? _server;
    private volatile bool _joined;
    private volatile ClientWebSocket? _socket;

    public Viewer(string url)
    {
        _hub = new HubConnectionBuilder()
            .WithUrl(
                url + HubPaths.Lab,
                HttpTransportType.WebSockets,
                http =>
                {
                    http.SkipNegotiation = true;
                    http.WebSocketFactory = async (context, cancelled) =>
                    {
                        var socket = new ClientWebSocket();
                        await socket.ConnectAsync(context.Uri, cancelled);
                        return _socket = socket;
                    };
                }
            )
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .WithKeepAliveInterval(TimeSpan.FromSeconds(5))
            .WithServerTimeout(TimeSpan.FromSeconds(15))
            .Build();
        _hub.On<LabState>(
            nameof(ILabClient.Lab),
            state =>
            {
                lock (_shown)
                    _server = state.Server;
            }
        );
        _hub.On<RunBatch>(nameof(ILabClient.Events), Take);
        _hub.Closed += _ =>
        {
            _joined = false;
            return Task.CompletedTask;
        };
        _running = Task.Run(Run);
    }

    /// <summary>What was wrong with what it was shown: an event that was another before, or a hole.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>All it was shown.</summary>
    public IReadOnlyList<(string Run, IReadOnlyList<RunEvent> Events)> Shown
    {
        get
        {
            lock (_shown)
                return [.. _shown.Select(s => (s.Key, (IReadOnlyList<RunEvent>)[.. s.Value]))];
        }
    }

    /// <summary>How many events of a run it was shown.</summary>
    public int Count(string run)
    {
        lock (_shown)
            return _shown.TryGetValue(run, out List<RunEvent>? log) ? log.Count : 0;
    }

    /// <summary>It goes, as a page that is closed, and comes back.</summary>
    public async Task Leave()
    {
        await _hub.StopAsync();
        _joined = false;
    }

    /// <summary>Its connection ends without a word, and it comes back.</summary>
    /// <returns>False where it had none.</returns>
    public bool Lose()
    {
        if (_socket is not { State: WebSocketState.Open } socket)
            return false;
        socket.Abort();
        return true;
    }

    /// <summary>Runs that were looked at and are right are forgotten.</summary>
    public void Forget(string run)
    {
        lock (_shown)
            _shown.Remove(run);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        await _hub.DisposeAsync();
    }

    private async Task Run()
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!_end.IsCancellationRequested)
        {
            try
            {
                if (_hub.State == HubConnectionState.Disconnected)
                    await _hub.StartAsync(_end.Token);
                if (!_joined && _hub.State == HubConnectionState.Connected)
                {
                    Dictionary<string, long> has;
                    string? server;
                    lock (_shown)
                        (has, server) = (_shown.ToDictionary(s => s.Key, s => (long)s.Value.Count), _server);
                    await _hub.InvokeAsync(nameof(ILabHub.Join), "", has, server, _end.Token);
                    _joined = true;
                }
                await tick.WaitForNextTickAsync(_end.Token);
            }
            catch (Exception) when (!_end.IsCancellationRequested)
            {
                // The dashboard is away, or left while the link was being made (which SignalR tells by an exception for each transport): tried again.
                _joined = false;
                await Task.Delay(100, CancellationToken.None);
            }
            catch (Exception)
            {
                // The test is over.
            }
        }
    }

    private void Take(RunBatch batch)
    {
        lock (_shown)
        {
            List<RunEvent> log = _shown.TryGetValue(batch.Run, out List<RunEvent>? known) ? known : _shown[batch.Run] = [];
            foreach (RunEvent e in batch.Events)
            {
                if (e.Seq == log.Count + 1)
                    log.Add(e);
                else if (e.Seq > log.Count + 1)
                    Wrong.Add($"{batch.Run}: {e.Seq} came after {log.Count}");
                else if (Texts.Of(log[(int)e.Seq - 1]) is var before && before != Texts.Of(e))
                    Wrong.Add($"{batch.Run}: {e.Seq} was {before} and is {Texts.Of(e)}");
            }
        }
    }
}

internal static class Texts
{
    /// <summary>An event as browsers are sent it.</summary>
    public static string Of(RunEvent e) =>
        System.Text.Json.JsonSerializer.Serialize(e is SegmentEvent segment ? segment with { Frame = null } : e, WireJson.Default.RunEvent);
}
