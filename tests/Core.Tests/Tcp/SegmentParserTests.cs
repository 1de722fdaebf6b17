using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

/// <summary>Expected values are those that tcpdump -S printed of the same frames.</summary>
public sealed class SegmentParserTests
{
    private static readonly TcpEndpoint Client = TcpEndpoint.V4(0x7f00_0001, 51552),
        Server = TcpEndpoint.V4(0x7f00_0001, 11111);

    private static TcpSegment Parse(string hex, FrameKind kind = FrameKind.Ethernet)
    {
        Assert.True(SegmentParser.TryParse(Frames.Octets(hex), kind, out TcpSegment segment));
        return segment;
    }

    [Fact]
    public void Reads_a_SYN_with_its_options()
    {
        var syn = new TcpSegment
        {
            Source = Client,
            Destination = Server,
            Flags = TcpFlags.Syn,
            Seq = 4182547216,
            Window = 65495,
            Mss = 65495,
            SackPermitted = true,
            WindowScale = 10,
            TsVal = 3440615742,
            TsEcr = 0,
        };
        Assert.Equal(syn, Parse(Frames.Syn));
        Assert.Equal(syn, Parse(Frames.CookedSyn, FrameKind.LinuxSll));
        Assert.Equal(syn, Parse(Frames.Syn[28..], FrameKind.RawIp));
        Assert.Equal(1u, syn.Span);
    }

    [Fact]
    public void Reads_the_answer_to_it() =>
        Assert.Equal(
            new TcpSegment
            {
                Source = Server,
                Destination = Client,
                Flags = TcpFlags.Syn | TcpFlags.Ack,
                Seq = 2364434759,
                Ack = 4182547217,
                Window = 65483,
                Mss = 65495,
                SackPermitted = true,
                WindowScale = 10,
                TsVal = 2161526883,
                TsEcr = 3440615742,
            },
            Parse(Frames.SynAck)
        );

    [Fact]
    public void Reads_the_length_of_the_payload()
    {
        TcpSegment hello = Parse(Frames.Hello);
        Assert.Equal((TcpFlags.Psh | TcpFlags.Ack, 5, 4182547217u, 2364434760u, 64), (hello.Flags, hello.Length, hello.Seq, hello.Ack, hello.Window));
        Assert.Null(hello.Mss);
        Assert.Equal(5u, hello.Span);
    }

