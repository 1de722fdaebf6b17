using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Utilities;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// A lab. This file: its life and its onlookers; the other parts: agents and orders (Agents), opening and closing runs (Runs), making calls (Steps).
/// Reentrant, because an order's end arrives as a call of its own while the order is awaited; all of it runs on one thread at a time.
/// </summary>
[Reentrant, KeepAlive]
internal sealed partial class LabGrain(
    ScenarioCatalog scenarios, RunStore store, LocalHostsStatus hosts, TimeProvider time, ILogger<LabGrain> logger) : Grain, ILabGrain
{
    private static readonly TimeSpan OnlookerLease = TimeSpan.FromMinutes(5);

    private readonly ObserverManager<ILabOnlooker> _onlookers = new(OnlookerLease, logger);
    private RunLog? _run;
    private long _version;
    private int _port = new Core.Scenarios.RunOptions().Port;
    private bool _statePending;
    private string? _problem;

    private string Id => this.GetPrimaryKeyString();

    private long Now => LocalClock.Nanoseconds(time);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        hosts.Changed += OnHostsChanged;
        _scheduler = TaskScheduler.Current;
        if (await store.Unfinished(Id, cancellationToken) is { } left)
        {
            RunLog run = RunLog.Restore(left, Store, Show, StoreFailed);
            long end = left.Events.Count == 0 ? 0 : left.Events.Max(e => e.T);
            EndBindingAgain(run, end);
            if (left.Outcome != Outcome.Running)
            {
                await run.Flushed();
                await store.Finish(run.Header, run.Progress);
                return;
            }
            _run = run;
            _run.Append(new EndEvent { T = end, Source = EventSource.Lab, Outcome = Outcome.Interrupted, Reason = "The dashboard ended in the middle of this run." });
            _over = end;
            await _run.Flushed();
            LogInterrupted(left.Id);
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        hosts.Changed -= OnHostsChanged;
        await StopDriving();
        await (_run?.Flushed() ?? Task.CompletedTask);
    }

    public Task Wake() => Task.CompletedTask;

    public Task Subscribe(ILabOnlooker onlooker)
    {
        _onlookers.Subscribe(onlooker, onlooker);
        return Task.CompletedTask;
    }

    public async Task<Immutable<LabSnapshot>> Snapshot()
    {
        if (_run is { } run)
            await run.Flushed();
        return new LabSnapshot(CurrentState(), scenarios.All, _run is { } open ? [.. open.Events.Take(open.Stored)] : []).AsImmutable();
    }

    public Task<long> Version() => Task.FromResult(_version);

    public Task<Immutable<LabState>> State() => Task.FromResult(CurrentState().AsImmutable());

    public Task<Immutable<IReadOnlyList<RunEvent>>> Since(string run, long seq)
    {
        IReadOnlyList<RunEvent> events = _run is { } open && open.Header.Id == run && seq >= 0
            ? [.. open.Events.Take(open.Stored).Skip((int)Math.Min(seq, int.MaxValue))]
            : [];
        return Task.FromResult(events.AsImmutable());
    }

    private LabState CurrentState()
    {
        long now = Now;
        return new()
        {
            Id = Id,
            Version = _version,
            Mode = hosts.Mode,
            ModeReason = hosts.Reason,
            Hosts = [.. Seats.Select(s => new LabHost(s.Name, s.Ready, s.Facts, ClockUncertainty(s, now)))],
            Run = _run?.Header,
            RunTime = RunTime(now),
            Port = _port,
            Sockets = [.. _idleSockets.Values.Select(e => e with { T = e.T - now, After = null })],
            Check = _check,
            Busy = _driving is not null,
            Problem = _problem,
        };
    }

    private long RunTime(long now) => _over ?? (_run is { } run ? now - run.Zero : 0);

    private Task Store(string run, IReadOnlyList<RunEvent> events) => store.Append(run, events);

    private Task Show(string run, IReadOnlyList<RunEvent> events) => _onlookers.Notify(o => o.Events(Id, new RunBatch(run, events)));

    private void StoreFailed(Exception? fault)
    {
        if (fault is not null)
            LogStoreFailed(fault);
        _problem = fault is null ? null : "The run cannot be written to the data directory: free some space there, or start the dashboard with another --data.";
        Changed();
    }

    /// <summary>Tells the onlookers of a new state once the present turn has ended, however many changes it makes.</summary>
    private void Changed()
    {
        _version++;
        if (_statePending)
            return;
        _statePending = true;
        _ = Tell();

        async Task Tell()
        {
            await Task.Yield();
            _statePending = false;
            await _onlookers.Notify(o => o.Lab(CurrentState()));
        }
    }

    private TaskScheduler _scheduler = TaskScheduler.Default;

    // The hosts' starter tells from a thread of its own; the lab's fields are only touched on the grain's scheduler.
    private void OnHostsChanged() => Task.Factory.StartNew(Changed, CancellationToken.None, TaskCreationOptions.None, _scheduler);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Run} was left running by an earlier dashboard and is now marked interrupted")]
    private partial void LogInterrupted(string run);

    [LoggerMessage(Level = LogLevel.Error, Message = "Events could not be stored; they are kept in memory and tried again with the next ones")]
    private partial void LogStoreFailed(Exception fault);
}
