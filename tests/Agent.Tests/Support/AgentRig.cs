using Microsoft.Extensions.Logging.Abstractions;
using ReuseAddrDashboard.Agent.Commands;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
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

    public AgentRig(TimeProvider? time = null, RowsOption? rows = null, TraceTap? tap = null)
    {
        _watcher = new SocketWatcher(Outbox, _own, rows, 100, tap: tap);
        Runner = new CommandRunner(Outbox, _watcher, _own, time ?? TimeProvider.System, NullLogger<CommandRunner>.Instance);
    }

    public Outbox Outbox { get; } = new();

    public CommandRunner Runner { get; }

    /// <summary>Everything that came, in order.</summary>
    public List<AgentItem> All { get; } = [];

    public IEnumerable<SocketEvent> Rows => All.Select(i => i.Event).OfType<SocketEvent>();

    public IEnumerable<StateEvent> States => All.Select(i => i.Event).OfType<StateEvent>();

    /// <summary>Gives the order and does not wait.</summary>
    public long Begin(SocketCommand command)
    {
        long id = ++_order;
        Runner.Call(command with { Id = id, Run = command.Run.Length == 0 ? Run : command.Run });
        return id;
    }

    public long Begin(string socket, SocketCall call, Func<SocketCommand, SocketCommand>? with = null)
    {
        var command = new SocketCommand { Id = 0, Run = "", Socket = socket, Call = call };
        return Begin(with is null ? command : with(command));
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
    public async Task<T> Event<T>(Func<T, bool> wanted) where T : RunEvent
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
        foreach (AgentItem item in Outbox.Take())
        {
            All.Add(item);
            if (item.Order is { } of)
                (_byOrder.TryGetValue(of, out List<AgentItem>? list) ? list : _byOrder[of] = []).Add(item);
            Outbox.Acknowledge(item.Number);
        }
    }

    /// <summary>Makes the call and returns its event.</summary>
    public async Task<CallEvent> Call(string socket, SocketCall call, Func<SocketCommand, SocketCommand>? with = null)
    {
        IReadOnlyList<AgentItem> items = await End(Begin(socket, call, with));
        Assert.Null(items[^1].Refused);
        return Assert.IsType<CallEvent>(items[0].Event);
    }

    /// <summary>Gives an order that is to be refused, and returns the sentence.</summary>
    public async Task<string> Refused(string socket, SocketCall call, Func<SocketCommand, SocketCommand>? with = null)
    {
        IReadOnlyList<AgentItem> items = await End(Begin(socket, call, with));
        Assert.Single(items);
        Assert.NotNull(items[0].Refused);
        return items[0].Refused!;
    }

    public async Task Watch(params int[] ports)
    {
        long id = ++_order;
        Runner.Watch(new WatchOrder(id, Run, ports));
        await End(id);
    }

    public async Task Look()
    {
        long id = ++_order;
        Runner.Look(id);
        await End(id);
    }

    /// <summary>Looks until the socket bound to <paramref name="local"/> is in that state: on a busy machine the peer's segment may come after its call's end.</summary>
    public Task<SocketEvent> Until(Endpoint local, TcpState state) =>
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

    public async Task<IReadOnlyList<AgentItem>> Destroy(SocketPair pair)
    {
        long id = ++_order;
        Runner.Destroy(new DestroyOrder(id, Run, pair.Local, pair.Remote));
        return await End(id);
    }

    public async Task<IReadOnlyList<AgentItem>> CloseAll()
    {
        long id = ++_order;
        Runner.CloseAll(id);
        return await End(id);
    }

    /// <summary>socket, bind and listen.</summary>
    public async Task Listener(string socket, Endpoint at, bool reuse = false, int backlog = 5)
    {
        await Call(socket, SocketCall.Socket, c => c with { V6 = at.IsV6 });
        if (reuse)
            await Call(socket, SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReuseAddr });
        Assert.Null((await Call(socket, SocketCall.Bind, c => c with { Address = at })).Errno);
        Assert.Null((await Call(socket, SocketCall.Listen, c => c with { Backlog = backlog })).Errno);
    }

    /// <summary>The lesson up to TIME-WAIT: listener lfd, client cfd, accepted afd; the server closes first, then everything else.</summary>
    public async Task TimeWait(Endpoint at, bool reuse = false)
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
