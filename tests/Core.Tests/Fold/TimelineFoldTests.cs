using System.Collections;
using CsCheck;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>Event by event is the same as all at once, for logs of real runs and for what chance makes of them.</summary>
public sealed class TimelineFoldTests
{
    [Fact]
    public void Any_prefix_in_any_order_and_any_cursor_give_the_same_as_the_whole_fold()
    {
        RunFile[] runs = [.. RealRuns.All.Select(RealRuns.Read)];
        Gen.Select(Gen.Int[0, runs.Length - 1], Gen.Int[0, 30], Gen.Int, Gen.Double[0, 1], Gen.Int[1, 5])
            .Sample(
                (run, disorder, seed, part, copies) =>
                {
                    RunFile file = runs[run];
                    RunHeader header = RunFiles.HeaderOf(file);
                    IReadOnlyList<RunEvent> log = Shuffled(Copies(file.Events, copies), disorder, new Random(seed));
                    int count = (int)(log.Count * part);
                    var fold = new TimelineFold(header);
                    var random = new Random(seed);
                    for (int i = 0; i < count; i++)
                    {
                        fold.Append(log[i]);
                        // What was asked for in between must not change what comes later.
                        if (random.Next(40) == 0)
                            _ = fold.Now;
                        if (random.Next(40) == 0)
                            _ = fold.At(log[random.Next(i + 1)].T);
                    }
                    RunEvent[] told = [.. log.Take(count)];
                    Same(Timeline.Fold(header, told), fold.Now, disorder == 0);
                    for (int i = 0; i < 5 && count > 0; i++)
                    {
                        long cursor = told[random.Next(count)].T + random.Next(3) - 1;
                        Same(Timeline.Fold(header, told, cursor), fold.At(cursor), disorder == 0);
                    }
                },
                iter: 60,
                threads: 1
            );
    }

    [Fact]
    public void A_timeline_once_made_never_changes()
    {
        RunFile file = RealRuns.Read("traced");
        var fold = new TimelineFold(RunFiles.HeaderOf(file));
        var made = new List<(int Count, Timeline Timeline)>();
        foreach (RunEvent e in file.Events)
        {
            fold.Append(e);
            made.Add((made.Count + 1, fold.Now));
        }
        Assert.All(made, m => Same(Timeline.Fold(fold.Header, [.. file.Events.Take(m.Count)]), m.Timeline));
    }

    [Fact]
    public void A_better_measure_of_a_clock_moves_what_was_told_before()
    {
        var log = new SegmentLog(sameClock: false);
        log.Segment(true, "SYN", SegmentLog.ClientIsn, 0, 100, 90);
        log.Add(
            new ClockEvent
            {
                Host = "server",
                Source = EvidenceSource.Lab,
                T = 200_000,
                Shift = 30_000,
            }
        );
        log.Segment(false, "SYN,ACK", SegmentLog.ServerIsn, SegmentLog.ClientIsn + 1, 95, 145);
        var fold = new TimelineFold(log.Header);
        fold.Append(log.Events);
        Same(log.Fold(), fold.Now);
        Assert.Equal([(100_000, 120_000), (125_000, 145_000)], fold.Now.Arrows.Select(a => ((int)a.Sent, (int)a.Received!)));
    }

    [Fact]
    public void What_did_not_change_stays_the_very_same_object()
    {
        RunFile file = RealRuns.Read("plain");
        var fold = new TimelineFold(RunFiles.HeaderOf(file));
        fold.Append(file.Events.Take(60));
        Timeline before = fold.Now;
        fold.Append(file.Events.Skip(60));
        Assert.True(before.Arrows.Count(a => fold.Now.Arrows.Any(b => ReferenceEquals(a, b))) >= before.Arrows.Count - 1);
        Assert.True(before.Bands.Count(a => fold.Now.Bands.Any(b => ReferenceEquals(a, b))) >= before.Bands.Count - 3);
    }

    /// <summary>The run several times, each a little later and on other ports of the client.</summary>
    private static List<RunEvent> Copies(IReadOnlyList<RunEvent> events, int copies)
    {
        var all = new List<RunEvent>();
        for (int copy = 0; copy < copies; copy++)
            all.AddRange(events.Select(e => RunCopies.Moved(e, copy)));
        return all;
    }

    /// <summary>As if the hosts' reports had crossed: each event comes up to so many places later. Seqs are those of the order of arrival.</summary>
    private static RunEvent[] Shuffled(List<RunEvent> log, int disorder, Random random) =>
        [.. log.Select((e, i) => (Event: e, Place: i + random.NextDouble() * disorder)).OrderBy(x => x.Place).Select((x, i) => x.Event with { Seq = i + 1 })];

    // What the rule says of a call is judged when it is asked for, by what was told until then.
    private static void Same(Timeline expected, Timeline actual, bool rule = true)
    {
        Assert.Equal(expected.Bands, actual.Bands);
        Assert.Equal(expected.Changes, actual.Changes);
        Assert.Equal(expected.Arrows.Select(Text), actual.Arrows.Select(Text));
        Assert.Equal(expected.TimeWaits, actual.TimeWaits);
        Assert.Equal(expected.Calls, actual.Calls);
        Assert.Equal(expected.Sockets, actual.Sockets);
        Assert.Equal(expected.Disagreements, actual.Disagreements);
        Assert.Equal(
            expected.Results.Select(r => (r.Step, r.Attempt, r.At, r.Deciding.Result, r.Repeated)),
            actual.Results.Select(r => (r.Step, r.Attempt, r.At, r.Deciding.Result, r.Repeated))
        );
        if (rule)
            SameRule(expected, actual);
        Assert.Equal(expected.Progress.Steps, actual.Progress.Steps);
        Assert.Equal((expected.Progress.Outcome, expected.End, expected.Lost), (actual.Progress.Outcome, actual.End, actual.Lost));
        foreach (
            (IEnumerable one, IEnumerable other) in ((IEnumerable, IEnumerable)[])
                [
                    (expected.Output, actual.Output),
                    (expected.Notes, actual.Notes),
                    (expected.Gaps, actual.Gaps),
                    (expected.Programs, actual.Programs),
                    (expected.Environment, actual.Environment),
                ]
        )
        {
            Assert.Equal(one.Cast<object>(), other.Cast<object>());
        }

        foreach (string state in (string[])["TIME-WAIT", "SYN-SENT", "LISTEN"])
        {
            foreach (string function in (string[])["saw", "has", "lasted", "family"])
                Assert.Equal(expected.Facts.Call(function, ["server", state]), actual.Facts.Call(function, ["server", state]));
        }
        Assert.Equal(expected.Facts.Call("segments", ["server", "FIN"]), actual.Facts.Call("segments", ["server", "FIN"]));
        Assert.Equal(expected.Facts.Call("min-window", ["server"]), actual.Facts.Call("min-window", ["server"]));
    }

    private static void SameRule(Timeline expected, Timeline actual)
    {
        Assert.Equal(
            expected.Rule.Made.Select(m => (m.Seq, m.Match, m.Doubt, m.Verdict.Outcome)),
            actual.Rule.Made.Select(m => (m.Seq, m.Match, m.Doubt, m.Verdict.Outcome))
        );
        Assert.Equal((expected.Rule.Next?.Verdict.Outcome, expected.Rule.Next?.Doubt), (actual.Rule.Next?.Verdict.Outcome, actual.Rule.Next?.Doubt));
    }

    private static string Text(Arrow a) => $"{a with { Seqs = [] }} {string.Join(',', a.Seqs)}";
}
