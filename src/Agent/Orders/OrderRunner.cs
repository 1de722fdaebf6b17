using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Checks;
using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>
/// Takes orders in turn on a thread of its own and answers each with exactly one end. Calls that may block run on threads of theirs and hold up nothing.
/// </summary>
internal sealed partial class OrderRunner : IOrders, IDisposable
{
    /// <summary>Orders that may wait; a lab sends one after the other for each run.</summary>
    public const int MaxWaiting = 256;

    private readonly record struct Waiting(long? Id, Action Do);

    private readonly BlockingCollection<Waiting> _orders = new(MaxWaiting);
    private readonly Reporter _reporter;
    private readonly SocketWatcher _watcher;
    private readonly OwnSockets _own;
    private readonly CallMaker _calls;
    private readonly ProgramEnder _programs;
    private readonly RunChanges _changes;
    private readonly AllowedAddresses _allowed;
    private readonly RunCloser _closer;
    private readonly TimeWaitDestroyer _destroyer;
    private readonly TryingCells _cells;
    private readonly ILogger _log;
    private readonly string _dashboard;
    private readonly Thread _thread;
    private string? _told;

    /// <param name="outbox">Takes events and the ends of orders.</param>
    /// <param name="watcher">Looks at the sockets after each order.</param>
    /// <param name="own">This agent's sockets, for the watcher.</param>
    /// <param name="hold">How a process that holds sockets is started.</param>
    /// <param name="changes">What runs change in the host's namespace.</param>
    /// <param name="allowed">The addresses that calls may name.</param>
    /// <param name="dashboard">Who orders, for the log.</param>
    /// <param name="time">Limits of blocking calls.</param>
    /// <param name="log">Takes defects.</param>
    public OrderRunner(
        Outbox outbox,
        SocketWatcher watcher,
        OwnSockets own,
        HoldCommand hold,
        RunChanges changes,
        AllowedAddresses allowed,
        string dashboard,
        TimeProvider time,
        ILogger<OrderRunner> log
    )
    {
        (_watcher, _own, _log, _changes, _allowed, _dashboard, _reporter) = (watcher, own, log, changes, allowed, dashboard, new Reporter(outbox, watcher));
        var runs = new HostedRuns(time);
        _calls = new CallMaker(runs, _reporter, own, time, Begin);
        _programs = new ProgramEnder(runs, own, hold, _reporter.Tell);
        _closer = new RunCloser(runs, _reporter, own, _programs, changes, Start);
        _destroyer = new TimeWaitDestroyer(_reporter, watcher);
        _cells = new TryingCells(outbox, Start);
        SocketCalls.WarmUp();
        _thread = new Thread(Run) { IsBackground = true, Name = "orders" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Begin(AgentOrder order) => Enqueue(order.Id, () => CarryOut(order));

    /// <inheritdoc/>
    public void KeepOnly(IReadOnlyList<string> runs) =>
        Enqueue(null, () => _closer.Close(run => !runs.Contains(run), null, new Message(AgentCodes.EndedWithRun)));

    /// <inheritdoc/>
    public void CloseAll(Message why) =>
        Enqueue(
            null,
            () =>
            {
                _cells.Stop(() => { });
                _closer.Close(_ => true, null, why);
            }
        );

    /// <summary>Closes everything and takes no order any more.</summary>
    public void Dispose()
    {
        if (_orders.IsAddingCompleted)
            return;
        _cells.Dispose();
        _orders.CompleteAdding();
        _thread.Join();
    }

    // The one place that knows what each order means.
    private void CarryOut(AgentOrder order)
    {
        if (OrderCheck.Refusal(order) is { } refused)
        {
            _reporter.EndAtOnce(order.Id, refused);
            return;
        }
        if (_allowed.Refusal(order) is { } beyond)
        {
            Log.Beyond(_log, order.Run, TextCatalog.English[beyond]);
            _reporter.EndAtOnce(order.Id, beyond);
            return;
        }
        if (order.Run is { } run && order is not CloseRunOrder)
            Tell(run, order);
        switch (order)
        {
            case CallOrder call:
                _calls.Make(call);
                break;
            case WatchOrder watch:
                _watcher.Watch(watch.Ports);
                _reporter.EndAtOnce(watch.Id);
                break;
            case LookOrder:
                _reporter.End(order.Id);
                break;
            case DestroyOrder destroy:
                _reporter.End(order.Id, _destroyer.Destroy(destroy));
                break;
            case EndProgramOrder end:
                _reporter.End(order.Id, _programs.End(end));
                break;
            case ForkOrder fork:
                _reporter.End(order.Id, _programs.Fork(fork));
                break;
            case SysctlOrder sysctl:
                _reporter.EndAtOnce(order.Id, _changes.Set(sysctl));
                break;
            case FilterOrder filter:
                _reporter.EndAtOnce(order.Id, _changes.Make(filter));
                break;
            case CloseRunOrder:
                _closer.Close(run => run == order.Run, order.Id, new Message(AgentCodes.EndedWithRun));
                _reporter.EndAtOnce(order.Id);
                break;
            case CheckOrder check:
                // On a thread of its own, because what is filtered takes its time.
                Begin("check", order.Id, () => _reporter.EndAtOnce(order.Id, check: HostChecker.Check(check, _own.Has)));
                break;
            case TryCellsOrder cells:
                _cells.Begin(cells, work => Guard(cells.Id, work));
                break;
            case StopCellsOrder:
                _cells.Stop(() => _reporter.EndAtOnce(order.Id));
                break;
            default:
                _reporter.EndAtOnce(order.Id, new Message(AgentCodes.UnknownOrder));
                break;
        }
    }

    // Who orders what: that a run begins is told always, its orders to who wants to know.
    private void Tell(string run, AgentOrder order)
    {
        if (run != _told)
            Log.Begins(_log, _dashboard, run);
        _told = run;
        Log.Ordered(_log, run, order);
    }

    private void Enqueue(long? id, Action order)
    {
        if (_orders.IsAddingCompleted || !_orders.TryAdd(new Waiting(id, order)))
        {
            if (id is { } refused)
            {
                _reporter.EndAtOnce(
                    refused,
                    _orders.IsAddingCompleted ? new Message(AgentCodes.Ending) : Message.Of(AgentCodes.TooManyOrders, ("most", MaxWaiting))
                );
            }
        }
    }

    private void Run()
    {
        foreach (Waiting order in _orders.GetConsumingEnumerable())
            Guard(order.Id, order.Do);
        Guard(null, () => _closer.Close(_ => true, null, new Message(AgentCodes.EndedWithAgent)));
    }

    private void Begin(string name, long order, Action work) => Start(name, () => Guard(order, work));

    // A defect of ours must not leave the lab waiting for an end that never comes.
    private void Guard(long? order, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            Log.OrderFailed(_log, e, order);
            if (order is { } id)
                _reporter.EndAtOnce(id, Message.Of(AgentCodes.Failed, ("text", e.Message)));
        }
    }

    private static Thread Start(string name, Action work)
    {
        var thread = new Thread(() => work(), maxStackSize: 256 * 1024) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Dashboard} orders the calls of run {Run}.")]
        public static partial void Begins(ILogger log, string dashboard, string run);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Run {Run}: {Order}")]
        public static partial void Ordered(ILogger log, string run, AgentOrder order);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Run} ordered what this agent may not do. {Why}")]
        public static partial void Beyond(ILogger log, string? run, string why);

        [LoggerMessage(Level = LogLevel.Error, Message = "Order {Order} failed.")]
        public static partial void OrderFailed(ILogger log, Exception e, long? order);
    }
}
