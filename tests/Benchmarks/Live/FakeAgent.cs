using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>An agent without a host: carries out every order at once, and tells what the benchmark wants told.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly HubConnection _hub;
    private readonly string _instance = Guid.NewGuid().ToString("n");
    private readonly SemaphoreSlim _one = new(1);
    private readonly (TcpEndpoint Own, TcpEndpoint Peer) _ends;
    private long _number;

    private FakeAgent(HubConnection hub, (TcpEndpoint Own, TcpEndpoint Peer) ends) => (_hub, _ends) = (hub, ends);

    /// <param name="url">The dashboard.</param>
    /// <param name="keys">Where its agents' keys are.</param>
    /// <param name="name">The host.</param>
    /// <param name="ends">The one connection that its calls tell of.</param>
    public static async Task<FakeAgent> Join(string url, string keys, string name, (TcpEndpoint Own, TcpEndpoint Peer) ends)
    {
        string key = (await File.ReadAllTextAsync(Path.Combine(keys, name))).Trim();
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(url + HubPaths.Agent, http => http.Headers["Authorization"] = HubPaths.KeyScheme + key)
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();
        var agent = new FakeAgent(hub, ends);
        hub.On<AgentOrder>(
            nameof(IAgentClient.CarryOut),
            order =>
            {
                _ = agent.CarryOut(order);
            }
        );
        hub.On(nameof(IAgentClient.Monotonic), KernelClock.Monotonic);
        await hub.StartAsync();
        AgentWelcome welcome = await hub.InvokeAsync<AgentWelcome>(
            nameof(IAgentHub.Hello),
            new AgentHello(
                AgentHello.CurrentProtocol,
                agent._instance,
                new HostFacts
                {
                    Name = name,
                    HostName = name,
                    Os = "Linux",
                    Kernel = "6.18.0",
                    Address = ends.Own.Address.ToString(),
                    Interface = "eth0",
                    ClockTicks = 100,
                    KernelHz = 250,
                    AgentVersion = "0.1.0",
                    BootId = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id")).Trim(),
                    Sources = [.. SourceFact.All.Select(SourceFact.Has)],
                    Sysctls = new Dictionary<string, string?>(),
                }
            )
        );
        return welcome.Refused is null ? agent : throw new InvalidOperationException($"The dashboard refuses the benchmark's agent: {welcome.Refused.Code}.");
    }

    /// <summary>Tells of events.</summary>
    public async Task Tell(IEnumerable<RunEvent> events, long? done = null, HostCheck? check = null)
    {
        await _one.WaitAsync();
        try
        {
            AgentItem[] items =
            [
                .. events.Select(e => new AgentItem(++_number, e, done)),
                .. done is { } order ? [new AgentItem(++_number, null, order, true, Check: check)] : Array.Empty<AgentItem>(),
            ];
            foreach (AgentItem[] report in items.Chunk(AgentReport.MaxItems))
                await _hub.InvokeAsync<long>(nameof(IAgentHub.Report), new AgentReport(_instance, report));
        }
        finally
        {
            _one.Release();
        }
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    private Task CarryOut(AgentOrder order) =>
        order switch
        {
            CallOrder call => Tell(
                [
                    new CallEvent
                    {
                        Source = EvidenceSource.Call,
                        T = KernelClock.Monotonic(),
                        Duration = 1000,
                        Socket = call.Socket,
                        Call = call.Call.Name(),
                        Program = call.Program,
                        Accepted = call.Accepted,
                        Args = new()
                        {
                            Fd = 3,
                            Address = call.Address,
                            Option = call.Option,
                            Value = call.Value,
                            Backlog = call.Backlog,
                        },
                        Local = call.Call is SocketCall.Connect or SocketCall.Accept4 ? _ends.Own : null,
                        Remote = call.Call is SocketCall.Connect or SocketCall.Accept4 ? _ends.Peer : null,
                    },
                ],
                order.Id
            ),
            CheckOrder check => Tell(
                [],
                order.Id,
                new HostCheck
                {
                    Port = check.Port,
                    Sysctls = new Dictionary<string, string?>(),
                    Holders = [],
                    Capabilities = [],
                    TrialBind = check.TryBind ? "none" : null,
                }
            ),
            _ => Tell([], order.Id),
        };
}
