using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Orders;

public sealed class BlockingCallTests
{
    private static TcpEndpoint Here() => TcpEndpoint.V4(0x7f00_0001, (ushort)Ports.Free());

    // A listener whose queue is full drops further SYNs, so connect stays in SYN-SENT: no firewall is needed.
    private static async Task<TcpEndpoint> Unanswering(AgentRig agent)
    {
        TcpEndpoint at = Here();
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
        Message why = await agent.Refused("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", TimeoutMs = 50 });
        Assert.Equal(Message.Of(AgentCodes.NoConnectionCame, ("call", "accept4"), ("socket", "lfd"), ("limit", 50_000_000)), why);
    }

    [Fact]
    public async Task Read_without_data_ends_at_its_limit_with_no_call_made()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        Assert.Equal(AgentCodes.NothingCame, (await agent.Refused("cfd", SocketCall.Read, c => c with { TimeoutMs = 50 })).Code);
    }

    [Fact]
    public async Task A_blocked_accept_holds_up_no_other_order_and_returns_when_a_connection_comes()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        await agent.Call("cfd", SocketCall.Socket);
        CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        CallEvent accepted = Assert.IsType<CallEvent>((await agent.End(accept))[0].Event);

        Assert.Equal("afd", accepted.Accepted);
        Assert.Equal((connect.Local, connect.Remote), (accepted.Remote, accepted.Local));
        Assert.Equal((connect.Local, 16, null), (accepted.Args.Address, accepted.Args.Size, accepted.Args.SizeBack));
    }

    [Fact]
    public async Task Connect_without_an_answer_is_ended_by_shutdown_which_is_told()
    {
        var time = new FakeTimeProvider();
        using var agent = new AgentRig(time);
        TcpEndpoint at = await Unanswering(agent);
        await agent.Watch(at.Port);
        long connect = agent.Begin("cfd", SocketCall.Connect, c => c with { Address = at, TimeoutMs = 200 });
        SocketEvent sent = await agent.LookFor(r => r.Remote == at && r.To == TcpState.SynSent);
        time.Advance(TimeSpan.FromMilliseconds(199));
        await agent.Look();
        Assert.DoesNotContain(agent.All, i => i.OrderId == connect);
        time.Advance(TimeSpan.FromMilliseconds(1));
        IReadOnlyList<AgentItem> items = await agent.End(connect);

        CallEvent[] calls = [.. items.Select(i => i.Event).OfType<CallEvent>()];
        Assert.Equal(-1, calls[0].Result);
        Assert.Equal("ECONNRESET", calls[0].Errno);
        Assert.Equal(Message.Of(AgentCodes.NoReply, ("call", "connect"), ("limit", 200_000_000)), calls[0].Remark);
        Assert.Equal("shutdown", calls[1].Call);
        Assert.Equal(ShutdownHow.Both, calls[1].Args.How);
        Assert.Equal(Message.Of(AgentCodes.AgentEnds, ("call", "connect")), calls[1].Remark);
        Assert.Null(calls[1].Errno);
        Assert.Null(items[^1].Refused);
        Assert.Null(agent.Rows.Last(r => r.Local == sent.Local).To);
    }

    [Fact]
    public async Task A_run_that_ends_ends_every_blocking_call_at_once_and_closes_ends_before_listeners()
    {
        using var agent = new AgentRig();
        TcpEndpoint full = await Unanswering(agent),
            at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("dfd", SocketCall.Socket);
        await agent.Call("dfd", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "bfd", TimeoutMs = 120_000 });
        long read = agent.Begin("dfd", SocketCall.Read, c => c with { TimeoutMs = 120_000 });
        long connect = agent.Begin("cfd", SocketCall.Connect, c => c with { Address = full, TimeoutMs = 120_000 });

        IReadOnlyList<AgentItem> closed = await agent.CloseRun();

        Assert.Equal(AgentCodes.EndedWithRun, (await agent.End(accept))[^1].Refused!.Code);
        Assert.Equal(AgentCodes.EndedWithRun, (await agent.End(read))[^1].Refused!.Code);
        Assert.Equal(AgentCodes.EndedWithRun, Assert.IsType<CallEvent>((await agent.End(connect))[0].Event).Remark!.Code);
        string[] names = [.. closed.Select(i => i.Event).OfType<CallEvent>().Where(c => c.Call == "close").Select(c => c.Socket)];
        Assert.Equal(["afd", "cfd", "dfd", "first", "full", "lfd"], names.Order());
        Assert.True(Array.IndexOf(names, "afd") < Array.IndexOf(names, "lfd"));
        Assert.True(Array.IndexOf(names, "first") < Array.IndexOf(names, "full"));
    }

    [Fact]
    public async Task Write_into_a_full_buffer_is_ended_by_shutdown()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        CallEvent write;
        do
        {
            write = await agent.Call("cfd", SocketCall.Write, c => c with { Length = 65_536, TimeoutMs = 200 });
        } while (write.Remark is null);
        Assert.True(write.Result < 65_536);
        Assert.Equal(AgentCodes.EndedAtLimit, write.Remark.Code);
    }

    [Fact]
    public async Task Connect_to_a_closed_port_is_ECONNREFUSED_without_a_remark()
    {
        using var agent = new AgentRig();
        await agent.Call("cfd", SocketCall.Socket);
        CallEvent connect = await agent.Call("cfd", SocketCall.Connect, c => c with { Address = Here() });
        Assert.Equal(("ECONNREFUSED", "Connection refused", null), (connect.Errno, connect.ErrnoText, connect.Remark));
    }

    [Fact]
    public async Task With_SO_RCVTIMEO_the_kernel_ends_read_and_accept_itself()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("lfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.RcvTimeo, Value = OptionValue.Timeval(100) });
        Assert.Equal("EAGAIN", (await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" })).Errno);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        CallEvent read = await agent.Call("afd", SocketCall.Read);
        Assert.Equal(("EAGAIN", null), (read.Errno, read.Remark));
        Assert.InRange(read.Duration, 90_000_000, 9_000_000_000);
    }

    [Fact]
    public async Task An_order_in_background_ends_when_the_call_began_and_its_event_comes_when_it_returned()
    {
        using var agent = new AgentRig();
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", Background = true, Program = "sv" });
        Assert.True(Assert.Single(await agent.End(accept)).Done);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });

        CallEvent accepted = await agent.Event<CallEvent>(c => c.Call == "accept4");
        Assert.Equal(("afd", "sv"), (accepted.Accepted, accepted.Program));
        Assert.Equal(accept, agent.All.Single(i => i.Event == accepted).OrderId);
        Assert.Single(agent.All, i => i.OrderId == accept && i.Done);
        await agent.Call("afd", SocketCall.Close);
    }

    [Fact]
    public async Task A_call_in_background_that_was_not_made_at_its_limit_is_told_as_a_note()
    {
        using var agent = new AgentRig();
        await agent.Listener("lfd", Here());
        long accept = agent.Begin("lfd", SocketCall.Accept4, c => c with { Accepted = "afd", Background = true, TimeoutMs = 50 });
        Assert.Null((await agent.End(accept))[^1].Refused);
        NoteEvent note = await agent.Event<NoteEvent>(_ => true);
        Assert.Equal((AgentCodes.NoConnectionCame, accept), (note.Code, agent.All.Single(i => i.Event == note).OrderId));
    }

    [Fact]
    public async Task A_close_that_lingers_ends_at_its_limit_and_tells_its_call_when_it_has_returned()
    {
        var time = new FakeTimeProvider();
        using var agent = new AgentRig(time);
        TcpEndpoint at = Here();
        await agent.Listener("lfd", at);
        await agent.Call("cfd", SocketCall.Socket);
        await agent.Call("cfd", SocketCall.Connect, c => c with { Address = at });
        await agent.Call("lfd", SocketCall.Accept4, c => c with { Accepted = "afd" });
        // What the peer does not read fills both buffers, so that close has to wait.
        while ((await agent.Call("cfd", SocketCall.Send, c => c with { DontWait = true, Length = 1_048_576 })).Succeeded) { }
        await agent.Call("cfd", SocketCall.SetSockOpt, c => c with { Option = SocketOption.Linger, Value = OptionValue.Linger(true, 2) });
        long close = agent.Begin("cfd", SocketCall.Close, c => c with { TimeoutMs = 500 });
        await agent.Look();
        Assert.DoesNotContain(agent.All, i => i.OrderId == close);
        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Null((await agent.End(close))[^1].Refused);
        CallEvent closed = await agent.Event<CallEvent>(c => c.Call == "close");
        Assert.True(closed.Duration > 1_500_000_000, $"It took {closed.Duration} ns.");
    }
}
