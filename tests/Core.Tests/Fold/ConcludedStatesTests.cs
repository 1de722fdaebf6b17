using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpState;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>States that follow from segments and calls. Times are microseconds.</summary>
public sealed class ConcludedStatesTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;

    /// <summary>A handshake with its calls, the connection open from 80 on.</summary>
    private static SegmentLog Open(string[]? captures = null)
    {
        var log = new SegmentLog(captures);
        bool client = captures is null || captures.Contains("client"),
            server = captures is null || captures.Contains("server");
        log.Connect(0);
        log.Handshake(10, client, server);
        log.Accept(200);
        return log;
    }

    [Fact]
    public void Every_state_of_the_lesson_but_TIME_WAIT_follows_from_what_passed()
    {
        SegmentLog log = Open();
        log.Close("server", "afd", 1000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        log.Segment(true, "ACK", C + 1, S + 2, 42_025, 42_045);
        log.Close("client", "cfd", 90_000);
        log.Segment(true, "FIN,ACK", C + 1, S + 2, 90_005, 90_025);
        log.Segment(false, "ACK", S + 2, C + 2, 90_030, 90_050);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>1025", "CLOSE-WAIT 1025>90005", "LAST-ACK 90005>90050"], States(log, "client"));
        // Only a look can say that a TIME-WAIT is there: the kernel may have had no room for one.
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>1005", "FIN-WAIT-1 1005>42045", "FIN-WAIT-2 42045>"], States(log, "server"));
        IReadOnlyList<StateBand> bands = log.Fold().Bands;
        Assert.All(
            bands,
            b =>
                Assert.True(
                    b is { IsInferred: true, Exact: false, Source: EvidenceSource.Inferred, Seq: < 0 }
                        && b.Evidence.Count > 0
                        && b.After <= b.Begin
                        && !(b.Before < b.Begin)
                )
        );
        Assert.Equal(bands.Count, bands.Select(b => b.Seq).Distinct().Count());
        StateBand finWait = bands.Single(b => b.State == FinWait1);
        Assert.Equal((990, 1015), (finWait.After / 1000, finWait.Before / 1000));
    }

    [Fact]
    public void What_looking_saw_later_begins_when_it_did_and_ends_when_the_next_began()
    {
        SegmentLog log = Open();
        log.Row("server", 0, 16_000, null, Established);
        log.Close("server", "afd", 20_000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 20_005, 20_025);
        log.Segment(true, "ACK", C + 1, S + 2, 20_030, 20_050);
        log.Row("server", 19_000, 24_000, Established, FinWait2);
        log.Segment(true, "FIN,ACK", C + 1, S + 2, 30_000, 30_020);
        log.Segment(false, "ACK", S + 2, C + 2, 30_025, 30_045);
        log.Row("server", 25_000, 39_000, FinWait2, TimeWait, 59.99);
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>20005", "FIN-WAIT-1 20005>20050", "FIN-WAIT-2 20050>30020", "TIME-WAIT 30020>"], States(log, "server"));
        Timeline timeline = log.Fold();
        StateBand wait = timeline.Bands.Single(b => b.State == TimeWait);
        Assert.Equal((39_000, "proc,inferred"), (wait.SeenFrom / 1000, string.Join(',', wait.Sources.All)));
        Assert.Equal([SynRecv, FinWait1], timeline.Bands.Where(b => b.IsInferred && b.Host == "server").Select(b => b.State));
    }

    [Fact]
    public void When_both_close_at_once_both_are_in_CLOSING()
    {
        SegmentLog log = Open();
        log.Close("server", "afd", 1000);
        log.Close("client", "cfd", 1000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1035);
        log.Segment(true, "FIN,ACK", C + 1, S + 1, 1006, 1036);
        log.Segment(true, "ACK", C + 2, S + 2, 1040, 1060);
        log.Segment(false, "ACK", S + 2, C + 2, 1041, 1061);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>1006", "FIN-WAIT-1 1006>1035", "CLOSING 1035>"], States(log, "client"));
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>1005", "FIN-WAIT-1 1005>1036", "CLOSING 1036>"], States(log, "server"));
    }

    [Fact]
    public void A_FIN_counts_when_everything_before_it_has_come()
    {
        SegmentLog log = Open();
        log.Segment(false, "PSH,ACK", S + 1, C + 1, 1000, 5_020, len: 5);
        log.Segment(false, "FIN,ACK", S + 6, C + 1, 1005, 1025);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>5020", "CLOSE-WAIT 5020>"], States(log, "client"));
    }

    [Fact]
    public void A_close_with_unread_data_ends_both_ends_by_a_RST()
    {
        SegmentLog log = Open();
        log.Close("server", "afd", 1000);
        log.Segment(false, "RST,ACK", S + 1, C + 1, 1005, 1025);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>1025"], States(log, "client"));
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>1005"], States(log, "server"));
        Timeline timeline = log.Fold();
        Assert.Equal((EndCause.Reset, EndCause.SentReset), (Last(timeline, "client").Ended!.Cause, Last(timeline, "server").Ended!.Cause));
        Assert.True(Last(timeline, "client").Gone is { Exact: false });
    }

    [Fact]
    public void A_connect_that_is_refused_was_in_SYN_SENT_and_its_peer_nowhere()
    {
        var log = new SegmentLog();
        log.Connect(0, errno: "ECONNREFUSED");
        log.Segment(true, "SYN", C, 0, 10, 30);
        log.Segment(false, "RST,ACK", 0, C + 1, 35, 55);
        Assert.Equal(["SYN-SENT 10>55"], States(log, "client"));
        Assert.Empty(States(log, "server"));
        Assert.Equal(EndCause.Reset, Last(log.Fold(), "client").Ended!.Cause);
    }

    [Fact]
    public void A_connect_that_gives_up_leaves_SYN_SENT_when_it_returns()
    {
        var log = new SegmentLog();
        log.Connect(0, 300_000, "ETIMEDOUT");
        log.Segment(true, "SYN", C, 0, 10, null);
        Assert.Equal(["SYN-SENT 10>300000"], States(log, "client"));
        Assert.Equal(EndCause.GaveUp, Last(log.Fold(), "client").Ended!.Cause);
    }

    [Fact]
    public void Where_the_last_ACK_of_the_handshake_was_not_taken_the_request_waits_on()
    {
        SegmentLog log = Open();
        log.Segment(false, "SYN,ACK", S, C + 1, 300_000, 300_020, again: true);
        Assert.Equal(["SYN-RECV 30>"], States(log, "server"));
    }

    [Fact]
    public void A_SYN_that_nobody_answers_made_no_request()
    {
        var log = new SegmentLog();
        log.Segment(true, "SYN", C, 0, 10, 30);
        Assert.Empty(States(log, "server"));
    }

    [Fact]
    public void An_assassinated_TIME_WAIT_sends_the_new_connect_s_RST_and_SYN_SENT_goes_on()
    {
        var log = new SegmentLog();
        log.Connect(0, 1000, "ECONNREFUSED");
        log.Segment(true, "SYN", C, 0, 10, 30);
        log.Segment(false, "ACK", S + 2, 77, 35, 55);
        log.Segment(true, "RST", 77, 0, 60, 80);
        log.Segment(true, "SYN", C, 0, 500, 520, again: true);
        log.Segment(false, "RST,ACK", 0, C + 1, 525, 545);
        Assert.Equal(["SYN-SENT 10>545"], States(log, "client"));
    }

    [Fact]
    public void Of_a_host_whose_capture_lost_segments_nothing_is_concluded()
    {
        SegmentLog log = Open();
        log.Row("server", 0, 16_000, null, Established);
        log.Add(
            new GapEvent
            {
                Host = "server",
                Source = EvidenceSource.Capture,
                T = 20_000_000,
                Lost = 1,
                Reason = new("test"),
            }
        );
        Assert.Equal(["ESTAB 16000>"], States(log, "server"));
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>"], States(log, "client"));
    }

    [Fact]
    public void What_was_seen_otherwise_is_not_concluded()
    {
        SegmentLog log = Open();
        log.Row("client", 0, 16_000, null, Established);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 20_005, 20_025);
        // The table still says ESTAB long after the FIN came: it was not taken.
        log.Row("client", 100_000, 120_000, Established, Established);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>"], States(log, "client"));
    }

    [Fact]
    public void What_nobody_saw_though_it_must_have_been_seen_is_not_believed()
    {
        SegmentLog log = Open();
        log.Row("server", 0, 16_000, null, Established);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>"], States(log, "client"));
        log.HostTold("client", 600_000);
        Assert.Empty(States(log, "client"));
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>"], States(log, "server"));
    }

    [Fact]
    public void With_one_capture_the_other_end_s_states_have_the_bounds_of_what_is_known()
    {
        SegmentLog log = Open(["client"]);
        IReadOnlyList<StateBand> server = [.. log.Fold().Bands.Where(b => b.Host == "server")];
        Assert.Equal([SynRecv, Established], server.Select(b => b.State));
        Assert.InRange(30, server[0].After!.Value / 1000, server[0].Before!.Value / 1000);
        Assert.InRange(80, server[1].After!.Value / 1000, server[1].Before!.Value / 1000);
    }

    [Fact]
    public void Without_a_capture_a_handshake_follows_from_its_call_but_no_state_from_a_close_alone()
    {
        var log = new SegmentLog([]);
        log.Connect(0);
        log.Accept(200);
        log.Close("server", "afd", 1000);
        Assert.Equal([SynSent, Established], log.Fold().Bands.Where(b => b.Host == "client").Select(b => b.State));
        Assert.Equal([SynRecv, Established], log.Fold().Bands.Where(b => b.Host == "server").Select(b => b.State));
    }

    [Fact]
    public void A_socket_that_a_child_keeps_is_closed_by_the_child()
    {
        SegmentLog log = Open();
        log.Add(
            new ProgramEvent
            {
                Host = "server",
                Source = EvidenceSource.Agent,
                T = 500_000,
                Program = "sv",
                Change = ProgramChange.Forked,
                Child = "child",
                Sockets = ["afd"],
            }
        );
        log.Close("server", "afd", 1000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 9_000, 9_020);
        log.Add(
            new ProgramEvent
            {
                Host = "server",
                Source = EvidenceSource.Agent,
                T = 9_050_000,
                Program = "child",
                Change = ProgramChange.Exited,
                Sockets = ["afd"],
            }
        );
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>9000", "FIN-WAIT-1 9000>"], States(log, "server"));
    }

    [Fact]
    public void A_RST_that_a_filter_dropped_after_the_capture_ended_nothing()
    {
        SegmentLog log = Open();
        log.Row("client", 0, 16_000, null, Established);
        log.Segment(false, "RST,ACK", S + 1, C + 1, 1_000_000, 1_000_020);
        // The table goes on saying ESTAB; then the client closes, and what answers gets through.
        log.Row("client", 1_900_000, 1_950_000, Established, Established);
        log.Close("client", "cfd", 2_000_000);
        log.Segment(true, "FIN,ACK", C + 1, S + 1, 2_000_005, 2_000_025);
        log.Segment(false, "RST", S + 1, 0, 2_000_030, 2_000_050);
        log.Row("client", 1_950_000, 2_010_000, Established, null);
        Assert.Equal(["SYN-SENT 10>55", "ESTAB 55>2000005", "FIN-WAIT-1 2000005>2000050"], States(log, "client"));
    }

    [Fact]
    public void A_segment_for_an_orphan_that_had_gone_by_its_timer_ends_nothing()
    {
        SegmentLog log = Open();
        log.Row("server", 0, 16_000, null, Established);
        log.Close("server", "afd", 1_000_000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1_000_005, 1_000_025);
        log.Segment(true, "ACK", C + 1, S + 2, 1_000_030, 1_000_050);
        log.Row("server", 990_000, 1_020_000, Established, FinWait2);
        log.Row("server", 4_000_000, 4_020_000, FinWait2, null);
        log.Segment(true, "PSH,ACK", C + 1, S + 2, 5_000_000, 5_000_020, len: 5);
        log.Segment(false, "RST", S + 2, 0, 5_000_030, 5_000_050);
        Assert.Equal(["SYN-RECV 30>80", "ESTAB 80>1000005", "FIN-WAIT-1 1000005>1000050", "FIN-WAIT-2 1000050>4020000"], States(log, "server"));
        Assert.Null(Last(log.Fold(), "server").Ended);
    }

    [Fact]
    public void A_connect_that_finds_no_port_was_in_SYN_SENT_while_it_looked()
    {
        var log = new SegmentLog();
        log.Connect(100, 20, "EADDRNOTAVAIL");
        Assert.Equal(["SYN-SENT 100>120"], States(log, "client"));
    }

    private static IReadOnlyList<string> States(SegmentLog log, string host) =>
        [.. log.Fold().Bands.Where(b => b.Host == host).Select(b => $"{b.State.Name()} {b.Begin / 1000}>{b.End / 1000}")];

    private static StateBand Last(Timeline timeline, string host) => timeline.Bands.Last(b => b.Host == host);
}
