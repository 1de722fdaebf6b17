using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>A browser's connection that only tells when something came.</summary>
internal sealed class EndWatcher
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LabState> _state = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Completed => _end.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Task Waits => _waits.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public List<RunEvent> Seen { get; } = [];

    /// <summary>The first state that came.</summary>
    public Task<LabState> Joined => _state.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public Func<RunBatch, Task> OnBatch { get; set; } = _ => Task.CompletedTask;

    public async Task<HubConnection> Follow(TestDashboard dashboard)
    {
        HubConnection hub = dashboard.LabConnection();
        hub.On<RunBatch>(
            nameof(ILabClient.Events),
            async batch =>
            {
                await OnBatch(batch);
                lock (Seen)
                    Seen.AddRange(batch.Events);
                if (batch.Events.Any(e => e is NoteEvent { Code: NoteCodes.WaitingForPort }))
                    _waits.TrySetResult();
                if (batch.Events.Any(e => e is EndEvent))
                    _end.TrySetResult();
            }
        );
        hub.On<LabState>(nameof(ILabClient.Lab), state => _state.TrySetResult(state));
        await hub.StartAsync(TestContext.Current.CancellationToken);
        await hub.InvokeAsync(nameof(ILabHub.Join), TestHosts.Lab, null, null, TestContext.Current.CancellationToken);
        return hub;
    }
}