    [Fact]
    public void Reads_a_RST() =>
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 0, 2364434760u, 4182547222u), Parse(Frames.RstAck) is var s ? (s.Flags, s.Length, s.Seq, s.Ack) : default);

    [Fact]
    public void Reads_IPv6()
    {
        TcpSegment syn = Parse(Frames.SynV6);
        Assert.Equal(("[::1]:45464", "[::1]:11111"), (syn.Source.ToString(), syn.Destination.ToString()));
        Assert.Equal((139036318u, 65476, (ushort?)65476), (syn.Seq, syn.Window, syn.Mss));
    }

    [Theory]
    [InlineData(Frames.Syn, FrameKind.Ethernet)]
    [InlineData(Frames.Hello, FrameKind.Ethernet)]
    [InlineData(Frames.SynV6, FrameKind.Ethernet)]
    [InlineData(Frames.CookedSyn, FrameKind.LinuxSll)]
    public void Refuses_a_frame_cut_short_at_any_place(string hex, FrameKind kind)
    {
        byte[] frame = Frames.Octets(hex);
        for (int length = 0; length < frame.Length; length++)
            Assert.False(SegmentParser.TryParse(frame.AsSpan(0, length), kind, out _), $"{length} of {frame.Length} octets");
    }

    [Fact]
    public void Needs_the_headers_only_where_the_capture_was_cut()
    {
        byte[] frame = Frames.Octets(Frames.Hello);
        int headers = frame.Length - 5;
        Assert.True(SegmentParser.TryParse(frame.AsSpan(0, headers), frame.Length, FrameKind.Ethernet, out TcpSegment segment));
        Assert.Equal(5, segment.Length);
        Assert.False(SegmentParser.TryParse(frame.AsSpan(0, headers - 1), frame.Length, FrameKind.Ethernet, out _));
        // More was captured than there was: no capture does that.
        Assert.False(SegmentParser.TryParse(frame, frame.Length - 1, FrameKind.Ethernet, out _));
    }

    [Theory]
    [InlineData(12, 0x0806)] // ARP
    [InlineData(14, 0x5500)] // IP version 5
    [InlineData(14, 0x4400)] // IP header of 16 octets
    [InlineData(14, 0x4f00)] // IP header that leaves no room for TCP's
    [InlineData(16, 0xffff)] // longer than the frame
    [InlineData(16, 0x0013)] // shorter than its header
    [InlineData(16, 0x0000)] // no length, and not longer than one can say
    [InlineData(20, 0x2000)] // first fragment
    [InlineData(20, 0x0001)] // later fragment
    [InlineData(22, 0x4011)] // UDP
    [InlineData(46, 0x4002)] // TCP header of 16 octets
    [InlineData(46, 0xf002)] // TCP header longer than the packet
    [InlineData(54, 0x0200)] // an option of length 0
    [InlineData(54, 0x0201)] // of length 1
    [InlineData(54, 0x02ff)] // that leads out of the header
    public void Refuses_what_is_not_a_whole_TCP_segment(int at, int value)
    {
        byte[] frame = Frames.Octets(Frames.Syn);
        (frame[at], frame[at + 1]) = ((byte)(value >> 8), (byte)value);
        Assert.False(SegmentParser.TryParse(frame, FrameKind.Ethernet, out _));
    }

    [Fact]
    public void Passes_over_an_option_of_an_unusual_length()
    {
        byte[] frame = Frames.Octets(Frames.Syn);
        // SACK permitted and timestamps, 2 + 10 octets, become one MSS option of 12.
        (frame[58], frame[59]) = (2, 12);
        Assert.True(SegmentParser.TryParse(frame, FrameKind.Ethernet, out TcpSegment segment));
        Assert.Equal(((ushort?)65495, false, (uint?)null, (byte?)10), (segment.Mss, segment.SackPermitted, segment.TsVal, segment.WindowScale));
    }

    [Fact]
    public void Takes_a_packet_longer_than_its_length_field_can_say()
    {
        byte[] frame = Frames.Octets(Frames.Hello);
        (frame[16], frame[17]) = (0, 0);
        Assert.True(SegmentParser.TryParse(frame, 70_000, FrameKind.Ethernet, out TcpSegment segment));
        Assert.Equal(70_000 - 14 - 20 - 32, segment.Length);
    }

    [Fact]
    public void Follows_extension_headers_but_not_for_ever()
    {
        TcpSegment syn = Parse(Frames.SynV6);
        (byte, int)[] chain = [(0, 8), (60, 16), (43, 24), (44, 8)];
        Assert.True(SegmentParser.TryParse(Frames.Write(syn, FrameKind.Ethernet, extensions: chain), FrameKind.Ethernet, out TcpSegment read));
        Assert.Equal(syn, read);
        (byte, int)[] most = [.. Enumerable.Repeat(((byte)60, 8), SegmentParser.MaxExtensions)];
        Assert.True(SegmentParser.TryParse(Frames.Write(syn, FrameKind.RawIp, extensions: most), FrameKind.RawIp, out _));
        Assert.False(SegmentParser.TryParse(Frames.Write(syn, FrameKind.RawIp, extensions: [.. most, (60, 8)]), FrameKind.RawIp, out _));

        byte[] fragment = Frames.Write(syn, FrameKind.RawIp, extensions: [(44, 8)]);
        fragment[43] = 1;
        Assert.False(SegmentParser.TryParse(fragment, FrameKind.RawIp, out _));
    }

    [Fact]
    public void Flags_are_written_as_people_say_them()
    {
        Assert.Equal(
            ["SYN", "SYN,ACK", "ACK", "PSH,ACK", "FIN,ACK", "RST,ACK", "RST", ""],
            new[]
            {
                TcpFlags.Syn,
                TcpFlags.Syn | TcpFlags.Ack,
                TcpFlags.Ack,
                TcpFlags.Psh | TcpFlags.Ack,
                TcpFlags.Fin | TcpFlags.Ack,
                TcpFlags.Rst | TcpFlags.Ack,
                TcpFlags.Rst,
                TcpFlags.None,
            }.Select(f => f.Text())
        );
        for (int bits = 0; bits < 256; bits++)
        {
            string text = ((TcpFlags)bits).Text();
            Assert.True(text.Length <= TcpFlagNames.MaxLength);
            Assert.True(TcpFlagNames.TryParse(text, out TcpFlags read));
            Assert.Equal((TcpFlags)bits, read);
        }
        Assert.False(TcpFlagNames.TryParse("ACK,SYN", out _));
        Assert.False(TcpFlagNames.TryParse(null, out _));
    }

    [Fact]
    public void Allocates_nothing()
    {
        byte[][] frames = [.. new[] { Frames.Syn, Frames.SynAck, Frames.Hello, Frames.RstAck, Frames.SynV6, "00" }.Select(Frames.Octets)];
        int read = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                foreach (byte[] frame in frames)
                    read += SegmentParser.TryParse(frame, FrameKind.Ethernet, out TcpSegment s) ? Math.Min(1, s.Flags.Text().Length) : 0;
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (round == 1)
                Assert.Equal(0, allocated);
        }
        Assert.Equal(10_000, read);
    }
}
