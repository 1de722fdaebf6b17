using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>The hub connection to the lab: joins, keeps the store right, joins again after every loss.</summary>
public sealed class LabLink : ILabCommands, IAsyncDisposable
{
    private readonly LabStore _store;
    private readonly TimeProvider _time;
    private readonly HubConnection _hub;
    private readonly string _lab;
    private bool _joining;

    /// <summary>A link that is not open yet.</summary>
    public LabLink(LabStore store, NavigationManager navigation, TimeProvider time)
    {
        _store = store;
        _time = time;
        _lab = LabAddress.Lab(navigation.Uri);
        _hub = new HubConnectionBuilder()
            .WithUrl(navigation.ToAbsoluteUri(HubPaths.Lab))
            .AddJsonProtocol(o => o.PayloadSerializerOptions = new(LabJson.Default.Options))
            .WithAutomaticReconnect(new RetryForEver())
            .WithKeepAliveInterval(TimeSpan.FromSeconds(5))
            .WithServerTimeout(TimeSpan.FromSeconds(15))
            .Build();
        _hub.On<RunBatch>(nameof(ILabClient.Events), batch => _store.Apply(batch) ? Task.CompletedTask : JoinAgain());
        _hub.On<LabState>(
            nameof(ILabClient.Lab),
            state =>
            {
                _store.Apply(state);
                _store.SetLink(LinkStatus.Live);
            }
        );
        _hub.On<LabNow>(nameof(ILabClient.Now), _store.Apply);
        _hub.On<IReadOnlyList<ListedScenario>>(nameof(ILabClient.Scenarios), _store.Apply);
        _hub.Reconnecting += _ =>
        {
            _store.SetLink(LinkStatus.Lost);
            return Task.CompletedTask;
        };
        _hub.Reconnected += _ => Join();
    }

    /// <inheritdoc/>
    public async Task Run(CancellationToken end)
    {
        var pauses = new BackOff(Random.Shared);
        while (!end.IsCancellationRequested)
        {
            try
            {
                if (_hub.State == HubConnectionState.Disconnected)
                    await _hub.StartAsync(end);
                if (_hub.State == HubConnectionState.Connected && _store.Link != LinkStatus.Live)
                    await Join();
                if (_store.Link == LinkStatus.Live)
                    pauses.Reset();
            }
            catch (Exception) when (!end.IsCancellationRequested)
            {
                // Expected while the server is away, and of many types: a server that leaves while the link is being made is told as an AggregateException of
                // every transport's failure.
                // The status says so, and the loop tries again.
                if (_store.State is not null)
                    _store.SetLink(LinkStatus.Lost);
            }
            // Automatic reconnection does the rest; this loop covers the first link and one that was closed for good.
            await Task.Delay(_store.Link == LinkStatus.Live ? BackOff.Longest : pauses.Next(), _time, end)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async Task<LabReply> Ask(LabCommand command)
    {
        if (_hub.State != HubConnectionState.Connected)
            return new LabReply(new Message("page.link-lost"));
        try
        {
            return await _hub.InvokeAsync<LabReply>(nameof(ILabHub.Ask), command);
        }
        catch (HubException)
        {
            // A fault of the dashboard, which says no more of it than that; what it refuses it says by a code.
            return new LabReply(new Message("lab.fault"));
        }
        catch (Exception failure)
            when (failure is InvalidOperationException or IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            return new LabReply(new Message("page.link-lost-meanwhile"));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private async Task Join()
    {
        (IReadOnlyDictionary<string, long> events, string? server) = _store.Has;
        Message? refusal = await _hub.InvokeAsync<Message?>(nameof(ILabHub.Join), _lab, events, server);
        _store.SetRefusal(refusal);
        // What was shown goes stale; the loop asks again.
        if (refusal is not null && _store.State is not null)
            _store.SetLink(LinkStatus.Lost);
    }

    private async Task JoinAgain()
    {
        if (_joining)
            return;
        _joining = true;
        try
        {
            await Join();
        }
        catch (Exception failure) when (failure is HubException or InvalidOperationException or IOException or OperationCanceledException)
        {
            // The link went meanwhile: the loop joins again.
            _store.SetLink(LinkStatus.Lost);
        }
        finally
        {
            _joining = false;
        }
    }
}
