using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class RunLogTests
{
    [Fact]
    public void Counts_what_it_cannot_keep_and_keeps_what_the_lab_does()
    {
        var log = new RunLog();
        for (int i = 0; i < RunLog.MaxEvents + 1_000; i++)
            log.Append(Segment(i));
        Assert.InRange(log.Events.Count, RunLog.MaxEvents + 1, RunLog.MaxEvents + 12);
        Assert.Equal([typeof(GapEvent), typeof(NoteEvent)], log.Append(new NoteEvent { T = 5, Message = new("a-note") }).Select(e => e.GetType()));
        Assert.Equal(1_000, log.Events.OfType<GapEvent>().Sum(gap => gap.Lost));
        Assert.Equal(Enumerable.Range(1, log.Events.Count).Select(seq => (long)seq), log.Events.Select(e => e.Seq));
    }

    [Fact]
    public void Tells_of_the_rest_when_the_run_is_put_away_and_of_nothing_twice()
    {
        var log = new RunLog();
        for (int i = 0; i < RunLog.MaxEvents; i++)
            log.Append(Segment(i));
        Assert.Empty(log.TellRest(5));
        // Told so far: 1, 2, 4, ... 512.
        for (int i = 0; i < 1_000; i++)
            log.Append(Segment(RunLog.MaxEvents + i));
        Assert.Equal(512, log.Events.OfType<GapEvent>().Sum(gap => gap.Lost));
        Assert.Equal(488, Assert.IsType<GapEvent>(Assert.Single(log.TellRest(5))).Lost);
        Assert.Empty(log.TellRest(5));
    }

    [Fact]
    public void What_agents_do_and_say_is_bounded_by_kind_and_what_the_lab_says_is_not()
    {
        var log = new RunLog();
        for (int i = 0; i < RunLog.MaxSaid + 10; i++)
        {
            log.Append(
                new NoteEvent
                {
                    T = i,
                    Source = EvidenceSource.Agent,
                    Message = new("x"),
                }
            );
        }

        Assert.Equal(RunLog.MaxSaid, log.Events.OfType<NoteEvent>().Count());
        for (int i = 0; i < RunLog.MaxDone + 10; i++)
        {
            log.Append(
                new CallEvent
                {
                    T = i,
                    Source = EvidenceSource.Call,
                    Socket = "fd",
                    Call = "close",
                    Args = new(),
                }
            );
        }

        Assert.Equal(RunLog.MaxDone, log.Events.OfType<CallEvent>().Count());
        // Neither keeps a segment out, nor what the lab says.
        log.Append(Segment(1));
        log.Append(new NoteEvent { T = 1, Message = new("y") });
        log.Append(new EndEvent { T = 1, Outcome = Outcome.Reset });
        Assert.Equal([typeof(NoteEvent), typeof(EndEvent)], log.Events.TakeLast(2).Select(e => e.GetType()));
        Assert.Single(log.Events.OfType<SegmentEvent>());
        Assert.Equal(20, log.Events.OfType<GapEvent>().Sum(g => g.Lost));
        Assert.Equal(Enumerable.Range(1, log.Events.Count).Select(seq => (long)seq), log.Events.Select(e => e.Seq));
    }

    [Fact]
    public void One_batch_is_under_way_at_a_time_and_what_failed_goes_with_the_next()
    {
        var log = new RunLog();
        log.Append(Segment(1));
        Assert.Single(log.TakeBatch()!);
        log.Append(Segment(2));
        Assert.Null(log.TakeBatch());
        log.BatchFailed();
        Assert.Equal(2, log.TakeBatch()!.Count);
        log.BatchStored();
        Assert.Equal((2, true), (log.Stored, log.AllStored));
        Assert.Null(log.TakeBatch());
    }

    [Fact]
    public void What_is_new_is_shown_once_when_it_is_stored_or_when_nobody_waits_for_that()
    {
        var log = new RunLog();
        log.Append(Segment(1));
        Assert.Empty(log.TakeNews(unstored: false));
        log.TakeBatch();
        log.BatchStored();
        Assert.Equal([1L], log.TakeNews(unstored: false).Select(e => e.Seq));
        log.Append(Segment(2));
        Assert.Equal([2L], log.TakeNews(unstored: true).Select(e => e.Seq));
        log.TakeBatch();
        log.BatchStored();
        Assert.Empty(log.TakeNews(unstored: false));
    }

    private static SegmentEvent Segment(long t) =>
        new()
        {
            T = t,
            Host = "server",
            Source = EvidenceSource.Capture,
            From = End("10.0.0.1:1"),
            To = End("10.0.0.2:2"),
            Flags = "ACK",
            Sent = t,
        };

    private static TcpEndpoint End(string text) => TcpEndpoint.TryParse(text, out TcpEndpoint end) ? end : throw new FormatException(text);
}
