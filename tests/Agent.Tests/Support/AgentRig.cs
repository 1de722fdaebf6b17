using Microsoft.Extensions.Logging.Abstractions;
using ReuseAddrDashboard.Agent.EnvironmentChanges;
using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Orders;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>The agent without its link, in this process and on the real kernel: orders in, items out.</summary>
internal sealed class AgentRig : IDisposable
{
    public const string Run = "r1";

    private readonly OwnSockets _own = new();
    private readonly SocketWatcher _watcher;
    private readonly Dictionary<long, List<AgentItem>> _byOrder = [];
    private long _order;

    /// <param name="time">Limits of blocking calls.</param>
    /// <param name="rows">The option --rows.</param>
    /// <param name="tap">The tracepoints.</param>
    /// <param name="journal">The test is in a namespace of its own: where changes of it are written down first.</param>
    /// <param name="device">Its interface.</param>
    public AgentRig(TimeProvider? time = null, RowsOption? rows = null, TraceTap? tap = null, Journal? journal = null, string device = "lo")
    {
        _watcher = new SocketWatcher(new ForeignSieve(Outbox), _own, rows, 100, tap: tap);
        var changes = new RunChanges(journal, () => device, Outbox.Add);
        changes.UndoLeft();
        Runner = new OrderRunner(
            Outbox,
            _watcher,
            _own,
            AgentProcess.Hold(),
            changes,
            AllowedAddresses.All,
            "the test",
            time ?? TimeProvider.System,
            NullLogger<OrderRunner>.Instance
        );
    }

    public Outbox Outbox { get; } = new();

    public OrderRunner Runner { get; }

    /// <summary>Everything that came, in order.</summary>
    public List<AgentItem> All { get; } = [];

    public IEnumerable<SocketEvent> Rows => All.Select(i => i.Event).OfType<SocketEvent>();

    public IEnumerable<StateEvent> States => All.Select(i => i.Event).OfType<StateEvent>();

    /// <summary>Gives the order and does not wait.</summary>
    public long Begin(AgentOrder order)
    {
        long id = ++_order;
        Runner.Begin(order with { Id = id, Run = order.Run ?? Run });
        return id;
    }

    public long Begin(string socket, SocketCall call, Func<CallOrder, CallOrder>? with = null)
    {
        var order = new CallOrder { Socket = socket, Call = call };
        return Begin(with is null ? order : with(order));
    }

    /// <summary>Gives the order; its items, the end last.</summary>
    public Task<IReadOnlyList<AgentItem>> Do(AgentOrder order) => End(Begin(order));

    /// <summary>Gives an order that is to be carried out; the events of one kind that it caused.</summary>
    public async Task<IReadOnlyList<T>> Events<T>(AgentOrder order)
        where T : RunEvent
    {
        IReadOnlyList<AgentItem> items = await Do(order);
        Assert.Null(items[^1].Refused);
        return [.. items.Select(i => i.Event).OfType<T>()];
    }

