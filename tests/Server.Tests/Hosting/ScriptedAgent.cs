using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Tests.Hosting;

/// <summary>The other end of the agents' hub in the hands of a test: answers each order as the test says, by default with success.</summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly SemaphoreSlim _one = new(1);
    private long _number;

    private ScriptedAgent(HubConnection hub, string name, string instance) => (_hub, Name, Instance) = (hub, name, instance);

    public string Name { get; }

    public string Instance { get; }

    public ScriptedAgent? Peer { get; set; }

    /// <summary>What a command comes to: errno or null; throw <see cref="OperationCanceledException"/> to leave it unanswered.</summary>
    public Func<SocketCommand, Task<(string Name, int Number, string Text)?>> Result { get; set; } = _ => Task.FromResult<(string, int, string)?>(null);

    /// <summary>Rows that the next report after a command brings along.</summary>
    public Func<SocketCommand, IEnumerable<SocketEvent>> Rows { get; set; } = _ => [];

    public List<SocketCommand> Commands { get; } = [];

    public List<CheckOrder> Checks { get; } = [];

    /// <summary>What a check finds; null to leave it unanswered.</summary>
    public Func<CheckOrder, HostCheck?> Finds { get; set; } = order => new HostCheck
    {
        Port = order.Port, Sysctls = new Dictionary<string, string?>(), Holders = [], Capabilities = [], TrialBind = order.TryBind ? "none" : null,
        Reach = order.Reach is { } to ? new ReachTest(to, ReachResult.Refused, "ECONNREFUSED", 200_000) : null,
    };

    /// <summary>Awaited between what a check finds and its answer.</summary>
    public Func<Task> Hold { get; set; } = () => Task.CompletedTask;

    public int CloseAlls { get; private set; }

    public List<DestroyOrder> Destroyed { get; } = [];

    /// <summary>The addresses that connect and accept4 report.</summary>
    public (string Local, string Remote)? Connection { get; set; }

    /// <summary>How many nanoseconds this agent's clock shows less than the server's.</summary>
    public long ClockBehind { get; init; }

    public static HostFacts Facts(string name) => new()
    {
        Name = name, HostName = "test", Os = "Debian GNU/Linux 12 (bookworm)", Kernel = "6.1.0", Address = name == HubRoutes.Server ? "192.168.122.68" : "192.168.122.177",
        Interface = "eth0", ClockTicks = 100, BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), AgentVersion = "0.1.0", Sources = [.. SourceFact.All.Select(s => s == SourceFact.Proc ? SourceFact.Has(s) : new SourceFact(s, false, "It is not scripted."))],
        Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_max_tw_buckets"] = "65536" },
    };

    public static async Task<ScriptedAgent> Join(string url, string name, string? instance = null, HostFacts? facts = null, long clockBehind = 0)
    {
        HubConnection hub = new HubConnectionBuilder().WithUrl(url + HubRoutes.Agent)
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();
        var agent = new ScriptedAgent(hub, name, instance ?? Guid.NewGuid().ToString("n")) { ClockBehind = clockBehind };
        hub.On<SocketCommand>(nameof(IAgentClient.Call), command => { _ = agent.Carry(command); });
        hub.On<WatchOrder>(nameof(IAgentClient.Watch), order => { _ = agent.Send([], order.Id); });
        hub.On<long>(nameof(IAgentClient.Look), id => { _ = agent.Send([], id); });
        hub.On<DestroyOrder>(nameof(IAgentClient.Destroy), order => { agent.Destroyed.Add(order); _ = agent.Send([Row(order.Local.ToString(), order.Remote.ToString(), TcpState.TimeWait, null)], order.Id); });
        hub.On<CheckOrder>(nameof(IAgentClient.Check), order => { _ = agent.Answer(order); });
        hub.On(nameof(IAgentClient.Monotonic), () => Task.FromResult(Monotonic - agent.ClockBehind));
        hub.On<long>(nameof(IAgentClient.CloseAll), id => { agent.CloseAlls++; _ = agent.Send([], id); });
        await hub.StartAsync(TestContext.Current.CancellationToken);
        agent.Welcome = await hub.InvokeAsync<AgentWelcome>(nameof(IAgentHub.Hello),
            new AgentHello(AgentHello.CurrentProtocol, agent.Instance, facts ?? Facts(name)), TestContext.Current.CancellationToken);
        return agent;
    }

    /// <summary>Takes the place of an agent that died: the server learns of the broken connection by itself, and until then the place is taken.</summary>
    public static async Task<ScriptedAgent> Rejoin(string url, string name, HostFacts? facts = null, long clockBehind = 0)
    {
        for (int tries = 0; ; tries++)
        {
            ScriptedAgent heir = await Join(url, name, facts: facts, clockBehind: clockBehind);
            if (heir.Welcome!.Refused is null)
                return heir;
            await heir.DisposeAsync();
            Assert.True(tries < 200, heir.Welcome.Refused);
        }
    }

    public AgentWelcome? Welcome { get; private set; }

    public static long Monotonic => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    public static SocketEvent Row(string local, string remote, TcpState? from, TcpState? to) => new()
    {
        Source = EventSource.Proc, T = Monotonic, Local = Parse(local), Remote = Parse(remote), From = from, To = to, Raw = to is null ? null : "raw",
    };

    /// <summary>Sends items as they are, for reports no agent of ours would send.</summary>
    public Task<long> Report(params AgentItem[] items) => _hub.InvokeAsync<long>(nameof(IAgentHub.Report), new AgentReport(Instance, items), TestContext.Current.CancellationToken);

    public async Task<AgentItem[]> Send(IEnumerable<RunEvent> events, long? done = null)
    {
        await _one.WaitAsync();
        try
        {
            AgentItem[] items = [.. events.Select(e => new AgentItem(++_number, e, done)), .. done is { } id ? [new AgentItem(++_number, null, id, true)] : Array.Empty<AgentItem>()];
            await Report(items);
            return items;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task Answer(CheckOrder order)
    {
        Checks.Add(order);
        if (Finds(order) is not { } check)
            return;
        await Hold();
        await _one.WaitAsync();
        try
        {
            await Report(new AgentItem(++_number, null, order.Id, true, Check: check));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Ends as a killed process does: the connection goes without a word.</summary>
    public Task Die() => _hub.DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private async Task Carry(SocketCommand command)
    {
        lock (Commands)
            Commands.Add(command);
        (string Name, int Number, string Text)? error;
        try
        {
            error = await Result(command);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        string call = System.Text.Json.JsonSerializer.Serialize(command.Call).Trim('"');
        var made = new CallEvent
        {
            Source = EventSource.Call, T = Monotonic - ClockBehind, Duration = 1000, Socket = command.Socket, Call = call, Args = Args(command), Accepted = error is null ? command.Accepted : null,
            Local = Address(command, Connection?.Local), Remote = Address(command, Connection?.Remote),
            Result = error is null ? 0 : -1, Errno = error?.Name, ErrnoNumber = error?.Number, ErrnoText = error?.Text,
        };
        await Send([made, .. Rows(command)], command.Id);
    }

    private static string Args(SocketCommand command) => command switch
    {
        { Call: SocketCall.Socket } => "AF_INET, SOCK_STREAM, IPPROTO_IP",
        { Call: SocketCall.SetSockOpt } => $"3, SOL_SOCKET, SO_REUSEADDR, [{command.Value}], 4",
        { Call: SocketCall.Bind, Address: { } at } => $"3, {{sa_family=AF_INET, sin_port=htons({at.Port}), sin_addr=inet_addr(\"{at.Address}\")}}, 16",
        _ => "3",
    };

    private static Endpoint? Address(SocketCommand command, string? address) =>
        address is not null && command.Call is (SocketCall.Connect or SocketCall.Accept4) ? Parse(address) : null;

    private static Endpoint Parse(string text) => Endpoint.TryParse(text, out Endpoint endpoint) ? endpoint : throw new ArgumentException(text);
}
