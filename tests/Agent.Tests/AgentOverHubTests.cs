using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests;

/// <summary>The agent as a process, ordered over its hub, on the real kernel.</summary>
public sealed class AgentOverHubTests
{
    [Fact]
    public async Task Makes_calls_and_tells_calls_rows_and_the_end_in_this_order()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"]);
        IAgentClient agent = await dashboard.Agent();
        int port = Ports.Free();
        await agent.CarryOut(new WatchOrder { Id = 1, Ports = [port] });
        await dashboard.Ledger.Until(1);
        await agent.CarryOut(
            new CallOrder
            {
                Id = 2,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Socket,
            }
        );
        await agent.CarryOut(
            new CallOrder
            {
                Id = 3,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.SetSockOpt,
                Option = SocketOption.ReuseAddr,
            }
        );
        await agent.CarryOut(
            new CallOrder
            {
                Id = 4,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Bind,
                Address = TcpEndpoint.V4(0, (ushort)port),
            }
        );
        await dashboard.Ledger.Until(4);
        await agent.CarryOut(
            new CallOrder
            {
                Id = 5,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Listen,
                Backlog = 5,
            }
        );
        IReadOnlyList<AgentItem> listen = await dashboard.Ledger.Until(5);

        // A source of its own thread may tell before the call has returned.
        Assert.Equal("listen", listen.Select(i => i.Event).OfType<CallEvent>().First().Call);
        SocketEvent row = Assert.Single(listen.Select(i => i.Event).OfType<SocketEvent>());
        Assert.Equal((null, TcpState.Listen, 5), (row.From, row.To, row.Backlog));
        Assert.Equal(port, row.Local.Port);
        StateEvent state = Assert.Single(listen.Select(i => i.Event).OfType<StateEvent>(), e => e.Source == EvidenceSource.Diag);
        Assert.Equal((EvidenceSource.Diag, row.Local, TcpState.BoundInactive, TcpState.Listen), (state.Source, state.Socket.Local, state.From, state.To));
        Assert.True(listen[^1].Done);
        Assert.Null(listen[^1].Refused);
        Assert.Equal(Enumerable.Range(1, dashboard.Ledger.Items.Count), dashboard.Ledger.Items.Select(i => (int)i.Number));

        await agent.CarryOut(new CloseRunOrder { Id = 6, Run = "r" });
        IReadOnlyList<AgentItem> closed = await dashboard.Ledger.Until(6);
        Assert.Equal("close", Assert.Single(closed.Select(i => i.Event).OfType<CallEvent>()).Call);
        Assert.Null(Assert.Single(closed.Select(i => i.Event).OfType<SocketEvent>()).To);
    }
}
