using System.Diagnostics;
using Orleans.Concurrency;
using Orleans.Utilities;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;
using ReuseAddrDashboard.Server.Metrics;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// The shell around a <see cref="Lab"/>: brings it what happens, carries out what it says, and decides nothing. Reentrant, because what is carried out answers
/// while others ask;
/// all of it runs on one thread at a time.
/// </summary>
[Reentrant, KeepAlive]
internal sealed partial class LabGrain(
    LabSetups setups,
    ScenarioCatalog scenarios,
    RunStore store,
    StoreWriter writer,
    DataDirectory data,
    LocalHostsStatus hosts,
    DashboardMetrics metrics,
    TimeProvider time,
    ILogger<LabGrain> logger
) : Grain, ILabGrain
{
    private static readonly TimeSpan OnlookerLease = TimeSpan.FromMinutes(5);

    private readonly ObserverManager<ILabOnlooker> _onlookers = new(OnlookerLease, logger);
    private readonly Dictionary<string, IAgentOrders> _agents = [];
    private readonly Dictionary<long, object> _replies = [];
    private readonly HashSet<Task> _writing = [];
    private Lab _lab = null!;
    private IGrainTimer? _timer;
    private TaskScheduler _scheduler = TaskScheduler.Default;
    private long _asked;

    private long Now => LocalClock.Nanoseconds(time);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string id = this.GetPrimaryKeyString();
        _lab = new(setups.Find(id) ?? throw new InvalidOperationException($"There is no lab {id}."), RunIds.New);
        _scheduler = TaskScheduler.Current;
        metrics.LabCame();
        hosts.Changed += OnHostsChanged;
        scenarios.Changed += OnScenariosChanged;
        writer.Renewed += OnStoreRenewed;
        Carry(Hosts());
        Carry(new ScenariosChanged(scenarios.All));
        Carry(new RunsLeft(await Task.Run(() => store.Unfinished(id, cancellationToken), cancellationToken)));
        if (writer.StartNotice is { } notice)
            Carry(new StoreRenewed(notice, Empty: false));
        await Written();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.LabWent();
        hosts.Changed -= OnHostsChanged;
        scenarios.Changed -= OnScenariosChanged;
        writer.Renewed -= OnStoreRenewed;
        Carry(new ServerEnds());
        await Written();
        _timer?.Dispose();
    }

    public Task Wake() => Task.CompletedTask;

    public Task<AgentWelcome> AgentJoined(string connection, AgentHello hello, IAgentOrders orders)
    {
        _agents[connection] = orders;
        return Ask<AgentWelcome>(reply => new AgentCame(connection, hello, hello?.Facts is { } facts && LocalClock.IsOf(facts), reply));
    }

    public Task AgentLeft(string connection)
    {
        _agents.Remove(connection);
        Carry(new AgentWent(connection));
        return Task.CompletedTask;
    }

    public Task AgentClock(string connection, long offset, long uncertainty)
    {
        Carry(new ClockMeasured(connection, new(offset, uncertainty, Now)));
        return Task.CompletedTask;
    }

    public Task<long> Report(string connection, AgentReport report) => Ask<long>(reply => new AgentReported(connection, report, reply));

    public Task Subscribe(ILabOnlooker onlooker)
    {
        _onlookers.Subscribe(onlooker, onlooker);
        return Task.CompletedTask;
    }

    public Task<Immutable<LabSnapshot>> Snapshot() => Task.FromResult(_lab.Snapshot(Now).AsImmutable());

    public Task<Immutable<LabState>> State() => Task.FromResult(_lab.State(Now).AsImmutable());

    public Task<Immutable<MatrixView>> Matrix(long since) => Task.FromResult(_lab.Matrix.View(since).AsImmutable());

    public Task<Immutable<(RunHeader Header, IReadOnlyList<RunEvent> Events)?>> Log(string run) => Task.FromResult(_lab.Log(run).AsImmutable());

    public async Task<LabReply> Ask(LabCommand command, bool wait)
    {
        using Activity? span = DashboardMetrics.Traces.StartActivity("lab.command");
        span?.SetTag("command", command.GetType().Name);
        return await Ask<LabReply>(reply => new CommandGiven(command, wait, reply));
    }

    private Task<T> Ask<T>(Func<long, LabInput> input)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        long reply = ++_asked;
        _replies[reply] = answer;
        try
        {
            Carry(input(reply));
        }
        catch (Exception e)
        {
            _replies.Remove(reply);
            LogFault(e);
            throw;
        }
        return answer.Task;
    }

    private void Answer<T>(long reply, T answer)
    {
        if (_replies.Remove(reply, out object? asked))
            ((TaskCompletionSource<T>)asked).TrySetResult(answer);
    }

    /// <summary>Brings the lab what happened, and carries out what it says.</summary>
    private void Carry(LabInput input)
    {
        (DateTimeOffset wall, long now) = LocalClock.Both(time);
        foreach (LabEffect effect in _lab.Take(input, new(now, wall)))
            Carry(effect);
    }

    private void Carry(LabEffect effect)
    {
        switch (effect)
        {
            case GiveOrder give when _agents.TryGetValue(give.Connection, out IAgentOrders? agent):
                _ = agent.Give(give.Order);
                break;
            case WakeAt wake:
                Wake(wake.At);
                break;
            case CreateRun create:
                metrics.RunStarted();
                Write(s => s.Create(create.Header), new RunCreated(create.Header.Id), why => new RunNotCreated(create.Header.Id, why));
                break;
            case StoreEvents events:
                Write(s => s.Append(events.Run, events.Events), new EventsStored(events.Run), why => new EventsNotStored(events.Run, why));
                break;
            case FinishRun finish:
                metrics.RunFinished();
                Write(s => s.Finish(finish.Header, finish.Progress), new RunFinished(finish.Header.Id), why => new RunNotFinished(finish.Header.Id, why));
                break;
            case ShowEvents show:
                Count(show.Batch);
                _ = _onlookers.Notify(o => o.Events(_lab.Setup.Id, show.Batch));
                break;
            case ShowState:
                _ = _onlookers.Notify(o => o.Lab(_lab.State(Now)));
                break;
            case ShowScenarios show:
                _ = _onlookers.Notify(o => o.Scenarios(_lab.Setup.Id, show.Scenarios));
                break;
            case AnswerCommand answer:
                Answer(answer.Reply, answer.Answer);
                break;
            case AnswerAgent answer:
                Answer(answer.Reply, answer.Welcome);
                break;
            case AnswerReport answer:
                Answer(answer.Reply, answer.Held);
                break;
            case WriteLog line:
                LogLine(line.Level, TextCatalog.English[line.Message], line.Fault);
                break;
            default:
                // An order for an agent that has left meanwhile.
                break;
        }
    }

    private void Count(RunBatch shown)
    {
        foreach (RunEvent e in shown.Events)
        {
            metrics.EventShown(Kind(e));
            if (e is GapEvent gap)
                metrics.EventsLost(gap.Lost);
        }
    }

    // CallEvent is of the kind call, as in the run file.
    private static string Kind(RunEvent e) =>
        e.GetType().Name is var name && name.EndsWith("Event", StringComparison.Ordinal) ? name[..^"Event".Length].ToLowerInvariant() : name;

    // One after the other of each kind is the lab's doing; here each is only begun, and told of when it has ended.
    private void Write(Func<RunStore, Task> write, LabInput done, Func<Message, LabInput> failed)
    {
        Task task = Run();
        if (!task.IsCompleted)
        {
            _writing.Add(task);
            _ = task.ContinueWith(t => _writing.Remove(t), CancellationToken.None, TaskContinuationOptions.None, _scheduler);
        }

        async Task Run()
        {
            await Task.Yield();
            LabInput then = done;
            try
            {
                await writer.Write(write);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                then = failed(StoreFaults.Message(StoreFaults.StateAfter(e), data.Path));
            }
            Carry(then);
        }
    }

    private async Task Written()
    {
        while (_writing.FirstOrDefault(t => !t.IsCompleted) is { } writing)
            await writing;
    }

    private void Wake(long? at)
    {
        TimeSpan wait = at is { } due ? TimeSpan.FromTicks(Math.Max(0, (due - Now + 99) / 100)) : Timeout.InfiniteTimeSpan;
        if (_timer is null)
        {
            if (at is not null)
            {
                _timer = this.RegisterGrainTimer(
                    _ =>
                    {
                        Carry(new TimeCame());
                        return Task.CompletedTask;
                    },
                    new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true }
                );
            }
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    // Told from threads of others; the lab is only touched on the grain's scheduler.
    private void OnHostsChanged() => OnScheduler(() => Carry(Hosts()));

    private void OnScenariosChanged() => OnScheduler(() => Carry(new ScenariosChanged(scenarios.All)));

    private void OnStoreRenewed(Message what, bool empty) => OnScheduler(() => Carry(new StoreRenewed(what, empty)));

    private HostsModeChanged Hosts() => new(hosts.Mode, hosts.Reason);

    private void OnScheduler(Action action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.None, _scheduler);

    [LoggerMessage(Message = "{Text}")]
    private partial void LogLine(LogLevel level, string text, Exception? fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "The lab failed")]
    private partial void LogFault(Exception fault);
}
