using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Labs;
using Xunit;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class RunLogTests
{
    [Fact]
    public async Task Counts_what_it_cannot_keep_and_keeps_what_the_lab_does()
    {
        List<RunEvent> shown = [];
        var log = new RunLog(Header, 0, (_, _) => Task.CompletedTask, (_, batch) => { shown.AddRange(batch); return Task.CompletedTask; }, _ => { });
        for (int i = 0; i < RunLog.MaxEvents; i++)
            log.Append(Segment(i));
        for (int i = 0; i < 1_000; i++)
            log.Append(Segment(RunLog.MaxEvents + i));
        Assert.InRange(log.Events.Count, RunLog.MaxEvents + 1, RunLog.MaxEvents + 12);

        log.Append(new NoteEvent { T = 5, Code = "a-note", Text = "A note." });
        await log.Flushed();

        Assert.Equal(1_000, log.Events.OfType<GapEvent>().Sum(gap => gap.Lost));
        Assert.IsType<NoteEvent>(log.Events[^1]);
        Assert.Equal(Enumerable.Range(1, log.Events.Count).Select(seq => (long)seq), log.Events.Select(e => e.Seq));
        Assert.Equal(log.Events, shown);
    }

    [Fact]
    public async Task Tells_of_the_rest_when_the_run_is_put_away_and_of_nothing_twice()
    {
        List<RunEvent> shown = [];
        var log = new RunLog(Header, 0, (_, _) => Task.CompletedTask, (_, batch) => { shown.AddRange(batch); return Task.CompletedTask; }, _ => { });
        for (int i = 0; i < RunLog.MaxEvents; i++)
            log.Append(Segment(i));
        log.TellRest(5);
        Assert.Equal(RunLog.MaxEvents, log.Events.Count);
        // Told so far: 1, 2, 4, ... 512.
        for (int i = 0; i < 1_000; i++)
            log.Append(Segment(RunLog.MaxEvents + i));
        Assert.Equal(512, log.Events.OfType<GapEvent>().Sum(gap => gap.Lost));
        log.TellRest(5);
        log.TellRest(5);
        await log.Flushed();
        Assert.Equal(1_000, shown.OfType<GapEvent>().Sum(gap => gap.Lost));
        Assert.Equal(488, Assert.IsType<GapEvent>(shown[^1]).Lost);
    }

    private static SegmentEvent Segment(long t) => new()
    {
        T = t, Host = "server", Source = EventSource.Capture, From = End("10.0.0.1:1"), To = End("10.0.0.2:2"), Flags = "ACK", Sent = t,
    };

    private static Endpoint End(string text) => Endpoint.TryParse(text, out Endpoint end) ? end : throw new FormatException(text);

    private static RunHeader Header => new()
    {
        Id = "r", Lab = "local", Scenario = "s", Options = new RunOptions(), StartedAt = DateTimeOffset.UnixEpoch, Hosts = [],
        Script = new Scenario { Id = "s", Title = "S", Summary = "T", Defaults = new RunOptions(), Steps = [] },
    };
}
