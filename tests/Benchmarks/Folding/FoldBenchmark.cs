using System.Diagnostics;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Benchmarks.Folding;

/// <summary>
/// What one more event costs a fold, and what a cursor costs, by how long the log is: a real run with everything that root sees, again and again, and one
/// connection on which octets pass for ever.
/// </summary>
internal static class FoldBenchmark
{
    private const int Measured = 820;

    private static readonly int[] Lengths = [100, 1_000, 10_000, 100_000];

    public static int Run()
    {
        RunFile run = RealRuns.Read("traced");
        var table = new Table(
            "log",
            "events",
            "µs an event, mean",
            "µs, 99 % below",
            "against 100 events",
            "µs a cursor, median",
            "µs, worst",
            "ms for the whole log"
        );
        foreach (
            (string name, List<RunEvent> log) in ((string, List<RunEvent>)[])
                [("many connections", Connections(run, Lengths[^1] + Measured)), ("one connection", Transfer(run, Lengths[^1] + Measured))]
        )
        {
            // Compiled before it is measured.
            _ = Append(run, log, 2_000);
            double first = 0;
            foreach (int length in Lengths)
            {
                (TimelineFold fold, double whole, double[] each) = Append(run, log, length);
                double mean = each.Average();
                first = first == 0 ? mean : first;
                double[] cursors = Cursors(fold, length > 10_000 ? 3 : 200);
                table.Add(name, length, mean, each.Percentile(99), mean / first, cursors.Median(), cursors.Max(), whole);
            }
        }
        table.Print();
        return 0;
    }

    private static (TimelineFold Fold, double Whole, double[] Each) Append(RunFile run, List<RunEvent> log, int length)
    {
        var fold = new TimelineFold(RunFiles.HeaderOf(run));
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < length; i++)
            fold.Append(log[i]);
        Look(fold.Now);
        double whole = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        var each = new double[Measured];
        for (int i = 0; i < Measured; i++)
        {
            begin = Stopwatch.GetTimestamp();
            fold.Append(log[length + i]);
            Look(fold.Now);
            each[i] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        }
        return (fold, whole, each);
    }

    private static double[] Cursors(TimelineFold fold, int count)
    {
        var random = new Random(1);
        long end = fold.Now.End;
        _ = fold.At(0);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                {
                    long cursor = (long)(random.NextDouble() * end),
                        begin = Stopwatch.GetTimestamp();
                    Look(fold.At(cursor));
                    return Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
                }),
        ];
    }

    // What a page asks for at once; the rest is made when it is asked for.
    private static void Look(Timeline t) =>
        GC.KeepAlive((t.Bands.Count, t.Changes.Count, t.Arrows.Count, t.Calls.Count, t.TimeWaits.Count, t.Progress.Steps.Count, t.Rule.Made.Count));

    private static List<RunEvent> Connections(RunFile run, int length)
    {
        var log = new List<RunEvent>(length);
        for (int copy = 0; log.Count < length; copy++)
            log.AddRange(run.Events.Select(e => RunCopies.Moved(e, copy)));
        return InOrder(log);
    }

    /// <summary>The run up to its close, and then a segment of data and its ACK every two milliseconds, each captured at both ends.</summary>
    private static List<RunEvent> Transfer(RunFile run, int length)
    {
        List<RunEvent> log = [.. run.Events.TakeWhile(e => e is not CallEvent { Call: "close" })];
        SegmentEvent[] segments = [.. log.OfType<SegmentEvent>()];
        SegmentEvent sent = segments.Last(s => s is { Flags: "ACK", Sent: not null }) with { Flags = "PSH,ACK", Len = 100 };
        SegmentEvent acked = segments.Last(s => s is { Flags: "SYN,ACK", Sent: not null }) with
        {
            Flags = "ACK",
            Mss = null,
            Wscale = null,
            SackPermitted = false,
        };
        (string client, string server, long t) = (sent.Host!, acked.Host!, log.Max(e => e.T));
        for (uint octets = 0; log.Count < length; octets += 100, t += 2_000_000)
        {
            SegmentEvent data = sent with { SeqNo = sent.SeqNo + octets },
                ack = acked with { SeqNo = acked.SeqNo + 1, Ack = sent.SeqNo + octets + 100 };
            log.AddRange([
                data with
                {
                    T = t,
                    Sent = t,
                    Received = null,
                },
                data with
                {
                    Host = server,
                    T = t + 20_000,
                    Sent = null,
                    Received = t + 20_000,
                },
                ack with
                {
                    T = t + 30_000,
                    Sent = t + 30_000,
                    Received = null,
                },
                ack with
                {
                    Host = client,
                    T = t + 50_000,
                    Sent = null,
                    Received = t + 50_000,
                },
            ]);
        }
        return InOrder(log);
    }

    private static List<RunEvent> InOrder(List<RunEvent> log) => [.. log.OrderBy(e => e.T).Select((e, i) => e with { Seq = i + 1 })];
}
