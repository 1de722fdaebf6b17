using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Tests.Captures;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpFlags;

namespace ReuseAddrDashboard.Core.Tests.Captures;

public class InferredStatesTests
{
    private const string Opened = "SYN-SENT ESTAB",
        Accepted = "SYN-RECV ESTAB";

    private static void Holds(Exchange x, string client, string server, ClosedFirst closed, string why)
    {
        FileConnectionDetail d = x.Detail();
        Assert.Equal(client, Exchange.States(d, Exchange.Client));
        Assert.Equal(server, Exchange.States(d, Exchange.Server));
        Assert.Equal(closed, d.Connection.Closed);
        Assert.Equal($"captures.time-wait.{why}", d.TimeWait[0].Code);
        Assert.All(
            [d.Closed, .. d.TimeWait, .. d.Remarks],
            m => Assert.All([TextCatalog.English, TextCatalog.Load("ja")], t => Assert.DoesNotContain('{', t[m]))
        );
        // And the diagram draws the same.
        Timeline drawn = Timeline.Fold(RunFiles.HeaderOf(d.Run), d.Run.Events);
        Assert.Equal(d.Run.Events.OfType<SegmentEvent>().Count(), drawn.Arrows.Count);
        Assert.All(drawn.Arrows, a => Assert.Equal((EvidenceSource.CaptureFile, SeenAt.OnTheWay), (a.Source, a.Segment!.Seen)));
        Assert.All(drawn.Bands, b => Assert.True(b.IsInferred, b.ToString()));
        Assert.Empty(drawn.Disagreements);
        foreach (TcpEndpoint end in (TcpEndpoint[])[Exchange.Client, Exchange.Server])
        {
            IEnumerable<string> bands = drawn
                .Bands.Where(b => b.Local == end)
                .SelectMany(b => b.Gone is null ? (string[])[b.State.Name()] : [b.State.Name(), "CLOSED"]);
            Assert.Equal(Exchange.States(d, end).Replace("TIME-WAIT TIME-WAIT", "TIME-WAIT", StringComparison.Ordinal), string.Join(' ', bands));
        }
    }

