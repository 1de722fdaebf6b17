using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

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
    public Func<CallOrder, Task<(string Name, int Number, string Text)?>> Result { get; set; } = _ => Task.FromResult<(string, int, string)?>(null);

    /// <summary>Rows that the next report after a command brings along.</summary>
    public Func<CallOrder, IEnumerable<SocketEvent>> Rows { get; set; } = _ => [];

    public List<CallOrder> Calls { get; } = [];

    /// <summary>Programs that were ended.</summary>
    public List<EndProgramOrder> Ended { get; } = [];

    public List<CheckOrder> Checks { get; } = [];

    /// <summary>What a check finds; null to leave it unanswered.</summary>
    public Func<CheckOrder, HostCheck?> Finds { get; set; } =
        order => new HostCheck
        {
            Port = order.Port,
            Sysctls = new Dictionary<string, string?>(),
            Holders = [],
            Capabilities = [],
            TrialBind = order.TryBind ? "none" : null,
            Reach = order.Reach is { } to ? new ReachTest(to, ReachResult.Refused, "ECONNREFUSED", 200_000) : null,
        };

    /// <summary>What this agent's kernel does in a cell.</summary>
    public Func<MatrixCell, MatrixAnswer> Answers { get; set; } = cell => MatrixRule.Of(cell).Answer;

    /// <summary>Awaited between what a check finds and its answer.</summary>
    public Func<Task> Hold { get; set; } = () => Task.CompletedTask;

    public int Closed { get; private set; }

    public List<DestroyOrder> Destroyed { get; } = [];

    /// <summary>The addresses that connect and accept4 report.</summary>
    public (string Local, string Remote)? Connection { get; set; }

    /// <summary>How many nanoseconds this agent's clock shows less than the server's.</summary>
    public long ClockBehind { get; init; }

    /// <summary>How often it was asked for its clock.</summary>
    public int ClockAsked { get; private set; }

    /// <summary>When its link has gone.</summary>
    public Task Gone { get; private set; } = Task.CompletedTask;

    public Task<AgentWelcome> HelloAgain() =>
        _hub.InvokeAsync<AgentWelcome>(
            nameof(IAgentHub.Hello),
            new AgentHello(AgentHello.CurrentProtocol, Instance, Facts(TestHosts.Server)),
            TestContext.Current.CancellationToken
        );

    public static HostFacts Facts(string name) =>
        new()
        {
            Name = name,
            HostName = "test",
            Os = "Debian GNU/Linux 12 (bookworm)",
            Kernel = "6.1.0",
            Address = name == TestHosts.Server ? "192.168.122.68" : "192.168.122.177",
            Interface = "eth0",
            ClockTicks = 100,
            BootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(),
            AgentVersion = "0.1.0",
            Sources = [.. SourceFact.All.Select(s => s == SourceFact.Proc ? SourceFact.Has(s) : new SourceFact(s, false, new Message("not-scripted")))],
            Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_max_tw_buckets"] = "65536" },
        };

    /// <param name="key">What it shows; null for its role's key.</param>
    /// <param name="clockFails">Whether the first question about its clock fails.</param>
    public static async Task<ScriptedAgent> Join(
        string url,
        string name,
        string? instance = null,
        HostFacts? facts = null,
        long clockBehind = 0,
        bool clockFails = false,
        string? key = null
    )
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(
                url + HubPaths.Agent,
                http =>
                    http.Headers["Authorization"] =
                        HubPaths.KeyScheme
                        + (key ?? File.ReadAllText(Path.Combine(TestDashboard.AgentKeys, TestHosts.All.Contains(name) ? name : TestHosts.Server)).Trim())
            )
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();
        var agent = new ScriptedAgent(hub, name, instance ?? Guid.NewGuid().ToString("n")) { ClockBehind = clockBehind };
        hub.On<AgentOrder>(
            nameof(IAgentClient.CarryOut),
            order =>
            {
                _ = agent.Take(order);
            }
        );
        hub.On(
            nameof(IAgentClient.Monotonic),
            () =>
                agent.ClockAsked++ == 0 && clockFails
                    ? Task.FromException<long>(new InvalidOperationException("The clock is not there yet."))
                    : Task.FromResult(Monotonic - agent.ClockBehind)
        );
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        agent.Gone = ended.Task;
        await hub.StartAsync(TestContext.Current.CancellationToken);
        agent.Welcome = await hub.InvokeAsync<AgentWelcome>(
            nameof(IAgentHub.Hello),
            new AgentHello(AgentHello.CurrentProtocol, agent.Instance, facts ?? Facts(name)),
            TestContext.Current.CancellationToken
        );
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
            Assert.True(tries < 200, heir.Welcome.Refused.ToString());
        }
    }

    public AgentWelcome? Welcome { get; private set; }

    public static long Monotonic => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    public static SocketEvent Row(string local, string remote, TcpState? from, TcpState? to) =>
        new()
        {
            Source = EvidenceSource.Proc,
            T = Monotonic,
            Local = Parse(local),
            Remote = Parse(remote),
            From = from,
            To = to,
            Raw = to is null ? null : "raw",
        };

    /// <summary>Sends items as they are, for reports no agent of ours would send.</summary>
    /// <remarks>Not ended with the test that made the agent: one may serve all tests of a class.</remarks>
    public Task<long> Report(params AgentItem[] items) =>
        _hub.InvokeAsync<long>(nameof(IAgentHub.Report), new AgentReport(Instance, items), CancellationToken.None);

    public async Task<AgentItem[]> Send(IEnumerable<RunEvent> events, long? done = null, string? run = null)
    {
        await _one.WaitAsync();
        try
        {
            AgentItem[] items =
            [
                .. events.Select(e => new AgentItem(++_number, e, done, Run: run)),
                .. done is { } id ? [new AgentItem(++_number, null, id, true)] : Array.Empty<AgentItem>(),
            ];
            await Report(items);
            return items;
        }
        finally
        {
            _one.Release();
        }
    }

    private Task Take(AgentOrder order)
    {
        switch (order)
        {
            case CallOrder call:
                return Carry(call);
            case CheckOrder check:
                return Answer(check);
            case TryCellsOrder cells:
                return Answer(cells);
            case EndProgramOrder end:
                Ended.Add(end);
                return Send(
                    [
                        new ProgramEvent
                        {
                            Source = EvidenceSource.Agent,
                            T = Monotonic - ClockBehind,
                            Program = end.Program,
                            Instance = end.Instance,
                            Change = end.Kill ? ProgramChange.Killed : ProgramChange.Exited,
                            Sockets = end.Sockets,
                        },
                    ],
                    order.Id,
                    order.Run
                );
            case DestroyOrder destroy:
                Destroyed.Add(destroy);
                return Send([Row(destroy.Local.ToString(), destroy.Remote.ToString(), TcpState.TimeWait, null)], order.Id);
            case CloseRunOrder:
                Closed++;
                return Send([], order.Id);
            default:
                return Send([], order.Id);
        }
    }

    // As the rule says, except in the cells named.
    private async Task Answer(TryCellsOrder order)
    {
        await _one.WaitAsync();
        try
        {
            await Report(
                new AgentItem(
                    ++_number,
                    null,
                    order.Id,
                    Matrix: new(
                        [],
                        new()
                        {
                            Kernel = "6.1.0",
                            Os = "Debian",
                            Agent = "0.1.0",
                            Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_tw_reuse"] = "2" },
                        }
                    )
                )
            );
            foreach (MatrixCell[] some in order.Cells.Chunk(MatrixPart.MaxResults))
                await Report(new AgentItem(++_number, null, order.Id, Matrix: new([.. some.Select(c => new MatrixResult(c, Answers(c)))])));
            await Report(new AgentItem(++_number, null, order.Id, true));
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

    private async Task Carry(CallOrder command)
    {
        lock (Calls)
            Calls.Add(command);
        (string Name, int Number, string Text)? error;
        try
        {
            error = await Result(command);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        var made = new CallEvent
        {
            Source = EvidenceSource.Call,
            T = Monotonic - ClockBehind,
            Duration = 1000,
            Socket = command.Socket,
            Call = command.Call.Name(),
            Program = command.Program,
            Args = new()
            {
                Fd = 3,
                Address = command.Address,
                Option = command.Option,
                Value = command.Value,
                Backlog = command.Backlog,
            },
            Accepted = error is null ? command.Accepted : null,
            Local = Address(command, Connection?.Local),
            Remote = Address(command, Connection?.Remote),
            Result = error is null ? 0 : -1,
            Errno = error?.Name,
            ErrnoNumber = error?.Number,
            ErrnoText = error?.Text,
        };
        await Send([made, .. Rows(command)], command.Id, command.Run);
    }

    private static TcpEndpoint? Address(CallOrder command, string? address) =>
        address is not null && command.Call is (SocketCall.Connect or SocketCall.Accept4) ? Parse(address) : null;

    private static TcpEndpoint Parse(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint endpoint) ? endpoint : throw new ArgumentException(text);
}
