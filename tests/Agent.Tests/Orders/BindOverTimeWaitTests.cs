using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Orders;

/// <summary>The lesson itself, on the real kernel.</summary>
public sealed class BindOverTimeWaitTests
{
    private const uint Loopback = 0x7f00_0001;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Without_the_option_on_both_it_is_EADDRINUSE(bool first, bool second)
    {
        using var agent = new AgentRig();
        TcpEndpoint at = TcpEndpoint.V4(Loopback, (ushort)Ports.Free());
        await agent.Watch(at.Port);
        await agent.TimeWait(at, first);
        await agent.Call("rfd", SocketCall.Socket);
        if (second)
            await agent.Set("rfd", SocketOption.ReuseAddr);

        CallEvent bind = await agent.Call("rfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(0, at.Port) });

        Assert.Equal((-1L, "EADDRINUSE", 98, "Address already in use"), (bind.Result, bind.Errno, bind.ErrnoNumber, bind.ErrnoText));
        SocketEvent wait = await agent.Until(at, TcpState.TimeWait);
        Assert.Equal(TimerKind.TimeWait, wait.Timer!.Value.Kind);
        Assert.Equal(0ul, wait.Inode);
    }

    [Fact]
    public async Task With_the_option_on_both_bind_and_listen_succeed_and_it_reads_back_as_1()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = TcpEndpoint.V4(Loopback, (ushort)Ports.Free());
        await agent.TimeWait(at, reuse: true);
        await agent.Call("rfd", SocketCall.Socket);
        IReadOnlyList<AgentItem> set = await agent.End(
            agent.Begin("rfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.ReuseAddr, Value = OptionValue.Of(1) })
        );
        CallEvent bind = await agent.Call("rfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(0, at.Port) });
        CallEvent listen = await agent.Call("rfd", SocketCall.Listen, c => c with { Backlog = 5 });

        CallEvent readBack = Assert.IsType<CallEvent>(set[1].Event);
        Assert.Equal("getsockopt", readBack.Call);
        Assert.Equal((SocketOption.ReuseAddr, OptionValue.Of(1)), (readBack.Args.Option, readBack.Args.Value));
        Assert.Equal((0L, null, 0L, null), (bind.Result, bind.Errno, listen.Result, listen.Errno));
        Assert.Equal(TcpEndpoint.V4(0, at.Port), bind.Local);
    }

    [Fact]
    public async Task A_fresh_socket_does_not_have_the_option()
    {
        using var agent = new AgentRig();
        await agent.Call("lfd", SocketCall.Socket);
        CallEvent bind = await agent.Call("lfd", SocketCall.Bind, c => c with { Address = TcpEndpoint.V4(Loopback, 0) });
        CallEvent option = await agent.Call("lfd", SocketCall.GetSockOpt, c => c with { Option = SocketOption.ReuseAddr, Value = OptionValue.Of(1) });
        Assert.Equal(OptionValue.Of(0), option.Args.Value);
        Assert.NotEqual(0, bind.Local!.Value.Port);
    }
}
