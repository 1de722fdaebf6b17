using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>Whose a socket and a segment is: any hosts, any of their addresses. Times are microseconds.</summary>
public sealed class HostsTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;

    private readonly List<RunEvent> _log = [];

    [Fact]
    public void What_a_host_sends_to_itself_is_drawn_at_that_host()
    {
        TcpEndpoint own = RunScript.Of("192.168.122.68:40001"),
            port = RunScript.Of("192.168.122.68:11111");
        Connect("server", own, port, 0);
        Loopback("server", own, port, "SYN", C, 0, 10);
        Loopback("server", port, own, "SYN,ACK", S, C + 1, 15);
        Loopback("server", own, port, "ACK", C + 1, S + 1, 20);
        Timeline timeline = Fold();
        Assert.Equal(
            [("server", "server", "SYN"), ("server", "server", "SYN+ACK"), ("server", "server", "ACK")],
            timeline.Arrows.Select(a => (a.From, a.To, a.Label))
        );
        Assert.All(timeline.Arrows, a => Assert.Equal(EvidenceSource.Capture, a.Source));
        Assert.Equal(
            [("SYN-SENT", 40001), ("SYN-RECV", 11111), ("ESTAB", 40001), ("ESTAB", 11111)],
            timeline.Bands.Select(b => (b.State.Name(), (int)b.Local.Port))
        );
        Assert.All(timeline.Bands, b => Assert.Equal("server", b.Host));
    }

    [Theory]
    [
        InlineData("192.168.122.68:11111", "192.168.122.177:40001"),
        InlineData("192.168.122.69:11111", "192.168.122.178:40001"),
        InlineData("[fd00::68]:11111", "[fd00::177]:40001")
    ]
    [InlineData("[::ffff:192.168.122.68]:11111", "192.168.122.177:40001")]
    public void Every_address_of_a_host_is_the_host_s(string server, string client)
    {
        TcpEndpoint to = RunScript.Of(server),
            from = RunScript.Of(client);
        Pass("client", "server", from, to, "SYN", C, 0, 10, 30);
        _log.Add(
            new SocketEvent
            {
                Host = "server",
                Source = EvidenceSource.Proc,
                T = 500_000,
                After = 0,
                Local = to,
                Remote = from,
                To = TcpState.SynRecv,
                Raw = "",
            }
        );
        Timeline timeline = Fold();
        Assert.Equal(("client", "server"), (timeline.Arrows.Single().From, timeline.Arrows.Single().To));
        Assert.Equal("server", timeline.Bands.Single(b => !b.IsInferred).Host);
    }

    [Fact]
    public void An_address_that_no_host_told_of_is_a_run_s_own_where_a_call_used_it()
    {
        TcpEndpoint to = RunScript.Of("10.1.2.3:11111"),
            from = RunScript.Of("192.168.122.177:40001");
        Pass("client", "server", from, to, "SYN", C, 0, 10, 30);
        Assert.Empty(Fold().Arrows);
        Connect("client", from, to, 0);
        Assert.Equal(("client", "server"), (Fold().Arrows.Single().From, Fold().Arrows.Single().To));
    }

    [Fact]
    public void Three_hosts_each_have_their_own()
    {
        TcpEndpoint port = RunScript.Of("192.168.122.68:11111");
        Pass("client", "server", RunScript.Of("192.168.122.177:40001"), port, "SYN", C, 0, 10, 30);
        Pass("other", "server", RunScript.Of("192.168.122.5:40001"), port, "SYN", C, 0, 50, 70);
        Assert.Equal([("client", "server"), ("other", "server")], Fold().Arrows.Select(a => (a.From, a.To)));
        Assert.Equal(["client", "server", "other"], Fold().Lanes.Select(l => l.Host));
    }

    [Theory]
    [InlineData(null, ConnectAnswer.Nothing), InlineData("RST,ACK", ConnectAnswer.Reset), InlineData("ACK", ConnectAnswer.Other)]
    public void What_was_captured_of_a_connect_that_failed_is_not_invented_beside(string? back, ConnectAnswer answer)
    {
        TcpEndpoint from = RunScript.Of("192.168.122.177:40001"),
            to = RunScript.Of("192.168.122.68:11111");
        Connect("client", RunScript.Of("0.0.0.0:40001"), to, 0, "ECONNRESET", 3_000_000);
        foreach (long at in (long[])[10, 1_000_010])
            Pass("client", "server", from, to, "SYN", C, 0, at, null);
        if (back is not null)
            Pass("server", "client", to, from, back, 0, C + 1, 1_000_050, 1_000_070);
        Timeline timeline = Fold();
        Assert.All(timeline.Arrows, a => Assert.Equal(EvidenceSource.Capture, a.Source));
        Assert.Equal(back is null ? 2 : 3, timeline.Arrows.Count);
        Assert.Equal(answer, timeline.Calls.Single().Answer);
    }

    private Timeline Fold()
    {
        RunHeader header = new SegmentLog().Header;
        HostFacts client = header.Hosts[0] with { SecondAddress = "192.168.122.178", V6Address = "fd00::177" },
            server = header.Hosts[1] with { SecondAddress = "192.168.122.69", V6Address = "fd00::68" };
        bool third = _log.Any(e => e.Host == "other");
        return Timeline.Fold(
            header with
            {
                Hosts = third
                    ? [client, server, client with { Name = "other", Address = "192.168.122.5", SecondAddress = null, V6Address = null, NetworkNamespace = 9 }]
                    : [client, server],
            },
            [.. _log.Select((e, i) => e with { Seq = i + 1 })]
        );
    }

    private void Connect(string host, TcpEndpoint local, TcpEndpoint remote, long at, string? errno = null, long duration = 100) =>
        _log.Add(
            new CallEvent
            {
                Host = host,
                Source = EvidenceSource.Call,
                T = at * 1000,
                Duration = duration * 1000,
                Socket = "cfd",
                Call = "connect",
                Args = new()
                {
                    Fd = 3,
                    Address = remote,
                    Size = 16,
                },
                Errno = errno,
                Result = errno is null ? 0 : -1,
                Local = local,
                Remote = errno is null ? remote : null,
            }
        );

    private void Pass(string sender, string receiver, TcpEndpoint from, TcpEndpoint to, string flags, uint seq, uint ack, long sent, long? received)
    {
        var e = new SegmentEvent
        {
            From = from,
            To = to,
            Flags = flags,
            SeqNo = seq,
            Ack = ack,
            Source = EvidenceSource.Capture,
        };
        _log.Add(e with { Host = sender, T = sent * 1000, Sent = sent * 1000 });
        if (received is { } came)
            _log.Add(e with { Host = receiver, T = came * 1000, Received = came * 1000 });
    }

    private void Loopback(string host, TcpEndpoint from, TcpEndpoint to, string flags, uint seq, uint ack, long at) =>
        _log.Add(
            new SegmentEvent
            {
                Host = host,
                From = from,
                To = to,
                Flags = flags,
                SeqNo = seq,
                Ack = ack,
                Source = EvidenceSource.Capture,
                T = at * 1000,
                Sent = at * 1000,
                Received = at * 1000,
            }
        );
}
