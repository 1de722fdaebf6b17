using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

public sealed class HostClocksTests
{
    private static ClockEvent Clock(string host, long shift) =>
        new()
        {
            Host = host,
            Source = EvidenceSource.Lab,
            T = 5,
            Shift = shift,
        };

    [Fact]
    public void A_log_without_a_better_measure_stays_as_it_is()
    {
        RunEvent[] log = [new NoteEvent { Host = "client", Message = new("c") }];
        Assert.Same(log, HostClocks.Place(log));
    }

    [Fact]
    public void All_times_of_the_host_are_shifted_by_the_last_measure_and_nobody_elses()
    {
        TcpEndpoint end = TcpEndpoint.V4(1, 1);
        var row = new SocketEvent
        {
            Host = "client",
            Source = EvidenceSource.Proc,
            T = 100,
            After = 90,
            Local = end,
            Remote = end,
            To = TcpState.Listen,
        };
        var state = new StateEvent
        {
            Host = "client",
            Source = EvidenceSource.Diag,
            T = 100,
            After = 90,
            Socket = new(end, end),
            To = TcpState.Listen,
        };
        var segment = new SegmentEvent
        {
            Host = "client",
            Source = EvidenceSource.Capture,
            T = 100,
            Sent = 100,
            From = end,
            To = end,
            Flags = "SYN",
        };
        var call = new CallEvent
        {
            Host = "client",
            Source = EvidenceSource.Call,
            T = 100,
            Duration = 3,
            Socket = "cfd",
            Call = "bind",
            Args = new(),
        };
        RunEvent[] others =
        [
            call with
            {
                Host = "server",
            },
            new NoteEvent
            {
                Host = "client",
                Source = EvidenceSource.Lab,
                T = 1,
                Message = new("c"),
            },
            new StepEvent { T = 7, Step = "s" },
        ];
        IReadOnlyList<RunEvent> placed = HostClocks.Place([row, state, segment, call, .. others, Clock("client", 50), Clock("client", -7)]);
        Assert.Equal(
            [row with { T = 93, After = 83 }, state with { T = 93, After = 83 }, segment with { T = 93, Sent = 93 }, call with { T = 93 }, .. others],
            placed.Take(7)
        );
    }

    [Fact]
    public void Clocks_may_be_apart_by_what_the_last_measures_leave()
    {
        RunEvent[] log =
        [
            Clock("client", 0) with
            {
                T = 0,
                Uncertainty = 900,
            },
            Clock("client", 0) with
            {
                T = 0,
                Uncertainty = 30,
            },
            Clock("server", 0) with
            {
                T = 0,
                Uncertainty = 7,
            },
        ];
        ClockSpread known = ClockSpread.Fold(log);
        Assert.Equal((37, 1_000_000_000), (known.Between("client", "server", 0), ClockSpread.Unknown.Between("client", "server", 0)));
        // Known at 0 and asked of a moment two minutes later: 20 millionths of the time more of each.
        Assert.Equal(37 + 2 * 2_400_000, known.Between("client", "server", 120_000_000_000));
    }

    [Fact]
    public void The_picture_is_drawn_with_them()
    {
        // The server's clock was taken for 30 us slower than it is: its half of the log is 30 us early.
        var log = new SegmentLog(sameClock: false);
        log.Segment(true, "SYN", SegmentLog.ClientIsn, 0, 100, 120 - 30);
        log.Segment(false, "SYN,ACK", SegmentLog.ServerIsn, SegmentLog.ClientIsn + 1, 125 - 30, 145);
        Assert.Equal([(95_000, 145_000), (100_000, 100_000)], log.Arrows().Select(a => ((int)a.Sent, (int)a.Received!)));
        log.Add(Clock("server", 30_000));
        Assert.Equal([(100_000, 120_000), (125_000, 145_000)], log.Arrows().Select(a => ((int)a.Sent, (int)a.Received!)));
    }
}
