using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Commands;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("")]
    [InlineData("LFD")]
    [InlineData("l-fd")]
    [InlineData("abcdefghijklmnopq")]
    public async Task Refuses_a_bad_name(string name)
    {
        using var agent = new AgentRig();
        Assert.Contains("1 to 16 of a-z, 0-9", await agent.Refused(name, SocketCall.Socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_socket_that_does_not_exist()
    {
        using var agent = new AgentRig();
        Assert.Contains("no open socket lfd", await agent.Refused("lfd", SocketCall.Listen), StringComparison.Ordinal);
        await agent.Call("lfd", SocketCall.Socket);
        await agent.Call("lfd", SocketCall.Close);
        Assert.Contains("no open socket lfd", await agent.Refused("lfd", SocketCall.Close), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_name_in_use()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", Endpoint.V4(0x7f00_0001, (ushort)Ports.Free()));
        Assert.Contains("lfd is in use", await agent.Refused("lfd", SocketCall.Socket), StringComparison.Ordinal);
        Assert.Contains("lfd is in use", await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "lfd" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_second_run_while_sockets_of_the_first_are_open()
    {
        using var agent = new AgentRig();
        await agent.Call("lfd", SocketCall.Socket);
        Assert.Contains("run r1", await agent.Refused("rfd", SocketCall.Socket, c => c with { Run = "r2" }), StringComparison.Ordinal);
        await agent.Call("lfd", SocketCall.Close);
        await agent.Call("rfd", SocketCall.Socket, c => c with { Run = "r2" });
    }

    [Fact]
    public async Task Refuses_to_close_or_wait_on_a_socket_that_waits_already()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", Endpoint.V4(0x7f00_0001, (ushort)Ports.Free()));
        agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", TimeoutMs = 120_000 });
        Assert.Contains("accept4 still waits on lfd", await agent.Refused("lfd", SocketCall.Close), StringComparison.Ordinal);
        Assert.Contains("accept4 still waits on lfd", await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "bfd" }), StringComparison.Ordinal);
        Assert.Contains("afd is in use", await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" }), StringComparison.Ordinal);
    }

    public static TheoryData<SocketCommand, string> OutOfRange => new()
    {
        { Of(SocketCall.Listen) with { Backlog = -1 }, "listen's backlog is 0 to 4096, not -1." },
        { Of(SocketCall.Listen) with { Backlog = 4097 }, "listen's backlog is 0 to 4096, not 4097." },
        { Of(SocketCall.Read) with { Length = 0 }, "The number of octets is 1 to 65536, not 0." },
        { Of(SocketCall.Write) with { Length = 65_537 }, "The number of octets is 1 to 65536, not 65537." },
        { Of(SocketCall.Shutdown) with { How = 3 }, "shutdown's how is 0 to 2, not 3." },
        { Of(SocketCall.Read) with { TimeoutMs = 0 }, "The time limit in milliseconds is 1 to 120000, not 0." },
        { Of(SocketCall.Connect) with { TimeoutMs = 120_001, Address = Endpoint.V4(1, 1) }, "The time limit in milliseconds is 1 to 120000, not 120001." },
        { Of(SocketCall.Connect), "bind and connect need an address and a port." },
        { Of(SocketCall.Connect) with { Address = Endpoint.V4(1, 0) }, "connect needs a port from 1 to 65535." },
        { Of(SocketCall.Bind), "bind and connect need an address and a port." },
        { Of(SocketCall.Accept4), "accept4 needs a name for the accepted socket: 1 to 16 of a-z, 0-9." },
        { Of(SocketCall.SetSockOpt) with { Value = 2 }, "The option's value is 0 to 1, not 2." },
        { Of(SocketCall.SetSockOpt) with { Option = SocketOption.Linger, Value = 11 }, "SO_LINGER's seconds is 0 to 10, not 11." },
        { Of(SocketCall.SetSockOpt) with { Option = (SocketOption)9 }, "This agent does not know that socket option; use an agent of the dashboard's version." },
        { Of((SocketCall)99), "This agent does not know that call; use an agent of the dashboard's version." },
        { Of(SocketCall.Socket) with { Run = new string('r', 65) }, "The run's id has 1 to 64 characters." },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public async Task Refuses_what_is_out_of_range(SocketCommand command, string why)
    {
        using var agent = new AgentRig();
        IReadOnlyList<AgentItem> items = await agent.End(agent.Begin(command));
        Assert.Equal(why, Assert.Single(items).Refused);
    }

    private static SocketCommand Of(SocketCall call) => new() { Id = 0, Run = "", Socket = "lfd", Call = call };
}
