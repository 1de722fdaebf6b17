using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpState;

namespace ReuseAddrDashboard.Tests;

/// <summary>
/// Logs of runs that were really made, on two namespaces of one machine (Linux 6.18): <c>traced</c> as root and <c>plain</c> as an ordinary user, both until
/// TIME-WAIT had ended,
/// <c>destroyed</c> as root with Skip the wait, and lessons of the catalogue as root, by their ids.
/// </summary>
public sealed class RealRunTests
{
    public static TheoryData<string> All => [.. RealRuns.All];

    [Theory]
    [MemberData(nameof(All))]
    public void No_two_sources_disagree_and_every_row_belongs_to_one_band(string run)
    {
        (Timeline timeline, IReadOnlyList<RunEvent> log) = Of(run);
        Assert.Empty(timeline.Disagreements);
        Assert.Equal(0, timeline.Lost);
        // An aborted socket tells its peer without a port as it goes: nobody can say which it was.
        Assert.All(
            log.Where(e => e is SocketEvent or StateEvent && e is not StateEvent { Socket.Remote: { Port: 0, IsWildcard: false } }),
            e => Assert.Single(timeline.Bands, b => b.Shows(e.Seq))
        );
        Assert.All(timeline.Arrows, a => Assert.True(!(a.Received < a.Sent)));
    }

    [Fact]
    public void With_a_trace_both_ends_have_every_state_each_exact()
    {
        Timeline timeline = Of("traced").Timeline;
        Assert.Equal([SynSent, Established, CloseWait, LastAck], Connection(timeline, "client").Select(b => b.State));
        Assert.Equal([SynRecv, Established, FinWait1, FinWait2, TimeWait], Connection(timeline, "server").Select(b => b.State));
        Assert.All(
            timeline.Bands.Where(b => b.State is not (BoundInactive or SynRecv)),
            b => Assert.True(b is { Exact: true, After: null, Source: EvidenceSource.Trace }, $"{b}")
        );
        // The trace tells of a request only when it has become a socket; it is there from the SYN on.
        StateBand request = timeline.Bands.Single(b => b.State == SynRecv);
        Assert.Equal((EvidenceSource.Inferred, true), (request.Source, request.Sources.Has(EvidenceSource.Trace)));
        Assert.Equal(timeline.Arrows[0].Received, request.Begin);
        Assert.All(timeline.Bands.Where(b => b.State == BoundInactive), b => Assert.Equal([EvidenceSource.Diag], b.Sources.All));
        StateBand wait = Connection(timeline, "server")[^1];
        Assert.Equal([EvidenceSource.Trace, EvidenceSource.Diag, EvidenceSource.Proc], wait.Sources.All);
        Assert.True(wait.Gone is { Exact: true } gone && gone.Sources.Has(EvidenceSource.Proc));
    }

    [Fact]
    public void Without_a_trace_every_state_is_there_all_the_same_and_what_nobody_saw_is_inferred()
    {
        Timeline timeline = Of("plain").Timeline;
        Assert.Equal([SynSent, Established, CloseWait, LastAck], Connection(timeline, "client").Select(b => b.State));
        Assert.Equal([SynRecv, Established, FinWait1, FinWait2, TimeWait], Connection(timeline, "server").Select(b => b.State));
        Assert.DoesNotContain(timeline.Bands, b => b.Sources.Has(EvidenceSource.Trace) || b is { Exact: true, State: not BoundInactive });
        Assert.Equal([SynSent, SynRecv, FinWait1, LastAck], timeline.Bands.Where(b => b.IsInferred).Select(b => b.State));
        Assert.All(timeline.Bands.Where(b => b.Remote.Port != 0), b => Assert.True(b.After < b.Begin && b.Begin <= b.Before));
    }

    public static TheoryData<string> Traced => [.. RealRuns.All.Where(r => RealRuns.Read(r).Events.Any(e => e is StateEvent { Source: EvidenceSource.Trace }))];

    [Theory]
    [MemberData(nameof(Traced))]
    public void What_a_trace_tells_follows_without_it_in_the_same_order_and_within_the_bounds(string run)
    {
        RunFile file = RealRuns.Read(run);
        Timeline told = Of(run).Timeline,
            concluded = Timeline.Fold(RunFiles.HeaderOf(file), [.. file.Events.Where(e => e is not StateEvent { Source: EvidenceSource.Trace })]);
        (string, TcpEndpoint, TcpEndpoint)[] ends = [.. told.Bands.Concat(concluded.Bands).Where(b => b.Remote.Port != 0).Select(End).Distinct()];
        Assert.NotEmpty(ends);
        foreach ((string, TcpEndpoint, TcpEndpoint) end in ends)
        {
            StateBand[] traced = [.. told.Bands.Where(b => End(b) == end)],
                blind = [.. concluded.Bands.Where(b => End(b) == end)];
            Assert.Equal(traced.Select(b => b.State), blind.Select(b => b.State));
            Assert.All(
                traced.Zip(blind),
                pair =>
                {
                    Assert.InRange(
                        pair.First.Begin,
                        pair.Second.After ?? long.MinValue,
                        pair.Second.Exact ? pair.Second.Begin : pair.Second.Before ?? long.MaxValue
                    );
                    Assert.Equal(pair.First.End is null, pair.Second.End is null);
                    if (pair.First.End is { } over)
                        Assert.InRange(over, pair.Second.EndAfter ?? long.MinValue, pair.Second.EndBefore ?? long.MaxValue);
                }
            );
        }
    }

    [Fact]
    public void Nothing_is_invented_beside_what_was_captured()
    {
        foreach (string run in RealRuns.All)
            Assert.DoesNotContain(Of(run).Timeline.Arrows, a => a.Source == EvidenceSource.Inferred);
    }

    private static (string, TcpEndpoint, TcpEndpoint) End(StateBand b) => (b.Host, b.Local.Unmapped(), b.Remote.Unmapped());

    [Theory]
    [InlineData("traced", EvidenceSource.Trace), InlineData("plain", EvidenceSource.Diag)]
    public void TIME_WAIT_is_a_minute_by_the_timer_and_longer_by_measure(string run, string timer)
    {
        TimeWaitBar bar = Assert.Single(Of(run).Timeline.TimeWaits);
        Assert.Equal(timer, bar.TimerSource);
        Assert.InRange(bar.Timer, 59_900_000_000, 60_020_000_000);
        Assert.InRange(bar.Measured!.Value, bar.Timer, 64_000_000_000);
        Assert.Null(bar.Ended?.Seq);
    }

    [Fact]
    public void A_TIME_WAIT_that_was_destroyed_ends_within_the_call_that_did_it()
    {
        (Timeline timeline, IReadOnlyList<RunEvent> log) = Of("destroyed");
        TimeWaitBar bar = Assert.Single(timeline.TimeWaits);
        CallEvent destroy = log.OfType<CallEvent>().Single(c => c.Call == "SOCK_DESTROY");
        Assert.Equal(destroy.Seq, bar.Ended?.Seq);
        Assert.InRange(bar.GoneAt!.Value, destroy.T, destroy.T + destroy.Duration);
    }

    private static IReadOnlyList<StateBand> Connection(Timeline timeline, string host) => [.. timeline.Bands.Where(b => b.Host == host && b.Remote.Port != 0)];

    private static (Timeline Timeline, IReadOnlyList<RunEvent> Log) Of(string run)
    {
        RunFile file = RealRuns.Read(run);
        return (Timeline.Fold(RunFiles.HeaderOf(file), file.Events), file.Events);
    }
}
