using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Tests;

public sealed class TimelineTests
{
    [Fact]
    public void Seven_segments_of_a_whole_run_are_inferred_in_their_order()
    {
        Timeline timeline = Of(new RunScript().Whole());
        Assert.Equal(["SYN", "SYN+ACK", "ACK", "FIN", "ACK", "FIN", "ACK"], timeline.Arrows.Select(a => a.Kind.Name()));
        Assert.Equal(["client", "server", "client", "server", "client", "client", "server"], timeline.Arrows.Select(a => a.From));
        Assert.All(timeline.Arrows, a => Assert.Equal(EvidenceSource.Inferred, a.Source));
        Assert.All(timeline.Arrows, a => Assert.NotEqual(InferredFrom.Nothing, a.Evidence));
        Assert.All(timeline.Arrows, a => Assert.NotEmpty(a.Seqs));
    }

    [Fact]
    public void The_handshake_lies_within_connect()
    {
        Timeline timeline = Of(new RunScript().StartListener().Connect());
        CallEvent connect = timeline.Calls.Single(c => c.Event.Call == "connect").Event;
        Assert.All(
            timeline.Arrows,
            a =>
            {
                Assert.InRange(a.Sent, connect.T, connect.T + connect.Duration);
                Assert.InRange(a.Received!.Value, a.Sent, connect.T + connect.Duration);
            }
        );
    }

    [Fact]
    public void A_refused_connect_is_a_SYN_answered_by_a_RST()
    {
        RunScript script = new RunScript()
            .Call("client", "cfd", "socket", RunScript.Socket, 3)
            .Call("client", "cfd", "connect", RunScript.Fd(3), us: 80, errno: "ECONNREFUSED", step: "connect", remote: RunScript.ServerEnd);
        Assert.Equal([(SegmentKind.Syn, "client"), (SegmentKind.Rst, "server")], Of(script).Arrows.Select(a => (a.Kind, a.From)));
    }

    [Theory]
    [InlineData("ETIMEDOUT"), InlineData("ECONNRESET")]
    public void A_connect_without_answer_is_a_SYN_that_ends_in_a_cross(string errno)
    {
        Arrow syn = Assert.Single(
            Of(new RunScript().Call("client", "cfd", "connect", RunScript.Fd(3), us: 1e7, errno: errno, remote: RunScript.ServerEnd)).Arrows
        );
        Assert.True(syn.Lost);
        Assert.Equal(InferredFrom.ConnectUnanswered, syn.Evidence);
    }

