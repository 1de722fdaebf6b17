using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static ReuseAddrDashboard.Core.Log.EvidenceSource;
using static ReuseAddrDashboard.Core.Tcp.TcpState;
using static ReuseAddrDashboard.Tests.StateLog;

namespace ReuseAddrDashboard.Tests;

public sealed class SocketStatesTests
{
    /// <summary>The server's end of a whole run, as a trace tells it and as /proc and sock_diag saw it, in the order in which the agent reported.</summary>
    private static StateLog Whole(bool trace = true)
    {
        var log = new StateLog();
        if (trace)
            log.Trace(100.01, Waiting, Listen, SynRecv).Trace(100.02, Waiting, SynRecv, Established).Trace(400.03, Waiting, Established, FinWait1);
        log.Proc(95, 110, Waiting, null, Established).Proc(395, 401, Waiting, Established, FinWait1);
        if (trace)
            log.Trace(404, Waiting, FinWait1, FinWait2).Trace(404.001, Waiting, FinWait2, Close);
        log.Proc(402, 412, Waiting, FinWait1, FinWait2, 59.99).Diag(null, 412.1, Waiting, null, FinWait2, 59.992);
        if (trace)
            log.Trace(700, Waiting, FinWait2, TimeWait, 60);
        return log.Proc(690, 706, Waiting, FinWait2, TimeWait, 59.99).Diag(691, 706.1, Waiting, FinWait2, TimeWait, 59.992);
    }

    [Fact]
    public void A_trace_gives_each_state_its_exact_begin_and_the_others_confirm_it()
    {
        IReadOnlyList<StateBand> bands = Whole().Bands();
        Assert.Equal([SynRecv, Established, FinWait1, FinWait2, TimeWait], bands.Select(b => b.State));
        Assert.Equal([100.01, 100.02, 400.03, 404, 700], bands.Select(b => b.Begin / 1e6));
        Assert.All(bands, b => Assert.True(b is { Exact: true, After: null, Source: Trace }));
        Assert.Equal(["trace", "trace,proc", "trace,proc", "trace,diag,proc", "trace,diag,proc"], bands.Select(b => string.Join(',', b.Sources.All)));
        Assert.All(bands.Zip(bands.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin));
        Assert.Null(bands[^1].End);
        Assert.Empty(Whole().Fold().Disagreements);
    }

    [Fact]
    public void Every_event_belongs_to_exactly_one_band()
    {
        StateLog log = Whole();
        IReadOnlyList<StateBand> bands = log.Bands();
        Assert.All(log.Events, e => Assert.Single(bands, b => b.Shows(e.Seq)));
        Assert.Equal(bands.Count, bands.Select(b => b.Seq).Distinct().Count());
    }

    [Fact]
    public void Without_a_trace_the_first_look_begins_a_state_and_the_tightest_interval_holds()
    {
        IReadOnlyList<StateBand> bands = Whole(trace: false).Bands();
        Assert.Equal([Established, FinWait1, FinWait2, TimeWait], bands.Select(b => b.State));
        StateBand wait = bands[^1];
        Assert.Equal((706, 691, false, Proc), (wait.Begin / 1e6, wait.After / 1e6, wait.Exact, wait.Source));
        Assert.Equal([Diag, Proc], wait.Sources.All);
    }

    [Fact]
    public void States_that_only_a_trace_saw_are_there()
    {
        IReadOnlyList<StateBand> bands = new StateLog()
            .Trace(1, Client, Close, SynSent, host: "client")
            .Trace(1.05, Client, SynSent, Established, host: "client")
            .Proc(0, 10, Client, null, Established, host: "client")
            .Trace(20, Client, Established, CloseWait, host: "client")
            .Trace(30, Client, CloseWait, LastAck, host: "client")
            .Trace(30.04, Client, LastAck, Close, host: "client")
            .Proc(15, 31, Client, Established, null, host: "client")
            .Diag(null, 33, Client, null, null, host: "client")
            .Bands("client");
        Assert.Equal([SynSent, Established, CloseWait, LastAck], bands.Select(b => b.State));
        StateBand last = bands[^1];
        Assert.Equal((30, 30.04), (last.Begin / 1e6, last.End / 1e6));
        Assert.True(last.Gone is { Exact: true, After: null });
        Assert.Equal([Trace, Diag, Proc], last.Gone!.Sources.All);
    }

    [Fact]
    public void What_the_full_socket_s_end_hides_goes_on_as_a_minisock()
    {
        StateLog log = new StateLog().Trace(1, Waiting, FinWait1, FinWait2).Trace(1.01, Waiting, FinWait2, Close);
        Assert.NotNull(log.Bands()[^1].End);
        StateBand[] bands = [.. log.Proc(0.5, 8, Waiting, null, FinWait2, 59.99).Proc(50, 60, Waiting, FinWait2, TimeWait, 60).Bands()];
        Assert.Equal([(FinWait2, 1, 60), (TimeWait, 60, (double?)null)], bands.Select(b => (b.State, b.Begin / 1e6, b.End / 1e6)));
    }

