using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Link;

public sealed class OutboxTests
{
    private static SocketEvent Socket(TcpState? from, TcpState? to, string? raw = null) =>
        new()
        {
            Local = TcpEndpoint.V4(1, 1),
            Remote = TcpEndpoint.V4(2, 2),
            From = from,
            To = to,
            Raw = raw,
        };

    private static CallEvent Call(string remark = "") =>
        new()
        {
            Socket = "lfd",
            Call = "bind",
            Args = new CallArguments(),
            Remark = Message.Of("test", ("a", remark), ("b", remark), ("c", remark)),
        };

    private static List<AgentItem> Drain(Outbox outbox)
    {
        var all = new List<AgentItem>();
        for (IReadOnlyList<AgentItem> items; (items = outbox.NextReport()).Count > 0; outbox.Acknowledge(items[^1].Number))
            all.AddRange(items);
        return all;
    }

    [Fact]
    public void What_was_sent_stays_as_it_was_until_acknowledged()
    {
        var outbox = new Outbox();
        outbox.End(1);
        IReadOnlyList<AgentItem> first = outbox.NextReport();
        outbox.End(2);
        Assert.Equal(first, outbox.NextReport());
        outbox.Acknowledge(0);
        Assert.Equal(first, outbox.NextReport());
        outbox.Acknowledge(1);
        Assert.Equal((2L, 2L), (outbox.NextReport()[0].Number, outbox.NextReport()[0].OrderId!.Value));
    }

    [Fact]
    public void A_report_has_at_most_so_many_items_and_octets()
    {
        var outbox = new Outbox();
        for (int i = 0; i < AgentReport.MaxItems + 1; i++)
            outbox.End(i);
        Assert.Equal(AgentReport.MaxItems, outbox.NextReport().Count);
        Drain(outbox);
        for (int i = 0; i < 100; i++)
            outbox.Add(Call(new string('"', 1000)));
        int count = outbox.NextReport().Count;
        Assert.InRange(count, 5, HubLimits.AgentMessage / 18_000);
        Assert.True(
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new AgentReport("i", outbox.NextReport()), WireJson.Default.AgentReport).Length
                < HubLimits.AgentMessage
        );
    }

    [Fact]
    public void A_full_report_of_the_longest_segments_is_one_message()
    {
        var outbox = new Outbox();
        TcpEndpoint end = TcpEndpoint.V6(UInt128.MaxValue, ushort.MaxValue);
        for (int i = 0; i < AgentReport.MaxItems; i++)
        {
            outbox.Add(
                new SegmentEvent
                {
                    T = -long.MaxValue,
                    Sent = long.MinValue,
                    Received = long.MinValue,
                    Source = EvidenceSource.Capture,
                    From = end,
                    To = end,
                    Flags = ((TcpFlags)255).Text(),
                    SeqNo = uint.MaxValue,
                    Ack = uint.MaxValue,
                    Len = SegmentEvent.MaxLength,
                    Win = ushort.MaxValue,
                    Mss = ushort.MaxValue,
                    Wscale = 255,
                    TsVal = uint.MaxValue,
                    TsEcr = uint.MaxValue,
                    Sack = [.. Enumerable.Repeat(new SackBlock(uint.MaxValue, uint.MaxValue), SackBlocks.Max)],
                    Frame = new(113, SegmentEvent.MaxLength, new byte[CapturedFrame.MaxOctets]),
                }
            );
        }
        int octets = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new AgentReport("i", outbox.NextReport()), WireJson.Default.AgentReport).Length;
        Assert.InRange(octets, Outbox.MaxReportOctets / 2, HubLimits.AgentMessage);
    }

    [Fact]
    public void Readings_without_news_go_first_then_states_then_calls_and_ends_last()
    {
        var outbox = new Outbox(maxItems: 16);
        for (int i = 0; i < 4; i++)
        {
            outbox.End(i);
            outbox.Add(Call());
            outbox.Add(Socket(TcpState.SynSent, TcpState.Established));
            outbox.Add(Socket(TcpState.TimeWait, TcpState.TimeWait));
        }
        outbox.End(4);
        List<AgentItem> all = Drain(outbox);
        Assert.Equal(5, all.Count(i => i.Done));
        Assert.Equal(4, all.Count(i => i.Event is CallEvent));
        Assert.Equal(4, all.Count(i => i.Event is SocketEvent { From: TcpState.SynSent }));
        int refreshed = all.Count(i => i.Event is SocketEvent { From: TcpState.TimeWait });
        Assert.True(refreshed < 4);
        Assert.Equal(4 - refreshed, Assert.Single(all.Select(i => i.Event).OfType<GapEvent>()).Lost);
        Assert.IsType<GapEvent>(all[0].Event);
    }

    [Fact]
    public void Ends_alone_are_bounded_too()
    {
        var outbox = new Outbox(maxItems: 16);
        for (int i = 1; i <= 1000; i++)
            outbox.End(i);
        List<AgentItem> all = Drain(outbox);
        Assert.InRange(all.Count, 8, 17);
        Assert.Equal(1000, all.Count(i => i.Done) + Assert.Single(all.Select(i => i.Event).OfType<GapEvent>()).Lost);
    }

    [Fact]
    public void Octets_are_bounded()
    {
        var outbox = new Outbox(maxOctets: 100_000);
        for (int i = 0; i < 1000; i++)
            outbox.Add(Socket(null, TcpState.Listen, new string('x', 150)));
        List<AgentItem> all = Drain(outbox);
        Assert.InRange(all.Count, 50, 200);
        Assert.Equal(1000, all.Count(i => i.Event is SocketEvent) + Assert.Single(all.Select(i => i.Event).OfType<GapEvent>()).Lost);
    }

    [Fact]
    public async Task Waiting_ends_with_the_first_item_and_with_cancellation()
    {
        var outbox = new Outbox();
        using var cancel = new CancellationTokenSource();
        Task waiting = outbox.WaitAsync(cancel.Token);
        Assert.False(waiting.IsCompleted);
        outbox.End(1);
        await waiting;
        await outbox.WaitAsync(cancel.Token);
        Drain(outbox);
        waiting = outbox.WaitAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
