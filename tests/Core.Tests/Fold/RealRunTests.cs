using System.Text.Json;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;
using static ReuseAddrDashboard.Core.Tcp.TcpState;

namespace ReuseAddrDashboard.Tests;

/// <summary>
/// Logs of runs that were really made, on two namespaces of one machine (Linux 6.18): <c>traced</c> as root and <c>plain</c> as an ordinary user, both until TIME-WAIT had ended,
/// and <c>destroyed</c> as root with Skip the wait.
/// </summary>
public sealed class RealRunTests
{
    [Theory]
    [InlineData("traced"), InlineData("plain"), InlineData("destroyed")]
    public void No_two_sources_disagree_and_every_row_belongs_to_one_band(string run)
    {
        (Timeline timeline, IReadOnlyList<RunEvent> log) = Of(run);
        Assert.Empty(timeline.Disagreements);
        Assert.Equal(0, timeline.Lost);
        Assert.All(log.Where(e => e is SocketEvent or StateEvent), e => Assert.Single(timeline.Bands, b => b.Shows(e.Seq)));
        Assert.All(timeline.Arrows, a => Assert.True(a.Received >= a.Sent));
    }

    [Fact]
    public void With_a_trace_both_ends_have_every_state_each_exact()
    {
        Timeline timeline = Of("traced").Timeline;
        Assert.Equal([SynSent, Established, CloseWait, LastAck], Connection(timeline, "client").Select(b => b.State));
        Assert.Equal([SynRecv, Established, FinWait1, FinWait2, TimeWait], Connection(timeline, "server").Select(b => b.State));
        Assert.All(timeline.Bands.Where(b => b.State != BoundInactive), b => Assert.True(b is { Exact: true, After: null, Source: EventSource.Trace }, $"{b}"));
        Assert.All(timeline.Bands.Where(b => b.State == BoundInactive), b => Assert.Equal([EventSource.Diag], b.Sources.All));
        StateBand wait = Connection(timeline, "server")[^1];
        Assert.Equal([EventSource.Trace, EventSource.Diag, EventSource.Proc], wait.Sources.All);
        Assert.True(wait.Gone is { Exact: true } gone && gone.Sources.Has(EventSource.Proc));
    }

    [Fact]
    public void Without_a_trace_what_looking_saw_is_there_with_its_interval()
    {
        Timeline timeline = Of("plain").Timeline;
        Assert.Equal([Established, FinWait2, TimeWait], Connection(timeline, "server").Select(b => b.State).Where(s => s != FinWait1));
        Assert.DoesNotContain(timeline.Bands, b => b.Sources.Has(EventSource.Trace) || b is { Exact: true, State: not BoundInactive });
        Assert.All(Connection(timeline, "server"), b => Assert.True(b.After < b.Begin));
    }

    [Theory]
    [InlineData("traced", EventSource.Trace), InlineData("plain", EventSource.Diag)]
    public void TIME_WAIT_is_a_minute_by_the_timer_and_longer_by_measure(string run, EventSource timer)
    {
        TimeWaitBar bar = Assert.Single(Of(run).Timeline.TimeWaits);
        Assert.Equal(timer, bar.TimerSource);
        Assert.InRange(bar.Timer, 59_900_000_000, 60_020_000_000);
        Assert.InRange(bar.Measured!.Value, bar.Timer, 64_000_000_000);
        Assert.Null(bar.DestroyedBy);
    }

    [Fact]
    public void A_TIME_WAIT_that_was_destroyed_ends_within_the_call_that_did_it()
    {
        (Timeline timeline, IReadOnlyList<RunEvent> log) = Of("destroyed");
        TimeWaitBar bar = Assert.Single(timeline.TimeWaits);
        CallEvent destroy = log.OfType<CallEvent>().Single(c => c.Call == "SOCK_DESTROY");
        Assert.Equal(destroy.Seq, bar.DestroyedBy);
        Assert.InRange(bar.GoneAt!.Value, destroy.T, destroy.T + destroy.Duration);
    }

    private static IReadOnlyList<StateBand> Connection(Timeline timeline, string host) => [.. timeline.Bands.Where(b => b.Host == host && b.Remote.Port != 0)];

    private static (Timeline Timeline, IReadOnlyList<RunEvent> Log) Of(string run)
    {
        RunFile file = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fold", "Runs", run + ".json")), WireJson.Default.RunFile)!;
        var header = new RunHeader
        {
            Id = file.Id, Lab = file.Lab, Scenario = file.Scenario, Options = file.Options, StartedAt = file.StartedAt, Hosts = file.Hosts, Script = file.Script,
        };
        return (Timeline.Of(header, file.Events), file.Events);
    }
}
