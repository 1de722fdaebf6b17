using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The lab's agents: who joins, what they report, and the orders they are given.</summary>
internal sealed partial class LabGrain
{
    private const int MaxIdleSockets = 512;
    private static readonly TimeSpan OrderGrace = TimeSpan.FromSeconds(5);

    private readonly AgentSeat _client = new(HubRoutes.Client), _server = new(HubRoutes.Server);
    private readonly Dictionary<SocketIdentity, SocketEvent> _idleSockets = [];
    private readonly Dictionary<long, CallContext> _calls = [];
    private long _lastOrder;

    private AgentSeat[] Seats => [_client, _server];

    /// <summary>The call of a scenario that an order makes; the lab writes it into the agent's event.</summary>
    private sealed record CallContext(string? Step, int Attempt, int? Index)
    {
        /// <summary>The event of the call itself, once it came.</summary>
        public CallEvent? Made { get; set; }
    }

    public Task<AgentWelcome> AgentJoined(string connection, AgentHello hello, IAgentOrders orders)
    {
        if (AgentEdge.Fault(hello) is { } fault)
            return Task.FromResult(new AgentWelcome(fault, 0, null));
        AgentSeat seat = Seat(hello.Facts.Name);
        if (seat.Connected && seat.Instance != hello.Instance)
            return Task.FromResult(new AgentWelcome(
                $"Another agent is connected as {seat.Name}, from {seat.Facts?.HostName}. Stop it, or start this one with the other --name.", 0, null));
        bool lost = seat.Instance is not null && seat.Instance != hello.Instance, otherClock = seat.Take(connection, hello, orders);
        if (otherClock)
            _flights = new();
        if (LocalClock.IsOf(hello.Facts))
            seat.Measure(default);
        LogJoined(seat.Name, hello.Facts.HostName, hello.Facts.Kernel);
        if (lost)
            AgentRestarted(seat, otherClock);
        else
            Note(seat.Name, NoteCodes.AgentBack, NoteLevel.Info, $"The {seat.Name}'s agent is connected again.", onlyInRun: true);
        _ = Order(seat, id => orders.Watch(new(id, OpenRun, [_port])), OrderGrace);
        CheckAnew();
        Changed();
        return Task.FromResult(new AgentWelcome(null, seat.Acknowledged, OpenRun));
    }

    public Task AgentLeft(string connection)
    {
        foreach (AgentSeat seat in Seats.Where(s => s.Connection == connection))
        {
            seat.Leave();
            foreach (var key in _idleSockets.Keys.Where(k => k.Host == seat.Name).ToArray())
                _idleSockets.Remove(key);
            ForgetCheck();
            LogLeft(seat.Name);
            Note(seat.Name, NoteCodes.AgentLost, NoteLevel.Warning, $"The {seat.Name}'s agent is not connected. It is waited for; what it sees meanwhile comes later.", onlyInRun: true);
            Changed();
        }
        return Task.CompletedTask;
    }

    public Task AgentClock(string connection, long offset, long uncertainty)
    {
        foreach (AgentSeat seat in Seats.Where(s => s.Connection == connection))
            seat.Measure(new(offset, uncertainty, Now));
        FitClocks();
        if (_check is null)
            CheckSoon(whole: true);
        Changed();
        return Task.CompletedTask;
    }

    public async Task<long> Report(string connection, AgentReport report)
    {
        AgentSeat? seat = Seats.FirstOrDefault(s => s.Connection == connection && s.Instance == report.Instance);
        if (seat is null || !AgentEdge.Accepts(report))
            return -1;
        foreach (AgentItem item in report.Items)
        {
            if (item.Number <= seat.Acknowledged)
                continue;
            // An agent older than this dashboard begins above 1: what went before was acknowledged by the dashboard it had then.
            if (item.Number > seat.Acknowledged + 1 && seat.Acknowledged > 0)
                Gap(seat, item.Number - seat.Acknowledged - 1);
            seat.Acknowledged = item.Number;
            if (item.Event is { } e)
                Take(seat, e with { Host = seat.Name, Seq = 0, }, item.Order);
            if (item.Done)
                seat.Answered(item);
        }
        if (_run is { } run)
            await run.Flushed();
        return seat.Acknowledged;
    }

