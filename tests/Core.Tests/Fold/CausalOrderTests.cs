using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>Times are microseconds.</summary>
public sealed class CausalOrderTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;

    [Fact]
    public void An_ACK_of_the_handshake_that_nobody_captured_moves_nothing_behind_the_next_one()
    {
        SegmentLog log = UpToTheAck(null);
        Trace(log, 70, TcpState.SynRecv, TcpState.Established);
        log.Accept(200);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        log.Segment(true, "ACK", C + 1, S + 2, 42_025, 42_045);
        Assert.Equal((210, 70, true), (Accepted(log), Established(log).Begin / 1000, Established(log).Exact));
    }

    [Fact]
    public void Where_clocks_are_loose_only_the_ACK_of_the_handshake_counts()
    {
        SegmentLog log = UpToTheAck(null, sameClock: false);
        log.Accept(200);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        log.Segment(true, "ACK", C + 1, S + 2, 42_025, 42_045);
        Assert.Equal(210, Accepted(log));
    }

    [Fact]
    public void What_a_host_told_of_itself_is_not_moved_by_more_than_its_clock_may_be_off()
    {
        SegmentLog log = UpToTheAck(null);
        Trace(log, 70, TcpState.SynRecv, TcpState.Established);
        log.Accept(200);
        // The same once more, as an answer to a SYN,ACK that came twice.
        log.Segment(true, "ACK", C + 1, S + 1, 5_000, 5_020);
        Assert.Equal((210, 70, true), (Accepted(log), Established(log).Begin / 1000, Established(log).Exact));
    }

    [Theory]
    [InlineData(75, 75, true), InlineData(80, 80, true), InlineData(81, 70, true)]
    public void Stamps_may_be_ten_microseconds_off_a_trace(long arrived, long begin, bool exact)
    {
        SegmentLog log = UpToTheAck(arrived);
        Trace(log, 70, TcpState.SynRecv, TcpState.Established);
        Assert.Equal((begin, exact), (Established(log).Begin / 1000, Established(log).Exact));
    }

    [Theory]
    [InlineData(20, 250), InlineData(19, 210), InlineData(null, 250)]
    public void Clocks_of_two_machines_are_off_by_what_their_measures_leave(int? ofServer, long drawn)
    {
        SegmentLog log = UpToTheAck(250, sameClock: false);
        if (ofServer is { } known)
        {
            foreach (string host in (string[])["client", "server"])
            {
                log.Add(
                    new ClockEvent
                    {
                        Host = host,
                        Source = EvidenceSource.Lab,
                        T = 1,
                        Uncertainty = 9_000_000,
                    }
                );
            }

            log.Add(
                new ClockEvent
                {
                    Host = "client",
                    Source = EvidenceSource.Lab,
                    T = 1,
                    Uncertainty = 10_000,
                }
            );
            log.Add(
                new ClockEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Lab,
                    T = 1,
                    Uncertainty = known * 1000,
                }
            );
        }
        log.Accept(200);
        Assert.Equal(drawn, Accepted(log));
    }

    [Fact]
    public void What_only_its_sender_captured_has_arrived_when_a_trace_shows_what_came_of_it()
    {
        SegmentLog log = UpToTheAck(null);
        Trace(log, 68, TcpState.SynRecv, TcpState.Established);
        Arrow ack = log.Arrows()[2];
        Assert.Equal((60_000, 68_000, SeenAt.Sender), (ack.Sent, ack.Received, ack.Segment!.Seen));
        Assert.Equal((68, true), (Established(log).Begin / 1000, Established(log).Exact));
    }

    [Fact]
    public void An_inferred_handshake_is_over_when_its_effects_were_seen()
    {
        var log = new SegmentLog([]);
        log.Connect(0, duration: 300);
        Trace(log, 40, null, TcpState.Established, "client");
        Trace(log, 70, TcpState.SynRecv, TcpState.Established);
        Timeline timeline = log.Fold();
        Assert.All(timeline.Arrows, a => Assert.True(a.Received >= a.Sent));
        Assert.Equal([(SegmentKind.SynAck, 40), (SegmentKind.Ack, 70)], timeline.Arrows.Skip(1).Select(a => (a.Kind, a.Received / 1000)));
        Assert.Equal(
            ["client SYN-SENT 0 False", "server SYN-RECV 23 False", "client ESTAB 40 True", "server ESTAB 70 True"],
            timeline.Bands.Select(b => $"{b.Host} {b.State.Name()} {b.Begin / 1000} {b.Exact}")
        );
    }

    /// <summary>A connect, and what both hosts captured of its handshake; the ACK arrived at the server at that time, or its capture missed it.</summary>
    private static SegmentLog UpToTheAck(long? arrived, bool sameClock = true)
    {
        var log = new SegmentLog(sameClock: sameClock);
        log.Connect(0);
        log.Segment(true, "SYN", C, 0, 10, 30);
        log.Segment(false, "SYN,ACK", S, C + 1, 35, 55);
        log.Segment(true, "ACK", C + 1, S + 1, 60, arrived);
        if (arrived is null)
        {
            log.Add(
                new GapEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Capture,
                    T = 100_000,
                    Lost = 1,
                    Reason = new("test"),
                }
            );
        }

        return log;
    }

    private static void Trace(SegmentLog log, long at, TcpState? from, TcpState? to, string host = "server")
    {
        (TcpEndpoint own, TcpEndpoint peer) = host == "server" ? (SegmentLog.Server, SegmentLog.Client) : (SegmentLog.Client, SegmentLog.Server);
        log.Add(
            new StateEvent
            {
                Host = host,
                Source = EvidenceSource.Trace,
                T = at * 1000,
                Socket = new(own, peer),
                From = from,
                To = to,
            }
        );
    }

    private static long Accepted(SegmentLog log) => log.Fold().Calls.Single(c => c.Event.Call == "accept4").At / 1000;

    private static StateBand Established(SegmentLog log) => log.Fold().Bands.Single(b => b is { Host: "server", State: TcpState.Established });
}
