using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Programs;

/// <summary>Sockets that belong to another user.</summary>
public sealed class UidTests
{
    private const uint Nobody = 65534;

    [Fact]
    public async Task SO_REUSEPORT_asks_for_one_owner()
    {
        Assert.SkipWhen(AsUser.Trial() is not null, "This user may make sockets of no other.");
        using var agent = new AgentRig();
        TcpEndpoint at = TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free());
        await agent.Watch(at.Port);
        await Bound("lfd", null);
        Assert.Equal("EADDRINUSE", (await Bound("rfd", Nobody)).Errno);
        await agent.Call("lfd", SocketCall.Close);
        Assert.Null((await agent.Call("rfd", SocketCall.Bind, c => c with { Address = at })).Errno);
        await agent.Call("rfd", SocketCall.Listen, c => c with { Backlog = 5 });
        await agent.LookFor(r => r.Local == at && r.To == TcpState.Listen && r.Uid == Nobody);

        // What it accepts belongs to the same user.
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("rfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await agent.LookFor(r => r.Local == at && r.To == TcpState.Established && r.Inode != 0 && r.Uid == Nobody);
        Assert.Equal(0u, (await agent.LookFor(r => r.Remote == at && r.To == TcpState.Established)).Uid);

        async Task<CallEvent> Bound(string socket, uint? uid)
        {
            await agent.Call(socket, SocketCall.Socket, c => c with { Uid = uid });
            await agent.Set(socket, SocketOption.ReusePort);
            CallEvent bind = await agent.Call(socket, SocketCall.Bind, c => c with { Address = at });
            if (bind.Succeeded)
                await agent.Call(socket, SocketCall.Listen, c => c with { Backlog = 5 });
            return bind;
        }
    }

    [Fact]
    public async Task Without_the_right_it_is_refused_and_no_socket_is_left()
    {
        await using FakeDashboard dashboard = await FakeDashboard.Start();
        using AgentProcess process = AgentProcess.Start(["--dashboard", dashboard.Address, "--name", "server"], AgentProcess.NoRights);
        IAgentClient agent = await dashboard.Agent();
        Assert.DoesNotContain(HostAbilities.Users, dashboard.Ledger.Hellos.Single().Facts.Abilities!);
        await agent.CarryOut(
            new CallOrder
            {
                Id = 1,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.Socket,
                Uid = 12345,
            }
        );
        AgentItem end = Assert.Single(await dashboard.Ledger.Until(1));
        Assert.Equal(AgentCodes.UidNotAllowed, end.Refused!.Code);
        await agent.CarryOut(
            new CallOrder
            {
                Id = 2,
                Run = "r",
                Socket = "lfd",
                Call = SocketCall.GetSockName,
            }
        );
        Assert.Equal(AgentCodes.NoSuchSocket, Assert.Single(await dashboard.Ledger.Until(2)).Refused!.Code);
    }
}
