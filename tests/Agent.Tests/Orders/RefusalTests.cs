using System.Reflection;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Orders;

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
        Assert.Equal(Message.Of(AgentCodes.BadSocketName, ("most", 16)), await agent.Refused(name, SocketCall.Socket));
    }

    [Fact]
    public async Task Refuses_a_socket_that_does_not_exist()
    {
        using var agent = new AgentRig();
        Message none = Message.Of(AgentCodes.NoSuchSocket, ("socket", "lfd"));
        Assert.Equal(none, await agent.Refused("lfd", SocketCall.Listen));
        await agent.Call("lfd", SocketCall.Socket);
        await agent.Call("lfd", SocketCall.Close);
        Assert.Equal(none, await agent.Refused("lfd", SocketCall.Close));
    }

    [Fact]
    public async Task Refuses_a_name_in_use()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free()));
        Message used = Message.Of(AgentCodes.NameInUse, ("socket", "lfd"));
        Assert.Equal(used, await agent.Refused("lfd", SocketCall.Socket));
        Assert.Equal(used, await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "lfd" }));
    }

    [Fact]
    public async Task Refuses_to_close_or_wait_on_a_socket_that_waits_already()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free()));
        agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", TimeoutMs = 120_000 });
        Message busy = Message.Of(AgentCodes.SocketBusy, ("call", "accept4"), ("socket", "lfd"));
        Assert.Equal(busy, await agent.Refused("lfd", SocketCall.Close));
        Assert.Equal(busy, await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "bfd" }));
        Assert.Equal(AgentCodes.NameInUse, (await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" })).Code);
    }

    public static TheoryData<CallOrder, string> OutOfRange =>
        new()
        {
            { Of(SocketCall.Listen) with { Backlog = -1 }, AgentCodes.BadBacklog },
            { Of(SocketCall.Listen) with { Backlog = 4097 }, AgentCodes.BadBacklog },
            { Of(SocketCall.Read) with { Length = 0 }, AgentCodes.BadLength },
            { Of(SocketCall.Recv) with { Length = 1_048_577 }, AgentCodes.BadLength },
            { Of(SocketCall.Write) with { Length = 1_048_577 }, AgentCodes.BadLength },
            { Of(SocketCall.Send) with { Octets = new byte[4097] }, AgentCodes.TooManyOctets },
            { Of(SocketCall.Shutdown) with { How = (ShutdownHow)3 }, AgentCodes.UnknownCall },
            { Of(SocketCall.Read) with { TimeoutMs = 0 }, AgentCodes.BadTimeout },
            { Of(SocketCall.Close) with { TimeoutMs = 0 }, AgentCodes.BadTimeout },
            { Of(SocketCall.Connect) with { TimeoutMs = 120_001, Address = TcpEndpoint.V4(1, 1) }, AgentCodes.BadTimeout },
            { Of(SocketCall.Connect), AgentCodes.NoAddress },
            { Of(SocketCall.Connect) with { Address = TcpEndpoint.V4(1, 0) }, AgentCodes.NoPeerPort },
            { Of(SocketCall.Bind), AgentCodes.NoAddress },
            { Of(SocketCall.Accept4), AgentCodes.BadAcceptedName },
            { Of(SocketCall.SetSockOpt), AgentCodes.NoOption },
            { Of(SocketCall.GetSockOpt), AgentCodes.NoOption },
            { Of(SocketCall.SetSockOpt) with { Option = SocketOption.ReuseAddr, Value = OptionValue.Linger(true, 1) }, AgentCodes.NoValue },
            { Of(SocketCall.SetSockOpt) with { Option = SocketOption.Linger, Value = OptionValue.Linger(true, 121) }, AgentCodes.BadLinger },
            { Of(SocketCall.SetSockOpt) with { Option = SocketOption.RcvTimeo, Value = OptionValue.Timeval(-1) }, AgentCodes.BadTimeval },
            { Of((SocketCall)99), AgentCodes.UnknownCall },
            { Of(SocketCall.Socket) with { Program = "a b" }, AgentCodes.BadProgramName },
            { Of(SocketCall.Socket) with { Run = new string('r', 65) }, AgentCodes.BadRun },
        };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public async Task Refuses_what_is_out_of_range(CallOrder order, string why)
    {
        using var agent = new AgentRig();
        IReadOnlyList<AgentItem> items = await agent.Do(order);
        Assert.Equal(why, Assert.Single(items).Refused!.Code);
    }

    [Fact]
    public void Every_code_has_a_sentence()
    {
        string[] codes = [.. typeof(AgentCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetRawConstantValue()!)];
        Assert.True(codes.Length > 60);
        Assert.DoesNotContain(codes, code => !TextCatalog.English.Has(code));
    }

    private static CallOrder Of(SocketCall call) => new() { Socket = "lfd", Call = call };
}
