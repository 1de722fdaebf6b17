using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests.Captures;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Captures;

public class CaptureReaderTests
{
    private static readonly TcpEndpoint A = Exchange.Client,
        B = Exchange.Server,
        A6 = TcpEndpoint.V6(UInt128.One << 100, 40_000),
        B6 = TcpEndpoint.V6(UInt128.One, 80);
    private static readonly byte[] Syn = CaptureBytes.Packet(A, B, TcpFlags.Syn, 1, 0),
        Syn6 = CaptureBytes.Packet(A6, B6, TcpFlags.Syn, 1, 0);

    private static (List<(long? Time, int Octets, int Length, PacketDirection Direction)> Packets, CaptureReader Reader) Read(byte[] file)
    {
        var reader = new CaptureReader(new SlowStream(file));
        var all = new List<(long?, int, int, PacketDirection)>();
        while (reader.TryNext(out CapturedPacket p))
            all.Add((p.Time, p.Octets.Length, p.WireLength, p.Direction));
        return (all, reader);
    }

    private static CaptureContents List(byte[] file) => CaptureReading.List(new MemoryStream(file));

    [Theory]
    [InlineData(true, false, 1_500_000_000_000_007_000)]
    [InlineData(false, false, 1_500_000_000_000_007_000)]
    [InlineData(true, true, 1_500_000_000_000_000_007)]
    [InlineData(false, true, 1_500_000_000_000_000_007)]
    public void Pcap_in_both_byte_orders_and_both_units(bool little, bool nano, long time)
    {
        (var packets, CaptureReader reader) = Read(
            new CaptureBytes(little).Pcap(nano: nano).Record(Syn, 1_500_000_000, 7, 1500).Record(Syn, 1_500_000_001, 7).ToArray()
        );
        Assert.Null(reader.Fault);
        Assert.Equal(CaptureFormat.Pcap, reader.Format);
        Assert.Equal([(time, Syn.Length, 1500, PacketDirection.Unknown), (time + 1_000_000_000, Syn.Length, Syn.Length, PacketDirection.Unknown)], packets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pcapng_with_every_kind_of_packet(bool little)
    {
        byte[] file = new CaptureBytes(little)
            .Section()
            .Interface()
            .Interface(resolution: 9)
            .Block(4, b => b.Raw(new byte[8]))
            .Enhanced(Syn, 1_500_000_000_000_007)
            .Enhanced(Syn, 1_500_000_000_000_000_008, 1, flags: 2)
            .Obsolete(Syn, 1_500_000_000_000_009, drops: 3)
            .Simple(Syn, 1500)
            .Statistics(2)
            .Statistics(4)
            .ToArray();
        (var packets, CaptureReader reader) = Read(file);
        Assert.Null(reader.Fault);
        // Statistics tell of all until then, packets of what was dropped before them: of both together the same is told.
        Assert.Equal((4, 1), (reader.Dropped, reader.OtherBlocks));
        Assert.Equal(
            [
                (1_500_000_000_000_007_000, Syn.Length, Syn.Length, PacketDirection.Unknown),
                (1_500_000_000_000_000_008, Syn.Length, Syn.Length, PacketDirection.Outbound),
                (1_500_000_000_000_009_000, Syn.Length, Syn.Length, PacketDirection.Unknown),
                (null, Syn.Length, 1500, PacketDirection.Unknown),
            ],
            packets
        );
    }

    [Fact]
    public void Sections_of_both_byte_orders_in_one_file_and_interfaces_of_their_own()
    {
        byte[] file =
        [
            .. new CaptureBytes(true).Section().Interface().Interface().Enhanced(Syn, 5, 1).ToArray(),
            .. new CaptureBytes(false).Section().Interface().Enhanced(Syn, 7).ToArray(),
        ];
        (var packets, CaptureReader reader) = Read(file);
        Assert.Null(reader.Fault);
        Assert.Equal([5000L, 7000L], packets.Select(p => p.Time!.Value));
        Assert.Equal(CaptureFaultCodes.Interface, Read([.. file, .. new CaptureBytes(false).Enhanced(Syn, 9, 1).ToArray()]).Reader.Fault!.Reason.Code);
    }

    [Theory]
    [InlineData(6, 0, 1_000_001ul, 1_000_001_000)]
    [InlineData(3, 0, 1_001ul, 1_001_000_000)]
    [InlineData(0, 0, 3ul, 3_000_000_000)]
    [InlineData(12, 0, 1_000_000_000_999ul, 1_000_000_000)]
    [InlineData(0x8a, 0, 1536ul, 1_500_000_000)]
    [InlineData(6, -5, 6_000_000ul, 1_000_000_000)]
    public void Times_in_every_resolution(byte resolution, long offset, ulong units, long expected) =>
        Assert.Equal(
            expected,
            Read(new CaptureBytes().Section().Interface(resolution: resolution, offset: offset).Enhanced(Syn, units).ToArray()).Packets[0].Time
        );

    [Theory]
    [InlineData(0, 0, ulong.MaxValue)]
    [InlineData(6, -7, 1ul)]
    [InlineData(6, long.MaxValue, 1ul)]
    [InlineData(6, long.MinValue, 1ul)]
    public void A_time_that_cannot_be_is_none(byte resolution, long offset, ulong units) =>
        Assert.Null(Read(new CaptureBytes().Section().Interface(resolution: resolution, offset: offset).Enhanced(Syn, units).ToArray()).Packets[0].Time);

    public static TheoryData<int, byte[]> Links() =>
        new()
        {
            { 1, [.. new byte[12], 8, 0] },
            { 1, [.. new byte[12], 0x81, 0, 0, 5, 8, 0] },
            { 1, [.. new byte[12], 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0] },
            { 101, [] },
            { 12, [] },
            { 228, [] },
            { 0, [2, 0, 0, 0] },
            { 108, [0, 0, 0, 2] },
            { 113, [0, 4, 3, 4, 0, 0, .. new byte[8], 8, 0] },
            { 276, [8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 4, 0, .. new byte[8]] },
        };

    [Theory]
    [MemberData(nameof(Links))]
    public void Link_headers_that_tcpdump_and_wireshark_write(int linkType, byte[] header)
    {
        CaptureContents contents = List(new CaptureBytes().Pcap(linkType).Record([.. header, .. Syn], 1, 0).ToArray());
        Assert.Equal(1, contents.Segments);
        Assert.Equal((A, B), (contents.Connections[0].A.Address, contents.Connections[0].B.Address));
    }

    [Fact]
    public void Ipv6_and_what_is_no_segment_is_counted()
    {
        byte[] udp = [.. Syn],
            fragment = [.. Syn],
            arp = new byte[42];
        (udp[9], fragment[6]) = (17, 0x20);
        (arp[12], arp[13]) = (8, 6);
        byte[] Frame(byte[] ip) => [.. new byte[12], .. ip[0] >> 4 == 4 ? new byte[] { 8, 0 } : [0x86, 0xdd], .. ip];
        CaptureContents c = List(
            new CaptureBytes()
                .Pcap(1)
                .Record(Frame(Syn6), 1, 0)
                .Record(Frame(udp), 1, 0)
                .Record(Frame(fragment), 1, 0)
                .Record(arp, 1, 0)
                .Record(Frame(Syn)[..40], 1, 0, 54)
                .ToArray()
        );
        Assert.Equal((5, 1, (A6, B6)), (c.Packets, c.Segments, (c.Connections[0].A.Address, c.Connections[0].B.Address)));
        Assert.Equal(["captures.remark.incomplete", "captures.remark.fragments", "captures.remark.others"], c.Remarks.Select(r => r.Code));
        Assert.Equal("2", c.Remarks[2]["count"]);
        Assert.Equal("captures.remark.link", List(new CaptureBytes().Pcap(147).Record(Syn, 1, 0).ToArray()).Remarks.Single().Code);
    }

    [Theory]
    [InlineData("", CaptureFaultCodes.Empty)]
    [InlineData("00", CaptureFaultCodes.Unknown)]
    [InlineData("68656c6c6f20776f726c6421", CaptureFaultCodes.Unknown)]
    [InlineData("1f8b080000000000", CaptureFaultCodes.Compressed)]
    [InlineData("28b52ffd00000000", CaptureFaultCodes.Compressed)]
    [InlineData("a1b2cd3400000000", CaptureFaultCodes.Version)]
    [InlineData("a1b2c3d400030004000000000000000000040000000000010000", CaptureFaultCodes.Version)]
    [InlineData("0a0d0d0a0000001c00000000", CaptureFaultCodes.Version)]
    [InlineData("0a0d0d0a0000001c1a2b3c4d00020000ffffffffffffffff0000001c", CaptureFaultCodes.Version)]
    [InlineData("0a0d0d0a0000001d1a2b3c4d00010000ffffffffffffffff0000001c", CaptureFaultCodes.Length)]
    [InlineData("0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff00000020", CaptureFaultCodes.Trailer)]
    public void What_is_no_such_file_is_told(string hex, string code)
    {
        (var packets, CaptureReader reader) = Read(Convert.FromHexString(hex));
        Assert.Empty(packets);
        Assert.Equal(code, reader.Fault?.Reason.Code);
    }

    [Fact]
    public void A_length_that_cannot_be_ends_the_reading_where_it_stands()
    {
        byte[] file = [.. new CaptureBytes().Pcap().Record(Syn, 1, 0).ToArray(), 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 1, 2, 3];
        (var packets, CaptureReader reader) = Read(file);
        Assert.Single(packets);
        Assert.Equal((24 + 16 + Syn.Length, CaptureFaultCodes.Length), (reader.Fault!.Offset, reader.Fault.Reason.Code));
    }

    /// <summary>Whatever was read up to a cut stands, and where the record began that is not whole is told.</summary>
    [Fact]
    public void Cut_at_every_octet()
    {
        Exchange x = new Exchange()
            .Handshake()
            .C(TcpFlags.Psh | TcpFlags.Ack, 1001, 5001, 7)
            .C(TcpFlags.Fin | TcpFlags.Ack, 1008, 5001)
            .S(TcpFlags.Fin | TcpFlags.Ack, 5001, 1009)
            .C(TcpFlags.Ack, 1009, 5002);
        byte[] ng = new CaptureBytes()
            .Section()
            .Interface(resolution: 9)
            .Enhanced(Syn, 5, flags: 1)
            .Simple(Syn)
            .Block(4, b => b.Raw(new byte[8]))
            .Obsolete(Syn, 6)
            .Statistics(1)
            .Enhanced(Syn, 7)
            .ToArray();
        foreach (byte[] file in (byte[][])[x.Pcap(), ng])
        {
            long whole = List(file).Packets,
                before = 0;
            for (int cut = 0; cut < file.Length; cut++)
            {
                CaptureContents c = List(file[..cut]);
                Assert.InRange(c.Packets, before, whole);
                before = c.Packets;
                if (c.Fault is { } fault)
                    Assert.InRange(fault.Offset, 0, cut);
                Assert.True(c.Fault is not null || c.Octets == cut, $"cut at {cut}");
            }
            Assert.Null(List(file).Fault);
        }
    }

    [Fact]
    public void Copies_of_one_packet_count_once_and_retransmissions_do_not()
    {
        byte[] data = CaptureBytes.Packet(A, B, TcpFlags.Ack | TcpFlags.Psh, 2, 9, 10, id: 77),
            again = CaptureBytes.Packet(A, B, TcpFlags.Ack | TcpFlags.Psh, 2, 9, 10, id: 78);
        CaptureContents c = List(
            new CaptureBytes().Section().Interface().Interface().Enhanced(data, 1000).Enhanced(data, 1010, 1).Enhanced(again, 1020).ToArray()
        );
        Assert.Equal((2, 1), (c.Connections[0].A.Segments, c.Connections[0].A.Retransmissions));
        Assert.Equal("captures.remark.copies", c.Remarks.Single().Code);
    }

    [Fact]
    public void Connections_beyond_the_limit_are_counted()
    {
        CaptureBytes file = new CaptureBytes().Pcap();
        for (int i = 0; i < CaptureLimits.Connections + 3; i++)
            file.Record(CaptureBytes.Packet(TcpEndpoint.V4(0x0b00_0000 + (uint)i, 1000), B, TcpFlags.Syn, 1, 0), 1, i);
        CaptureContents c = List(file.ToArray());
        Assert.Equal(CaptureLimits.Connections, c.Connections.Count);
        Assert.Equal(("captures.remark.connections", "3"), (c.Remarks[0].Code, c.Remarks[0]["count"]));
    }

    [Fact]
    public void Of_a_long_connection_the_middle_is_left_out_and_the_states_are_right()
    {
        Exchange x = new Exchange().Handshake();
        uint seq = 1001;
        for (int i = 0; i < 2000; i++, seq += 100)
            x.C(TcpFlags.Ack, seq, 5001, 100).S(TcpFlags.Ack, 5001, seq + 100);
        FileConnectionDetail d = x.C(TcpFlags.Fin | TcpFlags.Ack, seq, 5001)
            .S(TcpFlags.Fin | TcpFlags.Ack, 5001, seq + 1)
            .C(TcpFlags.Ack, seq + 1, 5002)
            .Detail();
        Assert.Equal(200_000, d.Connection.A.Octets);
        Assert.Equal("SYN-SENT ESTAB FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT", Exchange.States(d, A));
        Core.Log.GapEvent gap = d.Run.Events.OfType<Core.Log.GapEvent>().Single();
        Assert.Equal(4006 - CaptureLimits.FirstSegments - CaptureLimits.LastSegments, gap.Lost);
        Assert.DoesNotContain(d.Run.Events.OfType<Core.Log.SegmentEvent>(), s => s.Received is null);
        Core.Fold.Timeline drawn = Core.Fold.Timeline.Fold(Core.Fold.RunFiles.HeaderOf(d.Run), d.Run.Events);
        Assert.Equal(1200, drawn.Arrows.Count);
        Assert.DoesNotContain(drawn.Arrows, a => a.Lost);
    }

    /// <summary>Gives a few octets at a time, as a connection may.</summary>
    private sealed class SlowStream(byte[] octets) : MemoryStream(octets)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));
    }
}
