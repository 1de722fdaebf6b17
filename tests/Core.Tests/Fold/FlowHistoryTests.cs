using CsCheck;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

/// <summary>A connection on which much passes is drawn on, not anew, and comes out the same.</summary>
public sealed class FlowHistoryTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;

    [Fact]
    public void A_long_transfer_told_bit_by_bit_is_the_same_as_all_at_once() =>
        Gen.Select(Gen.Int, Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 3])
            .Sample(
                (seed, disorder, losses, captures) =>
                {
                    var random = new Random(seed);
                    SegmentLog log = Transfer(
                        700,
                        random,
                        losses,
                        captures switch
                        {
                            0 => ["client"],
                            1 => ["server"],
                            _ => ["client", "server"],
                        }
                    );
                    RunEvent[] events =
                    [
                        .. log
                            .Events.Select((e, i) => (Event: e, Place: i + random.NextDouble() * disorder))
                            .OrderBy(x => x.Place)
                            .Select((x, i) => x.Event with { Seq = i + 1 }),
                    ];
                    var fold = new TimelineFold(log.Header);
                    foreach (RunEvent e in events)
                    {
                        fold.Append(e);
                        if (random.Next(20) == 0)
                            _ = fold.Now;
                    }
                    // A segment of long ago, told late.
                    Same(Timeline.Fold(log.Header, events), fold.Now);
                    fold.Append(
                        new SegmentEvent
                        {
                            Seq = events.Length + 1,
                            Host = "client",
                            T = 3_000_000,
                            Received = 3_000_000,
                            From = SegmentLog.Server,
                            To = SegmentLog.Client,
                            Flags = "ACK",
                            SeqNo = S + 1,
                            Ack = C + 9,
                            Source = EvidenceSource.Capture,
                        }
                    );
                    Same(Timeline.Fold(log.Header, fold.Log), fold.Now);
                    long cursor = (long)(fold.Now.End * random.NextDouble());
                    Same(Timeline.Fold(log.Header, fold.Log, cursor), fold.At(cursor));
                },
                iter: 8,
                threads: 1
            );

    [Fact]
    public void What_has_passed_for_good_is_not_drawn_again()
    {
        SegmentLog log = Transfer(2000, new Random(1), 1, ["client", "server"]);
        var fold = new TimelineFold(log.Header);
        fold.Append(log.Events);
        Timeline before = fold.Now;
        fold.Append(log.Events[^1] with { Seq = log.Events.Count + 1 });
        fold.Append(
            new SegmentEvent
            {
                Seq = log.Events.Count + 2,
                Host = "client",
                T = before.End + 1,
                Received = before.End + 1,
                From = SegmentLog.Server,
                To = SegmentLog.Client,
                Flags = "ACK",
                SeqNo = S + 1,
                Ack = C + 9,
                Source = EvidenceSource.Capture,
            }
        );
        Assert.Equal(before.Arrows.Count + 1, fold.Now.Arrows.Count);
        Assert.All(before.Arrows.Zip(fold.Now.Arrows), pair => Assert.Same(pair.First, pair.Second));
    }

    [Fact]
    public void Without_a_pause_and_with_a_host_that_tells_of_nothing_an_event_more_costs_what_it_cost_before()
    {
        SegmentLog log = new(["client", "server"]);
        log.Connect(0);
        log.Accept(200);
        for (int i = 0; i < 6_000; i++)
        {
            log.Segment(true, "PSH,ACK", C + 1 + (uint)i * 100, S + 1, 2_000 + i * 4, null, len: 100);
            log.Segment(false, "ACK", S + 1, C + 101 + (uint)i * 100, null, 2_001 + i * 4);
        }
        var fold = new TimelineFold(log.Header);
        fold.Append(log.Events.Take(2_000));
        long early = Cost(2_000),
            late = Cost(11_000);
        Assert.InRange(late, 0, 3 * early);
        Same(Timeline.Fold(log.Header, fold.Log), fold.Now);
        // The other host was only late.
        fold.Append(
            new SegmentEvent
            {
                Seq = fold.Log.Count + 1,
                Host = "server",
                T = 3_000_000_000,
                Received = 3_000_000_000,
                From = SegmentLog.Client,
                To = SegmentLog.Server,
                Flags = "PSH,ACK",
                SeqNo = C + 9_000_001,
                Ack = S + 1,
                Len = 100,
                Source = EvidenceSource.Capture,
            }
        );
        Same(Timeline.Fold(log.Header, fold.Log), fold.Now);

        // What is allocated tells the cost without a clock.
        long Cost(int from)
        {
            fold.Append(log.Events.Skip(fold.Log.Count).Take(from - fold.Log.Count));
            _ = fold.Now;
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (RunEvent e in log.Events.Skip(from).Take(400))
            {
                fold.Append(e);
                _ = fold.Now;
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_state_that_is_told_again_and_again_costs_what_it_cost_before()
    {
        SegmentLog log = new([]);
        log.Connect(0);
        var fold = new TimelineFold(log.Header);
        fold.Append(log.Events);
        long early = Cost(500),
            late = Cost(10_000);
        Assert.InRange(late, 0, 3 * early);
        Same(Timeline.Fold(log.Header, fold.Log), fold.Now);

        long Cost(int from)
        {
            Tell(from);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Tell(from + 400);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Tell(int until)
        {
            for (long seq = fold.Log.Count + 1; seq <= until; seq++)
            {
                fold.Append(
                    new SocketEvent
                    {
                        Seq = seq,
                        Host = "client",
                        Source = EvidenceSource.Proc,
                        T = 1_000_000_000 + seq * 1_000,
                        After = 1_000_000_000 + (seq - 1) * 1_000,
                        Local = SegmentLog.Client,
                        Remote = SegmentLog.Server,
                        From = TcpState.Established,
                        To = TcpState.Established,
                        Inode = 7,
                    }
                );
                _ = fold.Now;
            }
        }
    }

    /// <summary>Data and its ACKs, a few milliseconds apart, then a close; a few segments are lost on the way and sent again.</summary>
    private static SegmentLog Transfer(int segments, Random random, int losses, string[] captures)
    {
        var log = new SegmentLog(captures);
        bool client = captures.Contains("client"),
            server = captures.Contains("server");
        long? If(bool captured, long t) => captured ? t : null;
        log.Connect(0);
        log.Handshake(10, client, server);
        log.Accept(200);
        uint sent = C + 1;
        long at = 2_000;
        for (int i = 0; i < segments; i++)
        {
            if (random.Next(200) < losses)
            {
                log.Segment(true, "PSH,ACK", sent, S + 1, If(client, at), null, len: 100);
                at += 210_000;
                log.Segment(true, "PSH,ACK", sent, S + 1, If(client, at), If(server, at + 20), len: 100, again: true);
            }
            else
            {
                log.Segment(true, "PSH,ACK", sent, S + 1, If(client, at), If(server, at + 20), len: 100);
            }

            sent += 100;
            if (random.Next(3) > 0)
                log.Segment(false, "ACK", S + 1, sent, If(server, at + 25 + random.Next(3000)), If(client, at + 3050));
            at += random.Next(3) == 0 ? 100 : 5_000;
        }
        log.Close("client", "cfd", at + 10_000);
        log.Segment(true, "FIN,ACK", sent, S + 1, If(client, at + 10_005), If(server, at + 10_025));
        log.Segment(false, "ACK", S + 1, sent + 1, If(server, at + 10_030), If(client, at + 10_050));
        log.HostTold("server", at + 300_000);
        return log;
    }

    private static void Same(Timeline expected, Timeline actual)
    {
        Assert.Equal(
            expected.Arrows.Select(a => $"{a with { Seqs = [] }} {string.Join(',', a.Seqs)}"),
            actual.Arrows.Select(a => $"{a with { Seqs = [] }} {string.Join(',', a.Seqs)}")
        );
        Assert.Equal(expected.Bands, actual.Bands);
        Assert.Equal(expected.Calls, actual.Calls);
    }
}