    [Fact]
    public void A_trace_that_tells_the_minisock_before_the_full_socket_s_end_keeps_it()
    {
        StateBand wait = new StateLog()
            .Trace(1, Waiting, FinWait1, FinWait2)
            .Trace(2, Waiting, FinWait2, TimeWait, 60)
            .Trace(2.001, Waiting, FinWait2, Close)
            .Trace(62_500, Waiting, TimeWait, null)
            .Bands()[^1];
        Assert.Equal((TimeWait, 2, 62_500), (wait.State, wait.Begin / 1e6, wait.End / 1e6));
        Assert.True(wait.Gone!.Exact);
    }

    [Fact]
    public void A_bound_socket_that_does_not_listen_is_a_band_of_sock_diag()
    {
        IReadOnlyList<StateBand> bands = new StateLog()
            .Diag(null, 1, Listener, null, BoundInactive, inode: 7)
            .Proc(5, 9, Listener, null, Listen, inode: 7)
            .Diag(5, 9.5, Listener, BoundInactive, Listen, inode: 7)
            .Proc(40, 50, Listener, Listen, null, inode: 7)
            .Diag(41, 51, Listener, Listen, null, inode: 7)
            .Bands();
        Assert.Equal([(BoundInactive, 1, 9), (Listen, 9, 50)], bands.Select(b => (b.State, b.Begin / 1e6, b.End / 1e6)));
        Assert.Equal([Diag], bands[0].Sources.All);
        Assert.Equal([Diag, Proc], bands[1].Sources.All);
        Assert.Equal(BoundInactive, bands[1].From);
    }

    [Fact]
    public void Two_listeners_at_one_address_are_two_by_their_inodes()
    {
        IReadOnlyList<StateBand> bands = new StateLog()
            .Proc(0, 1, Listener, null, Listen, inode: 7)
            .Proc(0, 1, Listener, null, Listen, inode: 8)
            .Proc(4, 5, Listener, Listen, null, inode: 7)
            .Bands();
        Assert.Equal(2, bands.Count);
        Assert.Single(bands, b => b.End is null);
    }

    [Fact]
    public void A_listener_told_by_a_trace_is_the_one_of_the_table()
    {
        StateBand listener = Assert.Single(
            new StateLog()
                .Trace(1, Listener, Close, Listen)
                .Proc(0, 8, Listener, null, Listen, inode: 7)
                .Trace(20, Listener, Listen, Close)
                .Proc(18, 25, Listener, Listen, null, inode: 7)
                .Bands()
        );
        Assert.Equal((1, 20), (listener.Begin / 1e6, listener.End / 1e6));
        Assert.Equal([Trace, Proc], listener.Sources.All);
    }

    [Fact]
    public void A_new_connection_with_the_same_ends_is_another_socket()
    {
        IReadOnlyList<StateBand> bands = Whole()
            .Trace(900, Waiting, Listen, SynRecv)
            .Trace(900.01, Waiting, SynRecv, Established)
            .Proc(895, 905, Waiting, TimeWait, Established)
            .Bands();
        Assert.Equal([SynRecv, Established, FinWait1, FinWait2, TimeWait, SynRecv, Established], bands.Select(b => b.State));
        Assert.Equal(900, bands[4].End / 1e6);
        Assert.Empty(Whole().Fold().Disagreements);
    }

    [Fact]
    public void A_row_that_stays_after_sock_diag_told_of_its_end_is_a_disagreement()
    {
        StateLog log = Whole(trace: false).Diag(1000, 1005, Waiting, TimeWait, null).Proc(1900, 2000, Waiting, TimeWait, TimeWait, 58);
        Disagreement d = Assert.Single(Later(log).Disagreements);
        Assert.Equal((Proc, TimeWait, Diag, null), (d.Source, d.State, d.Other, d.OtherState));
        Assert.Equal(1005, d.OtherSince / 1e6);
        Assert.Contains(log.Fold().Bands, b => b.Seq == d.Band && b.State == TimeWait);
        Assert.Single(log.Bands(), b => b.State == TimeWait);
    }

    [Fact]
    public void A_look_that_began_before_the_end_is_none()
    {
        StateLog log = Whole(trace: false)
            .Diag(1000, 1005, Waiting, TimeWait, null)
            .Proc(1001, 1006, Waiting, TimeWait, TimeWait, 58)
            .Proc(1006, 1011, Waiting, TimeWait, null);
        Assert.Empty(Later(log).Disagreements);
    }

    [Fact]
    public void A_table_that_shows_an_old_state_long_after_the_trace_left_it_is_a_disagreement()
    {
        StateLog log = new StateLog()
            .Trace(1, Waiting, Listen, SynRecv)
            .Trace(1.01, Waiting, SynRecv, Established)
            .Proc(0, 9, Waiting, null, Established)
            .Trace(20, Waiting, Established, FinWait1)
            .Proc(300, 310, Waiting, Established, Established);
        Disagreement d = Assert.Single(Later(log).Disagreements);
        Assert.Equal((Proc, Established, Trace, FinWait1), (d.Source, d.State, d.Other, d.OtherState));
        Assert.Equal([SynRecv, Established, FinWait1], log.Bands().Select(b => b.State));
    }

