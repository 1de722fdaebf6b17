using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

public sealed class SegmentsTests
{
    private const uint C = SegmentLog.ClientIsn,
        S = SegmentLog.ServerIsn;
    private const string Client = "client",
        Server = "server";

    // The log of the order in which two agents report: first all of one, then all of the other.
    private static SegmentLog Lesson(SegmentLog log)
    {
        log.Connect(0);
        log.Handshake(10);
        log.Accept(200);
        log.Close(Server, "afd", 1000);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        log.Segment(true, "ACK", C + 1, S + 2, 42_025, 42_045);
        log.Close(Client, "cfd", 90_000);
        log.Segment(true, "FIN,ACK", C + 1, S + 2, 90_005, 90_025);
        log.Segment(false, "ACK", S + 2, C + 2, 90_030, 90_050);
        return log;
    }

    [Fact]
    public void A_segment_seen_at_both_ends_is_one_arrow()
    {
        IReadOnlyList<Arrow> arrows = Lesson(new SegmentLog()).Arrows();
        Assert.Equal(
            [
                "client SYN 10>30",
                "server SYN+ACK 35>55",
                "client ACK 60>80",
                "server FIN+ACK 1005>1025",
                "client ACK 42025>42045",
                "client FIN+ACK 90005>90025",
                "server ACK 90030>90050",
            ],
            arrows.Select(a => $"{a.From} {a.Label} {a.Sent / 1000}>{a.Received / 1000}")
        );
        Assert.All(
            arrows,
            a => Assert.Equal((EvidenceSource.Capture, InferredFrom.Nothing, SeenAt.BothEnds, 2), (a.Source, a.Evidence, a.Segment!.Seen, a.Seqs.Count))
        );
        Assert.Equal(
            [SegmentKind.Syn, SegmentKind.SynAck, SegmentKind.Ack, SegmentKind.Fin, SegmentKind.Ack, SegmentKind.Fin, SegmentKind.Ack],
            arrows.Select(a => a.Kind)
        );
    }

    [Fact]
    public void Numbers_are_counted_from_the_SYN()
    {
        IReadOnlyList<Arrow> arrows = Lesson(new SegmentLog()).Arrows();
        Assert.Equal(
            [(0u, null), (0u, 1u), (1u, 1u), (1u, 1u), (1u, 2u), (1u, 2u), (2u, 2u)],
            arrows.Select(a => (a.Segment!.RelativeSeq, a.Segment.RelativeAck))
        );
        Assert.Equal((C, (uint?)null), (arrows[0].Segment!.SeqNo, arrows[0].Segment!.Ack));
    }

    [Fact]
    public void Numbers_begin_anew_with_a_new_connection_and_wrap_around()
    {
        var log = new SegmentLog();
        log.Handshake(0);
        log.Segment(true, "SYN", uint.MaxValue, 0, 1000, 1020);
        log.Segment(false, "SYN,ACK", 7, 0, 1025, 1045);
        log.Segment(true, "PSH,ACK", 0, 8, 1050, 1070, len: 5);
        log.Segment(false, "ACK", 8, 5, 1075, 1095);
        Assert.Equal([(0u, null), (0u, 1u), (1u, 1u), (1u, 6u)], log.Arrows().Skip(3).Select(a => (a.Segment!.RelativeSeq, a.Segment.RelativeAck)));
    }

    [Fact]
    public void Without_the_SYN_numbers_begin_at_one()
    {
        var log = new SegmentLog();
        log.Segment(false, "PSH,ACK", 5000, 900, 0, 20, len: 10);
        log.Segment(true, "ACK", 900, 5010, 25, 45);
        Assert.Equal([(1u, (uint?)1u), (1u, 11u)], log.Arrows().Select(a => (a.Segment!.RelativeSeq, a.Segment.RelativeAck)));
    }

    [Fact]
    public void An_ACK_that_was_held_back_says_for_how_long()
    {
        IReadOnlyList<Arrow> arrows = Lesson(new SegmentLog()).Arrows();
        Assert.Equal(41_000_000, arrows[4].Segment!.AckDelay);
        Assert.All(arrows.Where((_, i) => i != 4), a => Assert.Null(a.Segment!.AckDelay));
    }