    private AgentSeat Seat(string name) => name == HubRoutes.Client ? _client : _server;

    /// <summary>Puts one event into the open run, or between runs into the picture of what is on the port.</summary>
    private void Take(AgentSeat seat, RunEvent e, long? order)
    {
        if (_run is { } run && _over is null)
        {
            if (e is SegmentEvent segment)
                Follow(seat, segment);
            e = HostClocks.Shift(e, seat.PlacedBy - run.Zero);
            seat.Saw(e.T + run.Zero);
            if (e is CallEvent call && order is { } id && _calls.TryGetValue(id, out CallContext? context))
            {
                // The first event of an order is its call; a read-back or the agent's own shutdown follows it without an index.
                call = call with { Step = context.Step, Attempt = context.Attempt, Index = context.Made is null ? context.Index : null };
                context.Made ??= call;
                e = call;
            }
            run.Append(e);
        }
        else
        {
            e = HostClocks.Shift(e, seat.Clock?.Offset ?? 0);
        }
        if (e is SocketEvent row)
            FollowIdle(_run is { } open && _over is null ? row with { T = row.T + open.Zero } : row);
    }

    private void FollowIdle(SocketEvent row)
    {
        if (row.To is null)
            _idleSockets.Remove(row.Identity);
        else if (_idleSockets.Count < MaxIdleSockets || _idleSockets.ContainsKey(row.Identity))
            _idleSockets[row.Identity] = row;
        SocketsMoved();
        if (_run is not null)
            return;
        if (row.Host == HubRoutes.Server && row.Local.Port == _port && row.From != row.To && (row.To is TcpState.Listen || row.To is null && row.From is TcpState.Listen or TcpState.TimeWait))
            CheckPort();
        Changed();
    }

    private void Gap(AgentSeat seat, long lost)
    {
        LogGap(seat.Name, lost);
        if (_run is { } run && _over is null)
            run.Append(new GapEvent { T = Now - run.Zero, Host = seat.Name, Source = EventSource.Lab, Lost = lost, Reason = "Numbers are missing between two reports of the agent." });
    }

    private void Note(string? host, string code, NoteLevel level, string text, bool onlyInRun = false)
    {
        if (_run is { } run && _over is null && (!onlyInRun || !run.Progress.AllDone))
            run.Append(new NoteEvent { T = Now - run.Zero, Host = host, Source = EventSource.Lab, Code = code, Level = level, Text = text });
    }

    /// <summary>
    /// Gives one order and waits for its end. Null when the agent is not there, did not answer in time, or was replaced by a new instance.
    /// </summary>
    private async Task<AgentItem?> Order(AgentSeat seat, Func<long, Task> give, TimeSpan limit, CancellationToken cancel = default, CallContext? context = null)
    {
        if (seat.Orders is null)
            return null;
        long id = ++_lastOrder;
        if (context is not null)
            _calls[id] = context;
        Task<AgentItem> done = seat.Expect(id);
        try
        {
            await give(id);
            return await done.WaitAsync(limit, time, cancel);
        }
        catch (TimeoutException)
        {
            LogNoAnswer(seat.Name, id);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            seat.Forget(id);
            _calls.Remove(id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Agent {Name} joined from {HostName} (Linux {Kernel})")]
    private partial void LogJoined(string name, string hostName, string kernel);

    [LoggerMessage(Level = LogLevel.Information, Message = "Agent {Name} left")]
    private partial void LogLeft(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Name}: {Lost} items are missing between two reports")]
    private partial void LogGap(string name, long lost);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Agent {Name} did not answer order {Order} in time")]
    private partial void LogNoAnswer(string name, long order);
}