    [Fact]
    public void An_ACK_of_the_FIN_is_not_drawn_before_evidence_of_it()
    {
        RunScript script = new RunScript().StartListener().Connect().Call("server", "afd", "close", RunScript.Fd(120), us: 44, step: "close");
        Assert.Equal([SegmentKind.Fin], Of(script).Arrows.Skip(3).Select(a => a.Kind));
        script.Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.FinWait2, 14);
        Assert.Equal([SegmentKind.Fin, SegmentKind.Ack], Of(script).Arrows.Skip(3).Select(a => a.Kind));
        Assert.Equal(InferredFrom.FinWait2Seen, Of(script).Arrows[^1].Evidence);
    }

    [Fact]
    public void States_last_until_the_next_was_seen()
    {
        Timeline timeline = Of(new RunScript().StartListener().Connect().Close());
        IReadOnlyList<StateBand> server = [.. timeline.Bands.Where(b => b.Host == "server" && b.State != TcpState.Listen)];
        Assert.Equal([TcpState.SynRecv, TcpState.Established, TcpState.FinWait1, TcpState.FinWait2, TcpState.TimeWait], server.Select(b => b.State));
        Assert.Equal([TcpState.SynRecv], server.Where(b => b.IsInferred).Select(b => b.State));
        Assert.All(server.Zip(server.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin));
        Assert.All(server.Where(b => !b.IsInferred), b => Assert.True(b.After <= b.Begin));
        Assert.Null(server[^1].End);
    }

    [Fact]
    public void Without_the_option_the_rebind_names_TIME_WAIT_and_both_lacking_it()
    {
        StepResult verdict = Of(new RunScript().Whole()).Verdict!;
        Assert.Equal("EADDRINUSE", verdict.Deciding.Result.Errno);
        BindObstacle inTheWay = Assert.Single(verdict.Deciding.Rule!.Verdict.Obstacles);
        Assert.Equal((RuleMatch.Same, BindClause.NeitherReuseAddr, true), (verdict.Deciding.Rule.Match, inTheWay.Clause, inTheWay.Certain));
        Assert.Equal((TcpState.TimeWait, RunScript.ClientEnd), (inTheWay.Socket.State, inTheWay.Socket.Remote));
    }

    [Theory]
    [InlineData(true, false, BindClause.CandidateLacksReuseAddr)]
    [InlineData(false, true, BindClause.OtherLacksReuseAddr)]
    public void One_side_alone_is_named_as_lacking_the_option(bool listener, bool rebind, BindClause clause)
    {
        StepResult verdict = Of(new RunScript { ListenerReuseAddr = listener, RebindReuseAddr = rebind }.Whole()).Verdict!;
        Assert.Equal((RuleMatch.Same, clause), (verdict.Deciding.Rule!.Match, Assert.Single(verdict.Deciding.Rule.Verdict.Obstacles).Clause));
    }

    [Fact]
    public void With_the_option_on_both_the_rebind_succeeds_over_TIME_WAIT()
    {
        StepResult verdict = Of(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole()).Verdict!;
        Assert.True(verdict.Succeeded);
        Assert.Equal(["bind", "listen"], verdict.Marks.Select(m => m.Result.Call));
        Assert.Equal("listen", verdict.Deciding.Call.Call);
        Assert.All(verdict.Marks, m => Assert.Equal(RuleMatch.Same, m.Rule!.Match));
        Assert.Equal(TcpState.TimeWait, Assert.Single(verdict.Deciding.Rule!.Verdict.Shares).State);
    }

    [Fact]
    public void After_TIME_WAIT_nothing_is_in_the_way()
    {
        RunScript script = new RunScript().Whole().Wait(58_700).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null).Wait(500).Rebind(2);
        Timeline timeline = Of(script);
        Assert.Equal([RuleMatch.Same, RuleMatch.Same], timeline.Results.Select(r => r.Deciding.Rule!.Match));
        Assert.Equal([1, 0], timeline.Results.Select(r => r.Deciding.Rule!.Verdict.Obstacles.Count));
    }

    [Fact]
    public void TIME_WAIT_goes_on_past_its_timer_until_the_row_is_gone()
    {
        RunScript script = new RunScript().Whole();
        TimeWaitBar bar = Assert.Single(Of(script).TimeWaits);
        Assert.InRange(bar.TimerEnd - bar.Begin, 60_000_000_000, 60_020_000_000);
        Assert.Null(bar.Measured);
        script.Wait(30_000).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, timer: 26.5);
        Assert.Equal(26_500_000_000, Assert.Single(Of(script).TimeWaits).Left);
        script.Wait(28_400).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null);
        bar = Assert.Single(Of(script).TimeWaits);
        Assert.InRange(bar.Measured!.Value, 60_000_000_000, 64_000_000_000);
        Assert.Equal(0, bar.LeftAt(bar.GoneAt!.Value));
    }

    [Fact]
    public void TIME_WAIT_that_never_came_leaves_no_bar_and_a_free_port()
    {
        Timeline timeline = Of(new RunScript().StartListener().Connect().Close(timeWait: false).Rebind());
        Assert.Empty(timeline.TimeWaits);
        Assert.Equal(
            (RuleMatch.Same, 0, 0),
            (
                timeline.Verdict!.Deciding.Rule!.Match,
                timeline.Verdict.Deciding.Rule.Verdict.Obstacles.Count,
                timeline.Verdict.Deciding.Rule.Verdict.Shares.Count
            )
        );
    }

    [Fact]
    public void A_row_predicts_its_timer_from_the_last_reading()
    {
        Timeline timeline = Of(new RunScript().StartListener().Connect().Close());
        SocketNow row = Assert.Single(timeline.SocketsOf("server"));
        Assert.Equal(50_000_000_000, row.TimerAt(row.Reading.T + 10_000_000_000)!.Value.Left);
        Assert.Equal(0, row.TimerAt(row.Reading.T + 61_000_000_000)!.Value.Left);
    }

    [Fact]
    public void What_was_lost_is_counted()
    {
        RunScript script = new RunScript()
            .StartListener()
            .Add(new GapEvent { Lost = 3, Reason = new("test") }, 0)
            .Add(new GapEvent { Lost = 4, Reason = new("test") }, 0);
        Assert.Equal(7, Of(script).Lost);
    }

    [Fact]
    public void What_the_other_host_saw_too_early_by_its_clock_is_drawn_after_its_cause()
    {
        var script = new RunScript();
        IReadOnlyList<RunEvent> log = [.. script.Whole().Events.Select(e => e.Host == "client" ? e with { T = e.T - 900_000_000 } : e)];
        RunHeader apart = script.Header with { Hosts = [script.Header.Hosts[0] with { BootId = "c" }, script.Header.Hosts[1]] };
        Timeline timeline = Timeline.Fold(apart, log);
        Arrow fin = timeline.Arrows.First(a => a.Kind == SegmentKind.Fin);
        Assert.True(timeline.Calls.Single(c => c.Event.Call == "read").At >= fin.Received);
        Assert.True(timeline.Bands.Single(b => b.State == TcpState.CloseWait).Begin >= fin.Received);
        Assert.All(timeline.Arrows, a => Assert.True(a.Received >= a.Sent));
    }

    [Fact]
    public void Hosts_in_one_namespace_each_show_their_own_rows()
    {
        TcpEndpoint server = RunScript.Of("127.0.0.1:11111"),
            client = RunScript.Of("127.0.0.2:40000");
        var script = new RunScript { Shared = true };
        foreach (string reader in (string[])["client", "server"])
        {
            script
                .Row(reader, server, client, TcpState.Established)
                .Row(reader, client, server, TcpState.Established)
                .Row(reader, RunScript.Any, RunScript.Nobody, TcpState.Listen);
        }

        Timeline timeline = Of(script);
        Assert.Equal([RunScript.Any, server], timeline.SocketsOf("server").Select(s => s.Local));
        Assert.Equal([client], timeline.SocketsOf("client").Select(s => s.Local));
    }

    [Fact]
    public void Rows_stand_in_the_order_of_ss_listeners_first_then_by_their_place_in_the_table()
    {
        TcpEndpoint peer = RunScript.ClientEnd,
            listener = RunScript.Any;
        RunScript script = new();
        void Row(int slot, TcpEndpoint local, TcpEndpoint remote, TcpState state) =>
            script.Add(
                new SocketEvent
                {
                    Host = "server",
                    Local = local,
                    Remote = remote,
                    From = null,
                    To = state,
                    Raw = $"   {slot}: 447AA8C0:2B67",
                },
                1
            );
        Row(7, RunScript.ServerEnd, peer.WithPort(1), TcpState.TimeWait);
        Row(3, RunScript.ServerEnd, peer.WithPort(2), TcpState.Established);
        Row(9, listener, RunScript.Nobody, TcpState.Listen);
        Row(12, RunScript.ServerEnd, peer.WithPort(3), TcpState.Established);
        Assert.Equal([0, 2, 1, 3], Of(script).SocketsOf("server").Select(s => (int)s.Remote.Port));
    }

    [Fact]
    public void The_cursor_leaves_out_what_came_later()
    {
        var script = new RunScript().StartListener();
        long cursor = script.Events[^1].T;
        script.Connect();
        Timeline timeline = Timeline.Fold(script.Header, script.Events, cursor);
        Assert.Equal(3, timeline.Calls.Count);
        Assert.Empty(timeline.Arrows);
        Assert.Equal([TcpState.Listen], timeline.Sockets.Select(s => s.State));
    }

    [Fact]
    public void An_interrupted_run_says_so()
    {
        RunScript script = new RunScript().StartListener().Add(new EndEvent { Outcome = Outcome.Interrupted, Reason = new("test") }, 0);
        Assert.Equal((Outcome.Interrupted, new Message("test")), (Of(script).Progress.Outcome, Of(script).Progress.OutcomeReason));
    }

    private static Timeline Of(RunScript script) => Timeline.Fold(script.Header, script.Events);
}