    [Theory]
    [InlineData(Client, null), InlineData(Server, 600_000L), InlineData(null, 600_000L)]
    public void How_long_an_ACK_was_held_back_tells_only_a_capture_at_its_sender(string? only, long? delay)
    {
        var log = new SegmentLog(only is null ? null : [only]);
        bool atClient = only is null or Client,
            atServer = only is null or Server;
        log.Handshake(0, atClient, atServer);
        // 400 microseconds under way in each direction.
        log.Segment(true, "FIN,ACK", C + 1, S + 1, atClient ? 1000 : null, atServer ? 1400 : null);
        log.Segment(false, "ACK", S + 1, C + 2, atServer ? 2000 : null, atClient ? 2400 : null);
        Assert.Equal([null, null, null, null, delay], log.Arrows().Select(a => a.Segment!.AckDelay));
    }

    [Fact]
    public void An_ACK_to_what_its_sender_s_capture_missed_is_not_said_to_be_held_back()
    {
        var log = new SegmentLog();
        log.Handshake(0);
        log.Segment(true, "FIN,ACK", C + 1, S + 1, 1000, null);
        log.Segment(false, "ACK", S + 1, C + 2, 2000, 2400);
        log.Add(
            new GapEvent
            {
                Host = Server,
                Source = EvidenceSource.Capture,
                T = 1,
                Lost = 1,
                Reason = new("test"),
            }
        );
        Arrow ack = log.Arrows()[^1];
        Assert.Equal((SegmentKind.Ack, null), (ack.Kind, ack.Segment!.AckDelay));
    }

    [Fact]
    public void What_a_RST_answers_is_known_from_the_other_end_alone()
    {
        var log = new SegmentLog([Client]);
        log.Segment(true, "SYN", C, 0, 0, null);
        log.Segment(false, "RST,ACK", 0, C + 1, null, 500);
        Assert.Equal(ResetReason.Refused, log.Arrows()[1].Segment!.Reset);
    }

    [Fact]
    public void A_handshake_and_a_close_that_were_captured_are_not_inferred_beside()
    {
        Assert.DoesNotContain(Lesson(new SegmentLog()).Arrows(), a => a.Source == EvidenceSource.Inferred);

        var blind = new SegmentLog([]);
        blind.Connect(0);
        Assert.Equal(3, blind.Arrows().Count(a => a.Source == EvidenceSource.Inferred));

        // The capture began after the handshake: that stays inferred.
        var late = new SegmentLog();
        late.Connect(0);
        late.Accept(200);
        late.Close(Server, "afd", 1000);
        late.Segment(false, "FIN,ACK", S + 1, C + 1, 1005, 1025);
        Assert.Equal(["inferred SYN", "inferred SYN+ACK", "inferred ACK", "capture FIN+ACK"], late.Arrows().Select(a => $"{a.Source} {a.Label}"));
    }

    [Fact]
    public void A_refused_connect_without_an_address_is_found_by_its_time()
    {
        var log = new SegmentLog();
        log.Connect(0, errno: "ECONNREFUSED", hasEnd: false);
        log.Segment(true, "SYN", C, 0, 10, 30);
        log.Segment(false, "RST,ACK", 0, C + 1, 35, 55);
        IReadOnlyList<Arrow> arrows = log.Arrows();
        Assert.Equal(["SYN", "RST+ACK"], arrows.Select(a => a.Label));
        Assert.Equal(ResetReason.Refused, arrows[1].Segment!.Reset);
    }

    [Fact]
    public void Why_a_RST_was_sent()
    {
        var log = new SegmentLog();
        log.Handshake(0);
        log.Segment(true, "PSH,ACK", C + 1, S + 1, 100, 120, len: 5);
        log.Segment(false, "RST,ACK", S + 1, C + 6, 200, 220);
        log.Segment(true, "PSH,ACK", C + 6, S + 1, 215, 235, len: 5);
        log.Segment(false, "RST", S + 1, 0, 240, 260);
        Assert.Equal([ResetReason.Aborted, ResetReason.NoSocket], log.Arrows().Select(a => a.Segment!.Reset).OfType<ResetReason>());
    }

    [Fact]
    public void What_did_not_arrive_though_something_later_did_is_lost()
    {
        var log = new SegmentLog();
        log.Segment(true, "SYN", C, 0, 0, null);
        Assert.False(log.Arrows()[0].Lost);
        log.Segment(true, "SYN", C, 0, 1_000_000, 1_000_020, again: true);
        IReadOnlyList<Arrow> arrows = log.Arrows();
        Assert.Equal([(true, false), (false, true)], arrows.Select(a => (a.Lost, a.Segment!.Retransmission)));
        Assert.Equal(1_000_020_000, arrows[1].Received);
    }

