using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Commands;

public sealed class BlockingCallTests
{
    private static Endpoint Here() => Endpoint.V4(0x7f00_0001, (ushort)Ports.Free());

    // A listener whose queue is full drops further SYNs, so connect stays in SYN-SENT: no firewall is needed.
    private static async Task<Endpoint> Unanswering(AgentRig agent)
    {
        Endpoint at = Here();
        await agent.Listener("full", at, backlog: 0);
        await agent.Call("first", SocketCall.Socket);
        await agent.Call("first", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("cfd", SocketCall.Socket);
        return at;
    }

    [Fact]
    public async Task Accept_without_a_connection_ends_at_its_limit_with_no_call_made()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", Here());
        string why = await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", TimeoutMs = 50 });
        Assert.Equal("accept4 on lfd was not called, because it would block: no connection came within 0.05 s.", why);
    }

    [Fact]
    public async Task Read_without_data_ends_at_its_limit_with_no_call_made()
    {
        using var agent = new AgentRig();
        Endpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        Assert.Contains("nothing came", await agent.Refused("cfd", SocketCall.Read, c => c with { TimeoutMs = 50 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blocked_accept_holds_up_no_other_order_and_returns_when_a_connection_comes()
    {
        using var agent = new AgentRig();
        Endpoint at = Here();
        await agent.Listener("lfd", at);
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await agent.Call("cfd", SocketCall.Socket);
        CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        CallEvent accepted = Assert.IsType<CallEvent>((await agent.End(accept))[0].Event);

        Assert.Equal("afd", accepted.Accepted);
        Assert.Equal((connect.Local, connect.Remote), (accepted.Remote, accepted.Local));
        Assert.EndsWith(", [16], 0", accepted.Args, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_without_an_answer_is_ended_by_shutdown_which_is_told()
    {
        var time = new FakeTimeProvider();
        using var agent = new AgentRig(time);
        Endpoint at = await Unanswering(agent);
        await agent.Watch(at.Port);
        long connect = agent.Begin("cfd", SocketCall.Connect, c => c with { Address = at, TimeoutMs = 200 });
        SocketEvent sent = await agent.LookFor(r => r.Remote == at && r.To == TcpState.SynSent);
        time.Advance(TimeSpan.FromMilliseconds(199));
        await agent.Look();
        Assert.DoesNotContain(agent.All, i => i.Order == connect);
        time.Advance(TimeSpan.FromMilliseconds(1));
        IReadOnlyList<AgentItem> items = await agent.End(connect);

        CallEvent[] calls = [.. items.Select(i => i.Event).OfType<CallEvent>()];
        Assert.Equal(-1, calls[0].Result);
        Assert.Equal("ECONNRESET", calls[0].Errno);
        Assert.Equal("stopped after 0.2 s by the agent", calls[0].Remark);
        Assert.Equal("shutdown", calls[1].Call);
        Assert.EndsWith("SHUT_RDWR", calls[1].Args, StringComparison.Ordinal);
        Assert.Null(calls[1].Errno);
        Assert.Null(items[^1].Refused);
        Assert.Null(agent.Rows.Last(r => r.Local == sent.Local).To);
    }

    [Fact]
    public async Task CloseAll_ends_every_blocking_call_at_once_and_closes_ends_before_listeners()
    {
        using var agent = new AgentRig();
        Endpoint full = await Unanswering(agent), at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("dfd", SocketCall.Socket);
        await agent.Call("dfd", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "bfd", TimeoutMs = 120_000 });
        long read = agent.Begin("dfd", SocketCall.Read, c => c with { TimeoutMs = 120_000 });
        long connect = agent.Begin("cfd", SocketCall.Connect, c => c with { Address = full, TimeoutMs = 120_000 });

        IReadOnlyList<AgentItem> closed = await agent.CloseAll();

        Assert.EndsWith("was not called: every lesson socket is being closed.", (await agent.End(accept))[^1].Refused, StringComparison.Ordinal);
        Assert.EndsWith("was not called: every lesson socket is being closed.", (await agent.End(read))[^1].Refused, StringComparison.Ordinal);
        Assert.Equal("every lesson socket is being closed", Assert.IsType<CallEvent>((await agent.End(connect))[0].Event).Remark);
        string[] names = [.. closed.Select(i => i.Event).OfType<CallEvent>().Where(c => c.Call == "close").Select(c => c.Socket)];
        Assert.Equal(["afd", "cfd", "dfd", "first", "full", "lfd"], names.Order());
        Assert.True(Array.IndexOf(names, "afd") < Array.IndexOf(names, "lfd"));
        Assert.True(Array.IndexOf(names, "first") < Array.IndexOf(names, "full"));
        await agent.Call("lfd", SocketCall.Socket, c => c with { Run = "r2" });
    }

    [Fact]
    public async Task Write_into_a_full_buffer_is_ended_by_shutdown()
    {
        using var agent = new AgentRig();
        Endpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        CallEvent write;
        do
        {
            write = await agent.Call("cfd", SocketCall.Write, c => c with { Length = 65_536, TimeoutMs = 200 });
        }
        while (write.Remark is null);
        Assert.True(write.Result < 65_536);
        Assert.Equal("stopped after 0.2 s by the agent", write.Remark);
    }

    [Fact]
    public async Task Connect_to_a_closed_port_is_ECONNREFUSED_without_a_remark()
    {
        using var agent = new AgentRig();
        await agent.Call("cfd", SocketCall.Socket);
        CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = Here() });
        Assert.Equal(("ECONNREFUSED", "Connection refused", null), (connect.Errno, connect.ErrnoText, connect.Remark));
    }
}
