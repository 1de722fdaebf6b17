using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Tests;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Orders;

/// <summary>SOCK_DESTROY by order, on the real kernel.</summary>
public sealed class DestroyTests
{
    private const ushort Port = 11111;
    private static readonly TcpEndpoint At = TcpEndpoint.V4(0x7f00_0001, Port);

    [Fact]
    public Task Destroyed_TIME_WAIT_lets_bind_succeed_without_the_option() =>
        OwnNamespace.Run(
            (typeof(DestroyTests), nameof(Destroyed_TIME_WAIT_lets_bind_succeed_without_the_option)),
            async () =>
            {
                Assert.Equal(0, DestroyTrial.Errno());
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.TimeWait(At);
                SocketPair pair = Pair(await agent.Event<SocketEvent>(e => e.To == TcpState.TimeWait));
                await agent.Call("rfd", SocketCall.Socket);
                Assert.Equal("EADDRINUSE", (await agent.Call("rfd", SocketCall.Bind, c => c with { Address = At })).Errno);

                IReadOnlyList<AgentItem> items = await agent.Destroy(pair);

                Assert.Null(items[^1].Refused);
                CallEvent made = Assert.IsType<CallEvent>(items[0].Event);
                Assert.Equal(
                    ("SOCK_DESTROY", pair.Local, pair.Remote, 0L, null, "tw"),
                    (made.Call, made.Args.Address, made.Args.Peer, made.Result, made.Errno, made.Socket)
                );
                Assert.Contains(agent.Rows, r => Pair(r) == pair && r is { From: TcpState.TimeWait, To: null });
                StateEvent gone = agent.States.Last(s => s.Socket == pair);
                Assert.Equal((TcpState.TimeWait, null, EvidenceSource.Diag), (gone.From, gone.To, gone.Source));
                Assert.True(gone.T >= made.T + made.Duration, "It was gone before it was destroyed.");
                Assert.Null((await agent.Call("rfd", SocketCall.Bind, c => c with { Address = At })).Errno);
                Assert.Equal(AgentCodes.NoSuchTimeWait, Assert.Single(await agent.Destroy(pair)).Refused!.Code);
            }
        );

    [Fact]
    public Task Nothing_but_TIME_WAIT_on_a_watched_port_is_destroyed() =>
        OwnNamespace.Run(
            (typeof(DestroyTests), nameof(Nothing_but_TIME_WAIT_on_a_watched_port_is_destroyed)),
            async () =>
            {
                using var agent = new AgentRig();
                await agent.Watch(Port);
                await agent.Listener("lfd", At);
                await agent.Call("cfd", SocketCall.Socket);
                CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = At });
                var pair = new SocketPair(At, connect.Local!.Value);

                Assert.Equal("ESTAB", Assert.Single(await agent.Destroy(pair)).Refused!["state"]);
                Assert.Equal(AgentCodes.NoSuchTimeWait, Assert.Single(await agent.Destroy(pair with { Remote = At.WithPort(1) })).Refused!.Code);
                Assert.Equal(AgentCodes.NotWatched, Assert.Single(await agent.Destroy(new SocketPair(At.WithPort(9), At.WithPort(10)))).Refused!.Code);
                Assert.Equal(AgentCodes.BadPair, Assert.Single(await agent.Destroy(new SocketPair(At, TcpEndpoint.V4(0, 0)))).Refused!.Code);
                Assert.Equal(
                    3,
                    CProgram.Tool("ss", "-Htan", $"( sport = :{Port} or dport = :{Port} )").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length
                );
            }
        );

    [Fact]
    public Task Without_the_right_it_is_EPERM_reported_as_data_and_announced() =>
        OwnNamespace.Run(
            (typeof(DestroyTests), nameof(Without_the_right_it_is_EPERM_reported_as_data_and_announced)),
            async () =>
            {
                using var lesson = new AgentRig();
                await lesson.Watch(Port);
                await lesson.TimeWait(At);
                SocketPair pair = Pair(await lesson.Event<SocketEvent>(e => e.To == TcpState.TimeWait));

                await using FakeDashboard dashboard = await FakeDashboard.Start();
                using AgentProcess process = AgentProcess.Start(
                    ["--dashboard", dashboard.Address, "--name", "server"],
                    "setpriv",
                    "--bounding-set",
                    "-net_admin"
                );
                IAgentClient agent = await dashboard.Agent();
                Assert.False(dashboard.Ledger.Hellos.Single().Facts.CanDestroySockets);
                Assert.Equal(["proc", "diag", "capture"], dashboard.Ledger.Hellos.Single().Facts.Sources.Where(s => s.Available).Select(s => s.Name));
                await agent.CarryOut(new WatchOrder { Id = 1, Ports = [Port] });
                await dashboard.Ledger.Until(1);
                await agent.CarryOut(
                    new DestroyOrder
                    {
                        Id = 2,
                        Run = "r",
                        Local = pair.Local,
                        Remote = pair.Remote,
                    }
                );
                IReadOnlyList<AgentItem> items = await dashboard.Ledger.Until(2);

                CallEvent made = items.Select(i => i.Event).OfType<CallEvent>().Single();
                Assert.Equal(("SOCK_DESTROY", -1L, "EPERM", 1), (made.Call, made.Result, made.Errno, made.ErrnoNumber));
                Assert.Equal(AgentCodes.DestroyNotAllowed, items[^1].Refused!.Code);
                Assert.Contains("TIME-WAIT", CProgram.Tool("ss", "-Htan", $"sport = :{Port}"), StringComparison.Ordinal);
            }
        );

    private static SocketPair Pair(SocketEvent row) => new(row.Local, row.Remote);
}
