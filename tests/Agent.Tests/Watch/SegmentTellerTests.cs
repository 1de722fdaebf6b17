using System.Buffers.Binary;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Watch;

public sealed class SegmentTellerTests
{
    // A SYN from 127.0.0.1:51552 to 127.0.0.1:11111, as captured from the IP header on.
    private static readonly byte[] Syn = Convert.FromHexString(
        "4500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a"
    );

    private readonly List<RunEvent> _told = [];

    private SegmentTeller Teller()
    {
        var teller = new SegmentTeller(_told.Add, null);
        teller.Watch([11111]);
        return teller;
    }

    private static void Take(SegmentTeller teller, long at, ReadOnlySpan<byte> octets, byte type = PacketConstants.PACKET_HOST) =>
        teller.Follow(
            new CapturedPacket(
                octets,
                octets.Length,
                1,
                new SockAddrLl
                {
                    PktType = type,
                    Index = 2,
                    Protocol = 8,
                }
            ),
            at
        );

    [Fact]
    public void Tells_so_many_a_second_and_counts_the_rest()
    {
        SegmentTeller teller = Teller();
        for (int i = 0; i < SegmentTeller.MaxPerSecond + 7; i++)
            Take(teller, 5_000_000_000, Syn);
        teller.EndRound(0, 5_100_000_000);
        Assert.Equal(SegmentTeller.MaxPerSecond, _told.OfType<SegmentEvent>().Count());
        GapEvent gap = Assert.IsType<GapEvent>(_told[^1]);
        Assert.Equal((7, EvidenceSource.Capture), (gap.Lost, gap.Source));
        Take(teller, 6_000_000_000, Syn);
        Assert.IsType<SegmentEvent>(_told[^1]);
    }

    [Fact]
    public void Tells_of_dropped_packets_but_not_without_end()
    {
        SegmentTeller teller = Teller();
        teller.EndRound(40, 1_000_000_000);
        teller.EndRound(2, 1_100_000_000);
        teller.EndRound(0, 2_100_000_000);
        Assert.Equal([40, 2], _told.Cast<GapEvent>().Select(g => g.Lost));
        Assert.All(_told, e => Assert.Equal(EvidenceSource.Capture, e.Source));
    }

    [Fact]
    public void Tells_the_octets_with_a_cooked_header_before_them()
    {
        Take(Teller(), 1, Syn);
        CapturedFrame frame = Assert.IsType<SegmentEvent>(Assert.Single(_told)).Frame!;
        Assert.Equal((113, 16 + Syn.Length), (frame.LinkType, frame.Length));
        // Packet type, ARPHRD, address length, address, protocol.
        Assert.Equal("00000000000000000000000000000800", Convert.ToHexStringLower(frame.Octets.AsSpan(0, 16)));
        Assert.Equal(Syn, frame.Octets[16..]);
    }

    [Fact]
    public void Keeps_a_bounded_part_of_the_payload()
    {
        byte[] packet = [.. Syn, .. new byte[140]];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        Take(Teller(), 1, packet);
        SegmentEvent told = Assert.IsType<SegmentEvent>(Assert.Single(_told));
        Assert.Equal((140, 16 + 200, 16 + 60 + CapturedFrame.MaxPayload), (told.Len, told.Frame!.Length, told.Frame.Octets.Length));
    }

    [Fact]
    public void Tells_SACK_blocks()
    {
        // The first 12 octets of options are replaced by two NOPs and one block.
        byte[] packet = [.. Syn];
        Convert.FromHexString("0101050a0000001000000020").CopyTo(packet, 40);
        packet.AsSpan(52).Fill(1);
        Take(Teller(), 1, packet);
        Assert.Equal([new SackBlock(16, 32)], Assert.IsType<SegmentEvent>(Assert.Single(_told)).Sack!);
    }

    [Fact]
    public void Counts_what_it_cannot_read()
    {
        SegmentTeller teller = Teller();
        Take(teller, 1_000_000_000, Syn.AsSpan(0, 30));
        Assert.Equal(1, Assert.IsType<GapEvent>(Assert.Single(_told)).Lost);
    }

    [Fact]
    public void Passes_over_frames_for_other_machines()
    {
        const byte otherHost = 3;
        Take(Teller(), 1_000_000_000, Syn, otherHost);
        Assert.Empty(_told);
    }

    [Fact]
    public void Allocates_nothing_for_what_it_does_not_tell()
    {
        SegmentTeller teller = Teller();
        for (int i = 0; i < SegmentTeller.MaxPerSecond; i++)
            Take(teller, 1_000_000_000, Syn);
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
                Take(teller, 1_000_000_000, Syn);
            if (round == 1)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