    /// <summary>The items of the order, its end last.</summary>
    public async Task<IReadOnlyList<AgentItem>> End(long order)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_byOrder.TryGetValue(order, out List<AgentItem>? items) || !items[^1].Done)
            await Take(limit.Token);
        Assert.Single(_byOrder[order], i => i.Done);
        return _byOrder[order];
    }

    /// <summary>The first event of the kind that is wanted, among those that came or will come.</summary>
    public async Task<T> Event<T>(Func<T, bool> wanted)
        where T : RunEvent
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (All.Select(i => i.Event).OfType<T>().FirstOrDefault(wanted) is { } found)
                return found;
            try
            {
                await Take(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It did not come. What came: {string.Join('\n', All.Select(i => i.Event))}");
            }
        }
    }

    private async Task Take(CancellationToken limit)
    {
        await Outbox.WaitAsync(limit);
        foreach (AgentItem item in Outbox.NextReport())
        {
            All.Add(item);
            if (item.OrderId is { } of)
                (_byOrder.TryGetValue(of, out List<AgentItem>? list) ? list : _byOrder[of] = []).Add(item);
            Outbox.Acknowledge(item.Number);
        }
    }

    /// <summary>Makes the call and returns its event.</summary>
    public async Task<CallEvent> Call(string socket, SocketCall call, Func<CallOrder, CallOrder>? with = null)
    {
        IReadOnlyList<AgentItem> items = await End(Begin(socket, call, with));
        Assert.Null(items[^1].Refused);
        return Assert.IsType<CallEvent>(items[0].Event);
    }

    public Task<CallEvent> Set(string socket, SocketOption option, int value = 1) =>
        Call(socket, SocketCall.SetSockOpt, c => c with { Option = option, Value = OptionValue.Of(value) });

    /// <summary>Gives an order that is to be refused, and returns why.</summary>
    public async Task<Message> Refused(string socket, SocketCall call, Func<CallOrder, CallOrder>? with = null)
    {
        IReadOnlyList<AgentItem> items = await End(Begin(socket, call, with));
        Assert.Single(items);
        Assert.NotNull(items[0].Refused);
        return items[0].Refused!;
    }

    /// <summary>Gives an order that is to be refused, and returns why.</summary>
    public async Task<Message> Refused(AgentOrder order)
    {
        IReadOnlyList<AgentItem> items = await Do(order);
        Assert.NotNull(items[^1].Refused);
        return items[^1].Refused!;
    }

    public Task Watch(params int[] ports) => Do(new WatchOrder { Ports = ports });

    public Task Look() => Do(new LookOrder());

    /// <summary>
    /// Looks until the socket bound to <paramref name="local"/> is in that state: on a busy machine the peer's segment may come after its call's end.
    /// </summary>
    public Task<SocketEvent> Until(TcpEndpoint local, TcpState state) =>
        LookFor(() => Rows.LastOrDefault(r => r.Local == local) is { } row && row.To == state ? row : null);

    /// <summary>Looks until a row has been told that is wanted.</summary>
    public Task<SocketEvent> LookFor(Func<SocketEvent, bool> wanted) => LookFor(() => Rows.FirstOrDefault(wanted));

    private async Task<SocketEvent> LookFor(Func<SocketEvent?> told)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            await Look();
            if (told() is { } row)
                return row;
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    public Task<IReadOnlyList<AgentItem>> Destroy(SocketPair pair) => Do(new DestroyOrder { Local = pair.Local, Remote = pair.Remote });

    public Task<IReadOnlyList<AgentItem>> CloseRun(string run = Run) => Do(new CloseRunOrder { Run = run });

    /// <summary>socket, bind and listen.</summary>
    public async Task Listener(string socket, TcpEndpoint at, bool reuse = false, int backlog = 5)
    {
        await Call(socket, SocketCall.Socket, c => c with { Family = at.IsV6 ? SocketFamily.Inet6 : SocketFamily.Inet });
        if (reuse)
            await Set(socket, SocketOption.ReuseAddr);
        Assert.Null((await Call(socket, SocketCall.Bind, c => c with { Address = at })).Errno);
        Assert.Null((await Call(socket, SocketCall.Listen, c => c with { Backlog = backlog })).Errno);
    }

    /// <summary>The lesson up to TIME-WAIT: listener lfd, client cfd, accepted afd; the server closes first, then everything else.</summary>
    public async Task TimeWait(TcpEndpoint at, bool reuse = false)
    {
        await Listener("lfd", at, reuse);
        await Call("cfd", SocketCall.Socket);
        await Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await Call("afd", SocketCall.Close);
        Assert.Equal(0, (await Call("cfd", SocketCall.Read)).Result);
        await Call("cfd", SocketCall.Close);
        await Call("lfd", SocketCall.Close);
    }

    public void Dispose()
    {
        Runner.Dispose();
        _watcher.Dispose();
    }
}
