using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Checks;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>
/// Takes orders in turn on a thread of its own, owns the named sockets of one run, and answers each order with exactly one end. Calls that may block
/// run on threads of theirs and hold up nothing.
/// </summary>
internal sealed partial class CommandRunner : IDisposable
{
    /// <summary>Orders that may wait; the lab sends one after the other.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Sockets open at once.</summary>
    public const int MaxSockets = 64;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(CommandCheck.MaxLinger + 2);

    private readonly record struct Order(long? Id, Action Do);

    private readonly BlockingCollection<Order> _orders = new(MaxWaiting);
    private readonly object _gate = new();
    private readonly Dictionary<string, LessonSocket?> _sockets = [];
    private readonly Outbox _outbox;
    private readonly SocketWatcher _watcher;
    private readonly OwnSockets _own;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private string? _run;
    private int _blocking;

    public CommandRunner(Outbox outbox, SocketWatcher watcher, OwnSockets own, TimeProvider time, ILogger<CommandRunner> log)
    {
        (_outbox, _watcher, _own, _time, _log) = (outbox, watcher, own, time, log);
        SocketCalls.WarmUp();
        _thread = new Thread(Run) { IsBackground = true, Name = "orders" };
        _thread.Start();
    }

    /// <summary>Makes one system call; <see cref="IAgentClient.Call"/>.</summary>
    public void Call(SocketCommand command) => Enqueue(command.Id, () => Make(command));

    /// <summary><see cref="IAgentClient.Watch"/>.</summary>
    public void Watch(WatchOrder order) => Enqueue(order.Id, () =>
    {
        string? refused = CommandCheck.Refusal(order);
        if (refused is null)
            _watcher.Watch(order.Ports);
        _outbox.End(order.Id, refused);
    });

    /// <summary><see cref="IAgentClient.Look"/>.</summary>
    public void Look(long id) => Enqueue(id, () =>
    {
        _watcher.Look();
        _outbox.End(id);
    });

    /// <summary><see cref="IAgentClient.Check"/>; on a thread of its own, because what is filtered takes its time.</summary>
    public void Check(CheckOrder order) => Enqueue(order.Id, () =>
    {
        if (CommandCheck.Refusal(order) is { } refused)
            _outbox.End(order.Id, refused);
        else
            Start("check", () => Guard(order.Id, () => _outbox.End(order.Id, check: HostChecker.Check(order))));
    });

    /// <summary><see cref="IAgentClient.CloseAll"/>.</summary>
    public void CloseAll(long id) => Enqueue(id, () =>
    {
        CloseEverything(id, "every lesson socket is being closed");
        _outbox.End(id);
    });

    /// <summary>Closes every lesson socket without an order.</summary>
    /// <param name="why">The reason, as the end of a sentence.</param>
    public void CloseAll(string why) => Enqueue(null, () => CloseEverything(null, why));

    /// <summary>The server says which run is open: sockets of any other are closed.</summary>
    public void KeepOnly(string? run) => Enqueue(null, () =>
    {
        lock (_gate)
        {
            if (_sockets.Count == 0 || _run == run)
                return;
        }
        CloseEverything(null, "their run is over");
    });

    /// <summary>Closes every lesson socket and takes no order any more.</summary>
    public void Dispose()
    {
        if (_orders.IsAddingCompleted)
            return;
        Enqueue(null, () => CloseEverything(null, "the agent ends"));
        _orders.CompleteAdding();
        _thread.Join();
    }

    private void Enqueue(long? id, Action order)
    {
        if (_orders.IsAddingCompleted || !_orders.TryAdd(new Order(id, order)))
        {
            if (id is { } refused)
                _outbox.End(refused, _orders.IsAddingCompleted ? "The agent is ending." : $"More than {MaxWaiting} orders wait; send them one after the other.");
        }
    }

    private void Run()
    {
        foreach (Order order in _orders.GetConsumingEnumerable())
            Guard(order.Id, order.Do);
    }

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
                _outbox.End(id, $"The agent failed: {e.Message}");
        }
    }

    // Ends what blocks, then closes the ends of connections, then the rest.
    private void CloseEverything(long? order, string why)
    {
        BlockingCall[] blocking;
        lock (_gate)
            blocking = [.. _sockets.Values.Where(s => s?.Busy is not null).Select(s => s!.Busy!)];
        foreach (BlockingCall call in blocking)
            call.Stop(why);
        WaitForBlockingCalls();

        LessonSocket[] open;
        lock (_gate)
        {
            open = [.. _sockets.Values.Where(s => s is { Busy: null }).Select(s => s!).OrderByDescending(s => s.IsEnd).ThenBy(s => s.Fd.Number)];
            foreach (LessonSocket socket in open)
                _sockets.Remove(socket.Name);
            if (_sockets.Count == 0)
                _run = null;
        }
        // A close that lingers does not hold up the others.
        Thread[] lingering = [.. open.Where(s => s.Linger > 0).Select(s => Start($"close {s.Name}", () => Close(s, order)))];
        foreach (LessonSocket socket in open.Where(s => s.Linger == 0))
            Close(socket, order);
        foreach (Thread thread in lingering)
            thread.Join(EndsWithin);
        _watcher.Look();
    }

    private void Close(LessonSocket socket, long? order)
    {
        CallResult result = SocketCalls.Close(socket.Fd);
        _own.Remove(socket.Inode);
        _outbox.Add(CallReport.Of(result, socket.Name), order);
    }

    private void WaitForBlockingCalls()
    {
        lock (_gate)
        {
            long started = _time.GetTimestamp();
            while (_blocking > 0 && _time.GetElapsedTime(started) < EndsWithin)
                Monitor.Wait(_gate, EndsWithin);
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
        [LoggerMessage(Level = LogLevel.Error, Message = "Order {Order} failed.")]
        public static partial void OrderFailed(ILogger log, Exception e, long? order);
    }
}
