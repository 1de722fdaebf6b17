using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Orders;

/// <summary>Several runs on one host.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Runs_have_their_own_sockets_of_one_name_and_end_apart()
    {
        using var agent = new AgentRig();
        TcpEndpoint first = TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free()),
            second = TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free());
        await agent.Call("lfd", SocketCall.Socket, c => c with { Run = "one" });
        await agent.Call("lfd", SocketCall.Socket, c => c with { Run = "two" });
        Assert.Equal(first, (await agent.Call("lfd", SocketCall.Bind, c => c with { Run = "one", Address = first })).Local);
        Assert.Equal(second, (await agent.Call("lfd", SocketCall.Bind, c => c with { Run = "two", Address = second })).Local);
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Run = "two", Accepted = "afd" });

        CallEvent close = Assert.Single(await agent.Events<CallEvent>(new CloseRunOrder { Run = "one" }));
        Assert.Equal(("close", "lfd"), (close.Call, close.Socket));
        Assert.Equal(AgentCodes.NoSuchSocket, (await agent.Refused("lfd", SocketCall.GetSockName, c => c with { Run = "one" })).Code);
        Assert.Equal(second, (await agent.Call("lfd", SocketCall.GetSockName, c => c with { Run = "two" })).Args.Address);
        // A bound socket that does not listen: accept4 says so at once.
        Assert.Equal("EINVAL", Assert.IsType<CallEvent>((await agent.End(accept))[0].Event).Errno);
    }

    [Fact]
    public async Task What_belongs_to_no_open_run_is_closed()
    {
        using var agent = new AgentRig();
        foreach (string run in (string[])["one", "two", "three"])
            await agent.Call("lfd", SocketCall.Socket, c => c with { Run = run });
        agent.Runner.KeepOnly(["two"]);
        await agent.Look();
        Assert.Equal(2, agent.All.Count(i => i.Event is CallEvent { Call: "close" }));
        await agent.Call("lfd", SocketCall.GetSockName, c => c with { Run = "two" });
        Assert.Equal(AgentCodes.NoSuchSocket, (await agent.Refused("lfd", SocketCall.GetSockName, c => c with { Run = "one" })).Code);
    }

    [Fact]
    public async Task Runs_and_their_sockets_are_limited_and_end_of_one_makes_room()
    {
        using var agent = new AgentRig();
        for (int i = 0; i < HostedRuns.MaxRuns; i++)
            await agent.Call("lfd", SocketCall.Socket, c => c with { Run = $"r{i}" });
        Assert.Equal(
            Message.Of(AgentCodes.TooManyRuns, ("most", HostedRuns.MaxRuns)),
            await agent.Refused("lfd", SocketCall.Socket, c => c with { Run = "more" })
        );
        await agent.CloseRun("r0");
        await agent.Call("lfd", SocketCall.Socket, c => c with { Run = "more" });
        for (int i = 1; i < HostedRuns.MaxSockets; i++)
            await agent.Call($"s{i}", SocketCall.Socket, c => c with { Run = "more" });
        Assert.Equal(AgentCodes.TooManySockets, (await agent.Refused("last", SocketCall.Socket, c => c with { Run = "more" })).Code);
    }
}
