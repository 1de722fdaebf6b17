using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>The hub connection to the lab: joins, keeps the store right, joins again after every loss.</summary>
public sealed class LabLink : ILabOrders, IAsyncDisposable
{
    private readonly LabStore _store;
    private readonly TimeProvider _time;
    private readonly IStringLocalizer _text;
    private readonly HubConnection _hub;
    private bool _filling;

    public LabLink(LabStore store, NavigationManager navigation, TimeProvider time, IStringLocalizer text)
    {
        _store = store;
        _time = time;
        _text = text;
        _hub = new HubConnectionBuilder()
            .WithUrl(navigation.ToAbsoluteUri(HubRoutes.Lab))
            .AddJsonProtocol(o => o.PayloadSerializerOptions = new(LabJson.Default.Options))
            .WithAutomaticReconnect(new RetryForEver())
            .WithKeepAliveInterval(TimeSpan.FromSeconds(5))
            .WithServerTimeout(TimeSpan.FromSeconds(15))
            .Build();
        _hub.On<RunBatch>(nameof(ILabClient.Events), async batch =>
        {
            _store.Apply(batch);
            await FillHole();
        });
        _hub.On<LabState>(nameof(ILabClient.Lab), async state =>
        {
            _store.Apply(state);
            await FillHole();
        });
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
        for (long tries = 0; !end.IsCancellationRequested; tries++)
        {
            try
            {
                if (_hub.State == HubConnectionState.Disconnected)
                    await _hub.StartAsync(end);
                if (_hub.State == HubConnectionState.Connected && _store.View.Link != LinkStatus.Live)
                    await Join();
                tries = 0;
            }
            catch (Exception failure) when (failure is HttpRequestException or HubException or InvalidOperationException or IOException or TimeoutException
                or System.Net.WebSockets.WebSocketException || failure is OperationCanceledException && !end.IsCancellationRequested)
            {
                // Expected while the server is away. The status says so, and the loop tries again.
                if (_store.View.State is not null)
                    _store.SetLink(LinkStatus.Lost);
            }
            // Automatic reconnection does the rest; this loop covers the first link and one that was closed for good.
            await Task.Delay(RetryForEver.Pause(_store.View.Link == LinkStatus.Live ? 6 : tries), _time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async Task<LabReply> Start(StartRun request, string? firstStep)
    {
        LabReply opened = await Ask(nameof(ILabHub.StartRun), request);
        return opened is { Ok: true, Run: { } run } && firstStep is not null && !request.Play ? await Step(run, firstStep) : opened;
    }

    public Task<LabReply> Step(string run, string step) => Ask(nameof(ILabHub.RunStep), run, step);

    public Task<LabReply> Play(string run) => Ask(nameof(ILabHub.Play), run);

    public Task<LabReply> Next(string run) => Ask(nameof(ILabHub.NextCall), run);

    public Task<LabReply> SkipWait(string run) => Ask(nameof(ILabHub.SkipWait), run);

    public Task<LabReply> WaitAndBind(string run) => Ask(nameof(ILabHub.WaitAndBind), run);

    public Task<LabReply> StopWaiting(string run) => Ask(nameof(ILabHub.StopWaiting), run);

    public Task<LabReply> Reset() => Ask(nameof(ILabHub.Reset));

    public Task<LabReply> Pace(string run, int pauseMs) => Ask(nameof(ILabHub.Pace), run, pauseMs);

    public Task<LabReply> Check() => Ask(nameof(ILabHub.Check));

    public Task<LabReply> WatchPort(int port) => Ask(nameof(ILabHub.WatchPort), port);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private async Task Join()
    {
        LabSnapshot snapshot = await _hub.InvokeAsync<LabSnapshot>(nameof(ILabHub.Join), HubRoutes.LocalLab);
        _store.Apply(snapshot);
        _store.SetLink(LinkStatus.Live);
        await FillHole();
    }

    private async Task FillHole()
    {
        if (_filling || _store.Hole is not { } hole || _hub.State != HubConnectionState.Connected)
            return;
        _filling = true;
        try
        {
            _store.Apply(new RunBatch(hole.Run, await _hub.InvokeAsync<IReadOnlyList<RunEvent>>(nameof(ILabHub.Since), hole.Run, hole.After)));
        }
        catch (Exception failure) when (failure is HubException or InvalidOperationException or IOException or OperationCanceledException)
        {
            // The link went meanwhile: joining again brings the whole log.
            _store.SetLink(LinkStatus.Lost);
        }
        finally
        {
            _filling = false;
        }
    }

    private async Task<LabReply> Ask(string method, params object?[] arguments)
    {
        if (_hub.State != HubConnectionState.Connected)
            return new LabReply("link-lost", _text["The link to the dashboard is lost. It is being set up again; then try once more."]);
        try
        {
            return await _hub.InvokeCoreAsync<LabReply>(method, arguments);
        }
        catch (HubException refused)
        {
            return new LabReply("refused", refused.Message);
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException)
        {
            return new LabReply("link-lost", _text["The link to the dashboard was lost before it answered. Look at the diagram for what was done."]);
        }
    }
}