    [Fact]
    public void A_state_that_the_trace_never_told_is_one_once_it_could_have()
    {
        StateLog log = new StateLog().Trace(1, Waiting, SynRecv, Established).Proc(200, 210, Waiting, null, CloseWait);
        Assert.Empty(log.Fold().Disagreements);
        // What the lab notes of a host, such as that its agent is gone, is not the host's word.
        Assert.Empty(Noted(log, Lab).Fold().Disagreements);
        Assert.Equal(CloseWait, Assert.Single(Later(log).Disagreements).State);
        Assert.Equal([Established, CloseWait], log.Bands().Select(b => b.State));
    }

    [Theory]
    [InlineData("server", Trace, 0), InlineData("server", Proc, 0), InlineData("server", Agent, 0), InlineData("server", Lab, 0), InlineData(null, Lab, 0)]
    [InlineData("client", Agent, 1), InlineData("server", Capture, 1)]
    public void Nothing_is_held_against_a_source_that_lost_events(string? host, string source, int disagreements)
    {
        StateLog log = new StateLog()
            .Trace(1, Waiting, SynRecv, Established)
            .Add(
                new GapEvent
                {
                    Host = host,
                    Source = source,
                    T = Ns(100),
                    Lost = 3,
                    Reason = new("test"),
                }
            )
            .Proc(200, 210, Waiting, null, CloseWait);
        Assert.Equal(disagreements, Later(log).Disagreements.Count);
    }

    [Fact]
    public void TIME_WAIT_has_the_begin_and_end_of_the_trace_and_the_best_timer()
    {
        TimeWaitBar bar = Assert.Single(Whole().Trace(61_300.5, Waiting, TimeWait, null).Proc(61_290, 61_310, Waiting, TimeWait, null).Fold().TimeWaits);
        Assert.Equal((700, 60_700, 61_300.5), (bar.Begin / 1e6, bar.TimerEnd / 1e6, bar.GoneAt / 1e6));
        Assert.Equal(60_600.5, bar.Measured / 1e6);
        Assert.Equal(Trace, bar.TimerSource);
        Assert.Null(bar.Ended?.Seq);
    }

    [Fact]
    public void A_timer_in_ticks_of_the_kernel_is_better_than_one_in_hundredths_unless_it_was_set_anew()
    {
        StateLog log = Whole(trace: false).Proc(10_000, 10_010, Waiting, TimeWait, TimeWait, 50.70);
        Assert.Equal((Diag, 706.1 + 59_992), (Assert.Single(log.Fold().TimeWaits).TimerSource!, Assert.Single(log.Fold().TimeWaits).TimerEnd / 1e6));
        log.Proc(20_000, 20_010, Waiting, TimeWait, TimeWait, 60);
        Assert.Equal((Proc, 80_010d), (Assert.Single(log.Fold().TimeWaits).TimerSource!, Assert.Single(log.Fold().TimeWaits).TimerEnd / 1e6));
    }

    [Fact]
    public void TIME_WAIT_that_someone_destroyed_names_the_call()
    {
        StateLog log = Whole()
            .Add(
                new CallEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Call,
                    T = Ns(3000),
                    Duration = 40_000,
                    Socket = "tw",
                    Call = "SOCK_DESTROY",
                    Args = new(),
                    Local = Waiting.Local,
                    Remote = Waiting.Remote,
                }
            )
            .Diag(2990, 3000.5, Waiting, TimeWait, null);
        TimeWaitBar bar = Assert.Single(log.Fold().TimeWaits);
        Assert.Equal(log.Events.OfType<CallEvent>().Single().Seq, bar.Ended?.Seq);
        Assert.Equal(2300.5, bar.Measured / 1e6);
    }

    [Fact]
    public void Of_one_namespace_that_both_hosts_trace_each_has_its_own_sockets()
    {
        SocketPair server = new(RunScript.Of("127.0.0.1:11111"), RunScript.Of("127.0.0.2:40000")),
            client = new(server.Remote, server.Local);
        var log = new StateLog(shared: true);
        foreach (string host in (string[])["client", "server"])
            log.Trace(1, Listener, Close, Listen, host: host).Trace(2, client, Close, SynSent, host: host).Trace(2.1, server, null, SynRecv, host: host);
        Assert.Equal([("server", Listen), ("client", SynSent), ("server", SynRecv)], log.Fold().Bands.Select(b => (b.Host, b.State)));
    }

    /// <summary>The server tells of something a second later.</summary>
    private static Timeline Later(StateLog log) => Noted(log, Agent).Fold();

    private static StateLog Noted(StateLog log, string source) =>
        log.Add(
            new NoteEvent
            {
                Host = "server",
                Source = source,
                T = log.Events.Max(e => e.T) + 1_000_000_000,
                Message = new("test"),
            }
        );
}
