using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpState;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>Why a TIME-WAIT, or another socket, went. Times are microseconds.</summary>
public sealed class EndReasonTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;

    private static SegmentLog Waiting()
    {
        var log = new SegmentLog();
        log.Connect(0);
        log.Handshake(10);
        log.Accept(200);
        log.Close("server", "afd", 1000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        log.Segment(true, "FIN,ACK", C + 1, S + 2, 1030, 1050);
        log.Segment(false, "ACK", S + 2, C + 2, 1055, 1075);
        log.Row("server", 900, 15_000, null, TimeWait, 59.986);
        return log;
    }

    [Fact]
    public void One_that_lasts_has_no_reason() => Assert.Null(Bar(Waiting()).Ended);

    [Fact]
    public void The_timer_is_a_reason_of_its_own()
    {
        SegmentLog log = Waiting();
        log.Row("server", 61_000_000, 61_100_000, TimeWait, null);
        Assert.Equal(new(EndCause.Timer, null), Bar(log).Ended);
    }

    [Fact]
    public void A_RST_that_came_just_before_assassinated_it()
    {
        SegmentLog log = Waiting();
        log.Segment(true, "RST", C + 2, 0, 2_000_000, 2_000_020);
        log.Row("server", 1_990_000, 2_015_000, TimeWait, null);
        TimeWaitBar bar = Bar(log);
        Assert.Equal(EndCause.Reset, bar.Ended!.Cause);
        Assert.Equal("RST", Assert.IsType<SegmentEvent>(log.Events[(int)bar.Ended.Seq! - 1]).Flags);
    }

    [Fact]
    public void A_RST_long_before_did_not()
    {
        SegmentLog log = Waiting();
        log.Segment(true, "RST", C + 2, 0, 2_000_000, 2_000_020);
        log.Row("server", 61_000_000, 61_100_000, TimeWait, null);
        Assert.Equal(EndCause.Timer, Bar(log).Ended!.Cause);
    }

    [Fact]
    public void A_new_SYN_took_it_over()
    {
        SegmentLog log = Waiting();
        log.Connect(5_000_000);
        log.Segment(true, "SYN", C + 70_000, 0, 5_000_010, 5_000_030);
        log.Segment(false, "SYN,ACK", S + 90_000, C + 70_001, 5_000_035, 5_000_055);
        log.Segment(true, "ACK", C + 70_001, S + 90_001, 5_000_060, 5_000_080);
        log.Row("server", 4_990_000, 5_015_000, TimeWait, Established);
        TimeWaitBar bar = Bar(log);
        Assert.Equal((EndCause.TakenOver, 5_000_030), (bar.Ended!.Cause, bar.GoneAt / 1000));
        Assert.Equal(
            [SynRecv, Established, FinWait1, FinWait2, TimeWait, SynRecv, Established],
            log.Fold().Bands.Where(b => b.Host == "server").Select(b => b.State)
        );
    }

    [Fact]
    public void One_that_went_long_before_its_timer_was_destroyed_by_somebody()
    {
        SegmentLog log = Waiting();
        log.Row("server", 2_000_000, 2_015_000, TimeWait, null);
        Assert.Equal(new(EndCause.Early, null), Bar(log).Ended);
    }

    [Fact]
    public void The_lab_s_own_SOCK_DESTROY_is_named()
    {
        SegmentLog log = Waiting();
        log.Add(
            new CallEvent
            {
                Host = "server",
                Source = EvidenceSource.Call,
                T = 2_000_000_000,
                Duration = 30_000,
                Socket = "",
                Call = "SOCK_DESTROY",
                Args = new() { Address = SegmentLog.Server, Peer = SegmentLog.Client },
            }
        );
        log.Row("server", 1_990_000, 2_015_000, TimeWait, null);
        Assert.Equal(EndCause.Destroyed, Bar(log).Ended!.Cause);
        Assert.Equal(Bar(log).DestroyedBy, log.Events.OfType<CallEvent>().Last().Seq);
    }

    [Fact]
    public void One_that_was_there_before_the_run_has_no_length()
    {
        var log = new SegmentLog();
        log.Row("server", null, 5_000, null, TimeWait, 20);
        log.Row("server", 20_300_000, 20_400_000, TimeWait, null);
        TimeWaitBar bar = Bar(log);
        Assert.Equal((true, null, EndCause.Timer), (bar.WasThere, bar.Measured, bar.Ended!.Cause));
        Assert.False(Bar(Waiting()).WasThere);
    }

    [Fact]
    public void A_bound_socket_that_was_closed_is_no_longer_drawn()
    {
        var log = new SegmentLog();
        TcpEndpoint any = TcpEndpoint.V4(0, 11111);
        log.Add(
            new CallEvent
            {
                Host = "server",
                Source = EvidenceSource.Call,
                T = 0,
                Socket = "rfd",
                Call = "socket",
                Args = new() { Family = SocketFamily.Inet },
                Result = 3,
                Inode = 7,
            }
        );
        log.Add(
            new CallEvent
            {
                Host = "server",
                Source = EvidenceSource.Call,
                T = 10_000,
                Socket = "rfd",
                Call = "bind",
                Args = new()
                {
                    Fd = 3,
                    Address = any,
                    Size = 16,
                },
                Local = any,
            }
        );
        log.Add(
            new StateEvent
            {
                Host = "server",
                Source = EvidenceSource.Diag,
                T = 20_000,
                Socket = new(any, default),
                To = BoundInactive,
                Inode = 7,
            }
        );
        Assert.Null(Assert.Single(log.Fold().Bands).End);
        log.Close("server", "rfd", 500);
        StateBand bound = Assert.Single(log.Fold().Bands);
        Assert.Equal((510_000, EvidenceSource.Call), (bound.End, bound.Gone!.Sources.All.First()));
    }

    private static TimeWaitBar Bar(SegmentLog log) => log.Fold().TimeWaits[0];
}