    [Fact]
    public void The_client_closes_first() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Ack, 5001, 1002).S(Fin | Ack, 5001, 1002).C(Ack, 1002, 5002),
            $"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
            $"{Accepted} CLOSE-WAIT LAST-ACK CLOSED",
            ClosedFirst.A,
            "first-closer"
        );

    [Fact]
    public void The_server_closes_first_and_the_answer_brings_both() =>
        Holds(
            new Exchange().Handshake().C(Psh | Ack, 1001, 5001, 5).S(Ack, 5001, 1006).S(Fin | Ack, 5001, 1006).C(Fin | Ack, 1006, 5002).S(Ack, 5002, 1007),
            $"{Opened} CLOSE-WAIT LAST-ACK CLOSED",
            $"{Accepted} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
            ClosedFirst.B,
            "first-closer"
        );

    [Fact]
    public void Both_close_at_once() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Fin | Ack, 5001, 1001).C(Ack, 1002, 5002).S(Ack, 5002, 1002),
            $"{Opened} FIN-WAIT-1 CLOSING TIME-WAIT",
            $"{Accepted} FIN-WAIT-1 CLOSING TIME-WAIT",
            ClosedFirst.Both,
            "both"
        );

    [Fact]
    public void A_half_stays_open() =>
        Holds(
            new Exchange()
                .Handshake()
                .C(Fin | Ack, 1001, 5001)
                .S(Ack, 5001, 1002)
                .S(Psh | Ack, 5001, 1002, 100)
                .C(Ack, 1002, 5101)
                .S(Fin | Ack, 5101, 1002)
                .C(Ack, 1002, 5102),
            $"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
            $"{Accepted} CLOSE-WAIT LAST-ACK CLOSED",
            ClosedFirst.A,
            "first-closer"
        );

    [Fact]
    public void Half_closed_at_the_end_of_the_capture() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Ack, 5001, 1002),
            $"{Opened} FIN-WAIT-1 FIN-WAIT-2",
            $"{Accepted} CLOSE-WAIT",
            ClosedFirst.A,
            "fin-wait-2"
        );

    [Fact]
    public void A_fin_that_nobody_acknowledged() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).Wait(200 * Exchange.Step).C(Fin | Ack, 1001, 5001),
            $"{Opened} FIN-WAIT-1",
            Accepted,
            ClosedFirst.A,
            "fin-wait-1"
        );

    [Fact]
    public void Refused() => Holds(new Exchange().C(Syn, 1000).S(Rst | Ack, 0, 1001), "SYN-SENT CLOSED", "", ClosedFirst.Refused, "refused");

    [Fact]
    public void Never_answered() =>
        Holds(new Exchange().C(Syn, 1000).Wait(100 * Exchange.Step).C(Syn, 1000), "SYN-SENT", "", ClosedFirst.Unanswered, "unanswered");

    [Fact]
    public void Aborted() =>
        Holds(
            new Exchange().Handshake().C(Psh | Ack, 1001, 5001, 5).S(Rst | Ack, 5001, 1006),
            $"{Opened} CLOSED",
            $"{Accepted} CLOSED",
            ClosedFirst.Reset,
            "reset"
        );

    [Fact]
    public void Aborted_after_a_fin() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Ack, 5001, 1002).S(Psh | Ack, 5001, 1002, 9).C(Rst, 1002),
            $"{Opened} FIN-WAIT-1 FIN-WAIT-2 CLOSED",
            $"{Accepted} CLOSE-WAIT CLOSED",
            ClosedFirst.A,
            "reset-after-fin"
        );

    [Fact]
    public void A_reset_outside_of_the_window_ends_nothing() =>
        Holds(new Exchange().Handshake().S(Rst, 99_000).C(Psh | Ack, 1001, 5001, 5).S(Ack, 5001, 1006), Opened, Accepted, ClosedFirst.Nobody, "open");

    [Fact]
    public void A_reset_ends_time_wait() =>
        Holds(
            new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Fin | Ack, 5001, 1002).C(Ack, 1002, 5002).S(Rst, 5002),
            $"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED",
            $"{Accepted} CLOSE-WAIT LAST-ACK CLOSED",
            ClosedFirst.A,
            "first-closer"
        );

    [Fact]
    public void What_is_sent_again_counts_once()
    {
        Exchange x = new Exchange()
            .C(Syn, 1000)
            .Wait(100 * Exchange.Step)
            .C(Syn, 1000)
            .S(Syn | Ack, 5000, 1001)
            .C(Ack, 1001, 5001)
            .C(Psh | Ack, 1001, 5001, 5)
            .Wait(20 * Exchange.Step)
            .C(Psh | Ack, 1001, 5001, 5)
            .S(Ack, 5001, 1006)
            .C(Fin | Ack, 1006, 5001)
            .Wait(20 * Exchange.Step)
            .C(Fin | Ack, 1006, 5001)
            .S(Fin | Ack, 5001, 1007)
            .C(Ack, 1007, 5002);
        Holds(x, $"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT", $"{Accepted} CLOSE-WAIT LAST-ACK CLOSED", ClosedFirst.A, "first-closer");
        FileConnectionDetail d = x.Detail();
        Assert.Equal(3, d.Connection.A.Retransmissions);
        Assert.Equal(5, d.Connection.A.Octets);
        Assert.Equal(3, d.Run.Events.OfType<SegmentEvent>().Count(s => s.Retransmission));
        Assert.Equal(3, d.Run.Events.OfType<SegmentEvent>().Count(s => s.Received is null));
    }

    [Fact]
    public void A_last_ack_that_was_lost_starts_time_wait_anew()
    {
        Exchange x = new Exchange()
            .Handshake()
            .C(Fin | Ack, 1001, 5001)
            .S(Fin | Ack, 5001, 1002)
            .C(Ack, 1002, 5002)
            .Wait(50 * Exchange.Step)
            .S(Fin | Ack, 5001, 1002)
            .C(Ack, 1002, 5002);
        Holds(x, $"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT TIME-WAIT", $"{Accepted} CLOSE-WAIT LAST-ACK CLOSED", ClosedFirst.A, "first-closer");
        FileConnectionDetail d = x.Detail();
        Assert.Contains(d.TimeWait, m => m.Code == "captures.time-wait.restarted");
        StateEvent gone = d.Run.Events.OfType<StateEvent>().Single(e => e.To is null);
        Assert.True(gone.T > 50 * Exchange.Step, "LAST-ACK ends with the second acknowledgment");
    }

    [Fact]
    public void Time_wait_is_over_when_the_capture_goes_on_for_a_minute()
    {
        Exchange x = new Exchange().Handshake().C(Fin | Ack, 1001, 5001).S(Fin | Ack, 5001, 1002).C(Ack, 1002, 5002).Wait(70_000_000_000).C(Syn, 9_000_000);
        FileConnectionDetail d = x.Detail();
        Assert.Equal("captures.time-wait.over", d.TimeWait[1].Code);
        Assert.Equal($"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", Exchange.States(d, Exchange.Client));
        Assert.Equal(2, d.Connection.FollowedBy);
    }

    [Fact]
    public void The_same_ports_again_take_time_wait_over()
    {
        Exchange x = new Exchange()
            .Handshake()
            .C(Fin | Ack, 1001, 5001)
            .S(Fin | Ack, 5001, 1002)
            .C(Ack, 1002, 5002)
            .Wait(5_000_000_000)
            .C(Syn, 9_000_000)
            .S(Syn | Ack, 7_000_000, 9_000_001)
            .C(Ack, 9_000_001, 7_000_001);
        FileConnectionDetail first = x.Detail(1),
            second = x.Detail(2);
        Assert.Equal("captures.time-wait.reused", first.TimeWait[1].Code);
        Assert.Equal("2", first.TimeWait[1]["number"]);
        Assert.Equal($"{Opened} FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", Exchange.States(first, Exchange.Client));
        Assert.Equal(Opened, Exchange.States(second, Exchange.Client));
        Assert.Equal(1, second.Connection.Follows);
    }

    [Fact]
    public void Of_the_time_before_the_capture_nothing_is_concluded()
    {
        Holds(
            new Exchange().C(Psh | Ack, 1001, 5001, 5).S(Ack, 5001, 1006),
            "",
            "ESTAB".Replace("ESTAB", "", StringComparison.Ordinal),
            ClosedFirst.Nobody,
            "open"
        );
        Holds(
            new Exchange()
                .C(Psh | Ack, 1001, 5001, 5)
                .S(Psh | Ack, 5001, 1006, 5)
                .C(Ack, 1006, 5006)
                .C(Fin | Ack, 1006, 5006)
                .S(Fin | Ack, 5006, 1007)
                .C(Ack, 1007, 5007),
            "ESTAB FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
            "ESTAB CLOSE-WAIT LAST-ACK CLOSED",
            ClosedFirst.A,
            "first-closer"
        );
        // One FIN alone may be the second.
        Holds(new Exchange().S(Fin | Ack, 5001, 1006).C(Ack, 1006, 5002), "CLOSE-WAIT", "FIN-WAIT-1 FIN-WAIT-2", ClosedFirst.Unknown, "unknown");
    }

    [Fact]
    public void A_syn_in_the_middle_is_answered_by_the_old_connection()
    {
        // RFC 9293, figure 9: the client was killed and comes again; the server still has the old connection, and says so.
        Exchange x = new Exchange()
            .Handshake()
            .Wait(5_000_000_000)
            .C(Syn, 9_000_000)
            .S(Ack, 5001, 1001)
            .C(Rst, 1001)
            .Wait(100 * Exchange.Step)
            .C(Syn, 9_000_000)
            .S(Syn | Ack, 7_000_000, 9_000_001)
            .C(Ack, 9_000_001, 7_000_001);
        Assert.Equal(Opened, Exchange.States(x.Detail(2), Exchange.Client));
        Assert.Equal(Accepted, Exchange.States(x.Detail(2), Exchange.Server));
    }
}