    [Fact]
    public void What_a_capturing_host_does_not_tell_of_in_time_is_lost()
    {
        var log = new SegmentLog();
        log.Segment(true, "SYN", C, 0, 0, null);
        log.HostTold(Server, 199_000);
        Assert.False(log.Arrows()[0].Lost);
        log.HostTold(Server, 201_000);
        Assert.True(log.Arrows()[0].Lost);
    }

    [Fact]
    public void That_the_lab_lost_a_host_does_not_say_that_a_segment_did_not_reach_it()
    {
        var log = new SegmentLog();
        log.Segment(true, "SYN", C, 0, 0, null);
        log.Add(
            new NoteEvent
            {
                Host = Server,
                Source = EvidenceSource.Lab,
                T = 9_000_000_000,
                Message = new(NoteCodes.AgentLost),
            }
        );
        Assert.False(log.Arrows()[0].Lost);
        log.HostTold(Server, 9_500_000);
        Assert.True(log.Arrows()[0].Lost);
    }

    [Fact]
    public void What_was_acknowledged_is_not_lost_where_the_target_s_capture_has_a_gap()
    {
        var log = new SegmentLog();
        log.Handshake(0);
        log.Segment(true, "PSH,ACK", C + 1, S + 1, 100, null, len: 5);
        log.Segment(false, "ACK", S + 1, C + 6, 125, 145);
        log.HostTold(Server, 900_000);
        Assert.True(log.Arrows()[3].Lost);
        log.Add(
            new GapEvent
            {
                Host = Server,
                Source = EvidenceSource.Capture,
                T = 1,
                Lost = 3,
                Reason = new("test"),
            }
        );
        Arrow arrow = log.Arrows()[3];
        Assert.Equal((false, SeenAt.Sender), (arrow.Lost, arrow.Segment!.Seen));
    }

