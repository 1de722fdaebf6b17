using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class TraceTellerTests
{
    private const ulong Parent = 1,
        Child = 2,
        Mini = 3;
    private const long Ms = 1_000_000;

    private readonly List<StateEvent> _told = [];
    private readonly TraceTeller _teller;
    private long _now = 1_000 * Ms;

    public TraceTellerTests()
    {
        _teller = new TraceTeller(_told.Add, hz: 250);
        _teller.Watch(new RowFilter([11111], null, _ => false));
    }

    private static ushort Network(int port) => (ushort)(port << 8 | port >> 8);

    private TraceRecord Record(TraceKind kind, ulong address, TcpState from, TcpState to, int local = 11111, int remote = 40000, long left = 0) =>
        new()
        {
            Time = _now += 1000,
            Kind = kind,
            Address = address,
            Old = from,
            New = to,
            Family = Constants.AF_INET,
            LocalPort = Network(local),
            RemotePort = Network(remote),
            Local4 = 0x0100007f,
            Remote4 = remote == 0 ? 0 : 0x0100007fu,
            Left = left,
            Inode = 77,
            Uid = 5,
        };

    private void Take(TraceKind kind, ulong address, TcpState from, TcpState to, int local = 11111, int remote = 40000, long left = 0) =>
        _teller.Follow(Record(kind, address, from, to, local, remote, left));

    private void State(ulong address, TcpState from, TcpState to, int local = 11111, int remote = 40000) =>
        Take(TraceKind.State, address, from, to, local, remote);

    private IEnumerable<string> Told => _told.Select(e => $"{e.Socket.Local.Port} {e.Socket.Remote.Port} {e.From?.Name() ?? "-"} {e.To?.Name() ?? "-"}");

    [Fact]
    public void An_accepted_socket_is_told_once_its_peer_is_known()
    {
        State(Child, TcpState.Listen, TcpState.SynRecv, remote: 0);
        Assert.True(_teller.Expects);
        Assert.Empty(_told);
        long born = _now;
        State(Child, TcpState.SynRecv, TcpState.Established);
        Assert.False(_teller.Expects);
        Assert.Equal(["11111 40000 - SYN-RECV", "11111 40000 SYN-RECV ESTAB"], Told);
        Assert.Equal(born, _told[0].T);
        Assert.Equal((77ul, 5u), (_told[1].Inode, _told[1].Uid));
    }

    [Fact]
    public void A_connecting_socket_waits_for_its_port()
    {
        State(Parent, TcpState.Close, TcpState.SynSent, local: 0, remote: 11111);
        Assert.Null(_teller.Connecting(since: _now));
        Dictionary<ulong, ulong> connecting = _teller.Connecting(since: _now + 1)!;
        _teller.Place(connecting[77], new SocketPair(TcpEndpoint.V4(0x7f000001, 40000), TcpEndpoint.V4(0x7f000001, 11111)));
        State(Parent, TcpState.SynSent, TcpState.Established, local: 40000, remote: 11111);
        Assert.Equal(["40000 11111 UNCONN SYN-SENT", "40000 11111 SYN-SENT ESTAB"], Told);
        Assert.False(_teller.Expects);
    }

    [Fact]
    public void A_minisock_takes_the_place_of_the_socket_that_goes()
    {
        State(Parent, TcpState.FinWait1, TcpState.FinWait2);
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait, left: 15_000);
        long began = _now;
        Assert.Single(_told);
        State(Parent, TcpState.FinWait2, TcpState.Close);
        Assert.Equal(["11111 40000 FIN-WAIT-1 FIN-WAIT-2", "11111 40000 FIN-WAIT-2 TIME-WAIT"], Told);
        Assert.Equal((began, new SocketTimer(TimerKind.TimeWait, 60_000 * Ms)), (_told[1].T, _told[1].Timer!.Value));
    }

    [Fact]
    public void Without_a_minisock_the_socket_is_told_closed()
    {
        State(Parent, TcpState.FinWait2, TcpState.Close);
        Assert.Equal(["11111 40000 FIN-WAIT-2 UNCONN"], Told);
    }

    [Fact]
    public void A_timer_that_is_set_anew_is_no_end()
    {
        Take(TraceKind.TimerCancel, Mini, default, TcpState.TimeWait);
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait, left: 15_000);
        _teller.Settle(_now + 1_000 * Ms);
        Assert.Equal(["11111 40000 TIME-WAIT TIME-WAIT"], Told);
    }

    [Fact]
    public void FIN_WAIT_2_becomes_TIME_WAIT_by_a_segment_or_by_its_timer_and_once_only()
    {
        Take(TraceKind.TimerStart, Mini, default, TcpState.FinWait2);
        State(Parent, TcpState.FinWait2, TcpState.Close);
        Take(TraceKind.Segment, Mini, default, TcpState.FinWait2);
        Take(TraceKind.TimerCancel, Mini, default, TcpState.TimeWait);
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait);
        Take(TraceKind.Segment, Mini, default, TcpState.TimeWait);
        Assert.Equal(["11111 40000 FIN-WAIT-2 FIN-WAIT-2", "11111 40000 FIN-WAIT-2 TIME-WAIT"], Told);
    }

    [Fact]
    public void A_minisock_ends_when_its_timer_expires_or_stays_cancelled()
    {
        Take(TraceKind.TimerCancel, Mini, default, TcpState.TimeWait);
        Take(TraceKind.TimerExpire, Mini, default, TcpState.TimeWait);
        Assert.Equal(["11111 40000 TIME-WAIT -"], Told);
        Assert.Equal(_now, _told[0].T);

        Take(TraceKind.TimerCancel, Mini, default, TcpState.TimeWait);
        long cancelled = _now;
        _teller.Settle(_now + TraceTeller.RestartWithin);
        Assert.Single(_told);
        Assert.True(_teller.Expects);
        _teller.Settle(_now + TraceTeller.RestartWithin + 1);
        Assert.Equal(2, _told.Count);
        Assert.Equal((TcpState.TimeWait, null, cancelled), (_told[1].From, _told[1].To, _told[1].T));
        Assert.False(_teller.Expects);
    }

    // SOCK_DESTROY, a RST or a new SYN ends one before its time, and the kernel's allocator gives its address to the next at once.
    [Theory]
    [InlineData(40001, 0)] // another connection, within the time in which a timer may start again
    [InlineData(40000, TraceTeller.RestartWithin)] // the same ends, but later
    public void A_minisock_at_the_address_of_one_that_was_taken_away_is_another_one(int next, long later)
    {
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait);
        State(Parent, TcpState.FinWait2, TcpState.Close);
        Take(TraceKind.TimerCancel, Mini, default, TcpState.TimeWait);
        long cancelled = _now;
        _now += later;
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait, remote: next);
        State(Child, TcpState.FinWait2, TcpState.Close, remote: next);
        _teller.Settle(_now + 1_000 * Ms);
        Assert.Equal(["11111 40000 FIN-WAIT-2 TIME-WAIT", "11111 40000 TIME-WAIT -", $"11111 {next} FIN-WAIT-2 TIME-WAIT"], Told);
        Assert.Equal(cancelled, _told[1].T);
        Assert.False(_teller.Expects);
        Take(TraceKind.TimerExpire, Mini, default, TcpState.TimeWait, remote: next);
        Assert.Equal($"11111 {next} TIME-WAIT -", Told.Last());
    }

    [Fact]
    public void A_record_of_another_connection_at_a_known_address_is_told_of_that_connection()
    {
        Take(TraceKind.TimerStart, Mini, default, TcpState.FinWait2);
        State(Parent, TcpState.FinWait2, TcpState.Close);
        Take(TraceKind.TimerExpire, Mini, default, TcpState.TimeWait, remote: 40001);
        Assert.Equal(["11111 40000 FIN-WAIT-2 FIN-WAIT-2", "11111 40001 TIME-WAIT -"], Told);
    }

    [Theory]
    [InlineData(TcpState.Close, TcpState.SynSent, 0, 11111)]
    [InlineData(TcpState.Listen, TcpState.SynRecv, 11111, 0)]
    public void What_does_not_come_is_not_expected_for_ever_and_told_with_what_comes_after_all(TcpState from, TcpState to, int local, int remote)
    {
        State(Child, from, to, local, remote);
        _teller.Settle(_now + TraceTeller.ExpectWithin);
        Assert.True(_teller.Expects);
        _teller.Settle(_now + TraceTeller.ExpectWithin + 1);
        Assert.False(_teller.Expects);
        Assert.Null(_teller.Connecting(long.MaxValue));
        Assert.Empty(_told);
        State(Child, to, TcpState.Established);
        Assert.Equal([$"11111 40000 {(to == TcpState.SynSent ? "UNCONN" : "-")} {to.Name()}", $"11111 40000 {to.Name()} ESTAB"], Told);
    }

    [Fact]
    public void What_waited_is_not_told_of_another_socket_at_its_address()
    {
        State(Child, TcpState.Listen, TcpState.SynRecv, remote: 0);
        State(Child, TcpState.Close, TcpState.Listen, remote: 0);
        State(Parent, TcpState.Close, TcpState.SynSent, local: 0, remote: 11111);
        State(Parent, TcpState.Close, TcpState.SynSent, local: 40001, remote: 11111);
        Assert.Equal(["11111 0 UNCONN LISTEN", "40001 11111 UNCONN SYN-SENT"], Told);
        Assert.False(_teller.Expects);
    }

    [Fact]
    public void After_a_loss_what_waited_is_told_as_far_as_it_is_known()
    {
        State(Parent, TcpState.Close, TcpState.SynSent, local: 0, remote: 11111);
        State(Child, TcpState.Listen, TcpState.SynRecv, remote: 0);
        Take(TraceKind.TimerStart, Mini, default, TcpState.TimeWait);
        _teller.Forget();
        Assert.Equal(["0 11111 UNCONN SYN-SENT", "11111 40000 - TIME-WAIT"], Told);
        Assert.False(_teller.Expects);
        State(Child, TcpState.SynRecv, TcpState.Established);
        State(Child, TcpState.Established, TcpState.Close);
        Assert.Equal(["11111 40000 SYN-RECV ESTAB", "11111 40000 ESTAB UNCONN"], Told.Skip(2));
    }
}