    [Theory]
    [
        InlineData(Server, EvidenceSource.Capture, false),
        InlineData(Server, EvidenceSource.Agent, false),
        InlineData(Server, EvidenceSource.Lab, false),
        InlineData(null, EvidenceSource.Lab, false)
    ]
    [InlineData(Client, EvidenceSource.Agent, true), InlineData(Server, EvidenceSource.Trace, true)]
    public void A_bare_ACK_is_not_lost_where_what_the_target_told_has_a_gap(string? host, string source, bool lost)
    {
        var log = new SegmentLog();
        log.Handshake(0);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 100, 120);
        log.Segment(true, "ACK", C + 1, S + 2, 125, null);
        log.Segment(true, "FIN,ACK", C + 1, S + 2, 500, 520);
        log.Add(
            new GapEvent
            {
                Host = host,
                Source = source,
                T = 1,
                Lost = 3,
                Reason = new("test"),
            }
        );
        log.HostTold(Server, 900_000);
        Arrow arrow = log.Arrows()[4];
        Assert.Equal((lost, SeenAt.Sender), (arrow.Lost, arrow.Segment!.Seen));
    }

    [Theory]
    [InlineData(EvidenceSource.Capture), InlineData(EvidenceSource.Agent)]
    public void A_segment_without_an_answer_is_not_lost_where_the_only_capture_has_a_gap(string source)
    {
        var log = new SegmentLog([Client]);
        log.Segment(true, "SYN", C, 0, 0, null);
        log.HostTold(Client, 900_000);
        Assert.True(log.Arrows()[0].Lost);
        log.Add(
            new GapEvent
            {
                Host = Client,
                Source = source,
                T = 1,
                Lost = 1,
                Reason = new("test"),
            }
        );
        Assert.False(log.Arrows()[0].Lost);
    }

    [Fact]
    public void Where_only_one_host_captures_the_other_end_stands_at_a_possible_moment()
    {
        foreach (string host in new[] { Client, Server })
        {
            var log = new SegmentLog([host]);
            log.Handshake(0, atClient: host == Client, atServer: host == Server);
            log.HostTold(Client, 5_000_000);
            log.HostTold(Server, 5_000_000);
            IReadOnlyList<Arrow> arrows = log.Arrows();
            Assert.Equal(["SYN", "SYN+ACK", "ACK"], arrows.Select(a => a.Label));
            Assert.All(arrows, a => Assert.True(!a.Lost && a.Received >= a.Sent && a.Segment!.Seen == (a.From == host ? SeenAt.Sender : SeenAt.Receiver)));
            // An answer is not sent before what it answers arrived.
            Assert.True(arrows[1].Sent >= arrows[0].Received && arrows[2].Sent >= arrows[1].Received);
        }
    }

    [Fact]
    public void A_SYN_that_nobody_answers_is_lost_each_time()
    {
        var log = new SegmentLog([Client]);
        log.Connect(0, 3_000_000, "ETIMEDOUT");
        for (int i = 0; i < 3; i++)
            log.Segment(true, "SYN", C, 0, 10 + i * 1_000_000, null, again: i > 0);
        log.HostTold(Client, 3_000_100);
        IReadOnlyList<Arrow> arrows = log.Arrows();
        Assert.Equal([(true, false), (true, true), (true, true)], arrows.Select(a => (a.Lost, a.Segment!.Retransmission)));
    }

    [Fact]
    public void A_receive_is_never_drawn_before_its_send()
    {
        var log = new SegmentLog(sameClock: false);
        log.Segment(true, "SYN", C, 0, 5_000, 1_000);
        Arrow arrow = Assert.Single(log.Arrows());
        Assert.Equal((5_000_000, 5_000_000, SeenAt.BothEnds), (arrow.Sent, arrow.Received, arrow.Segment!.Seen));
    }

    [Fact]
    public void Equal_segments_go_with_the_nearest()
    {
        var log = new SegmentLog();
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 0, null);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 200_000, null, again: true);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, 600_000, null, again: true);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, null, 600_030);
        log.Segment(false, "FIN,ACK", S + 1, C + 1, null, 200_030);
        Assert.Equal([(true, null), (false, (long?)200_030_000), (false, 600_030_000)], log.Arrows().Select(a => (a.Lost, a.Received)));
    }

    [Fact]
    public void Strangers_on_the_port_are_left_out()
    {
        var log = new SegmentLog();
        log.Segment(true, "SYN", C, 0, null, 20, client: TcpEndpoint.V4(0x0808_0808, 4000));
        Assert.Empty(log.Arrows());
    }

    [Fact]
    public void One_loopback_that_both_captured_gives_each_segment_once()
    {
        var log = new SegmentLog(shared: true);
        foreach (string host in new[] { Client, Server })
        {
            log.Add(
                new SegmentEvent
                {
                    Host = host,
                    T = 5,
                    Sent = 5,
                    Received = 5,
                    From = SegmentLog.Client,
                    To = SegmentLog.Server,
                    Flags = "SYN",
                    SeqNo = C,
                    Source = EvidenceSource.Capture,
                }
            );
            log.Add(
                new SegmentEvent
                {
                    Host = host,
                    T = 9,
                    Sent = 9,
                    Received = 9,
                    From = SegmentLog.Server,
                    To = SegmentLog.Client,
                    Flags = "SYN,ACK",
                    SeqNo = S,
                    Ack = C + 1,
                    Source = EvidenceSource.Capture,
                }
            );
        }
        Assert.Equal([(Client, "SYN", 5L, (long?)5L), (Server, "SYN+ACK", 9L, 9L)], log.Arrows().Select(a => (a.From, a.Label, a.Sent, a.Received)));
    }

    [Fact]
    public void Survives_the_run_file() =>
        Assert.Equal(
            new SegmentEvent
            {
                Seq = 4,
                T = 1_500,
                Host = Client,
                Source = EvidenceSource.Capture,
                From = SegmentLog.Client,
                To = SegmentLog.Server,
                Flags = "SYN",
                SeqNo = C,
                Len = 0,
                Win = 65495,
                Sent = 1_500,
                Mss = 1460,
                Wscale = 10,
                SackPermitted = true,
                TsVal = 3440615742,
                TsEcr = 0,
            },
            System.Text.Json.JsonSerializer.Deserialize(
                """
                {"kind":"segment","seq":4,"t":0.0000015,"host":"client","source":"capture","from":"192.168.122.177:51552","to":"192.168.122.68:11111","flags":"SYN","seqNo":4182547216,
                "ack":0,"len":0,"win":65495,"sent":0.0000015,"received":null,"mss":1460,"wscale":10,"sackPermitted":true,"tsVal":3440615742,"tsEcr":0,"retransmission":false}
                """,
                WireJson.Default.RunEvent
            )
        );
}
