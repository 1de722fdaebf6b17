using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// Reads a TCP segment out of a captured frame. Nothing is allocated and nothing thrown; what is cut short in its headers, malformed, a fragment or not TCP is refused.
/// </summary>
/// <remarks>
/// <code>
/// Ethernet  dst(6) src(6) [8100 tci(2)] type(2)          SLL  packet type(2) ARPHRD(2) length(2) address(8) type(2)
/// IPv4      4 ihl | tos | total length(2) | id(2) | flags, fragment offset(2) | ttl | protocol | checksum(2) | source(4) | destination(4) | options
/// IPv6      6 class, flow(4) | payload length(2) | next header | hop limit | source(16) | destination(16) | extension headers
/// TCP       sport(2) dport(2) | seq(4) | ack(4) | data offset, flags(2) | window(2) | checksum(2) | urgent(2) | options
/// </code>
/// </remarks>
public static class SegmentParser
{
    /// <summary>So many octets always hold every header that is read: an IP and a TCP header at their longest, and <see cref="MaxExtensions"/> small extension headers.</summary>
    public const int HeaderRoom = 256;

    /// <summary>IPv6 extension headers followed at most; real segments have none or one.</summary>
    public const int MaxExtensions = 8;

    private const int EthernetLength = 14, VlanLength = 4, SllLength = 16, V4Minimum = 20, V6Length = 40, TcpMinimum = 20;
    private const ushort TypeV4 = 0x0800, TypeV6 = 0x86dd, TypeVlan = 0x8100, TypeQinQ = 0x88a8;
    private const byte ProtocolTcp = 6, HopByHop = 0, Routing = 43, Fragment = 44, Destination = 60;

    /// <summary>Reads a frame that was captured whole.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, FrameKind kind, out TcpSegment segment) => TryParse(frame, frame.Length, kind, out segment);

    /// <param name="captured">The frame's first octets.</param>
    /// <param name="wireLength">The frame's length before it was cut, in octets; the headers must lie within <paramref name="captured"/>, the payload need not.</param>
    /// <param name="kind">What the frame begins with.</param>
    /// <param name="segment">What was read.</param>
    public static bool TryParse(ReadOnlySpan<byte> captured, int wireLength, FrameKind kind, out TcpSegment segment)
    {
        // A segment has some 200 octets: they are written once, and cleared only where nothing was read.
        if (wireLength >= captured.Length && Link(captured, kind, out ushort type, out int at)
            && (type == TypeV4 ? V4(captured[at..], wireLength - at, out segment) : V6(captured[at..], wireLength - at, out segment)))
            return true;
        segment = default;
        return false;
    }

    private static bool Link(ReadOnlySpan<byte> frame, FrameKind kind, out ushort type, out int length)
    {
        (type, length) = (0, 0);
        switch (kind)
        {
            case FrameKind.Ethernet when frame.Length >= EthernetLength:
                (type, length) = (U16(frame, 12), EthernetLength);
                if (type is TypeVlan or TypeQinQ)
                {
                    if (frame.Length < EthernetLength + VlanLength)
                        return false;
                    (type, length) = (U16(frame, 16), EthernetLength + VlanLength);
                }
                return type is TypeV4 or TypeV6;
            case FrameKind.LinuxSll when frame.Length >= SllLength:
                (type, length) = (U16(frame, 14), SllLength);
                return type is TypeV4 or TypeV6;
            case FrameKind.RawIp when frame.Length > 0:
                type = frame[0] >> 4 == 4 ? TypeV4 : TypeV6;
                return true;
            default:
                return false;
        }
    }

    private static bool V4(ReadOnlySpan<byte> ip, int room, out TcpSegment segment)
    {
        Unsafe.SkipInit(out segment);
        if (ip.Length < V4Minimum || ip[0] >> 4 != 4)
            return false;
        int header = (ip[0] & 15) * 4, total = U16(ip, 2);
        // The kernel writes 0 where a packet to be cut later by the card is longer than the field can say.
        if (total == 0 && room > ushort.MaxValue)
            total = room;
        const int moreFragmentsAndOffset = 0x3fff;
        if (header < V4Minimum || header > ip.Length || total < header || total > room || ip[9] != ProtocolTcp || (U16(ip, 6) & moreFragmentsAndOffset) != 0)
            return false;
        return Tcp(ip[header..], total - header, false, U32(ip, 12), U32(ip, 16), out segment);
    }

    private static bool V6(ReadOnlySpan<byte> ip, int room, out TcpSegment segment)
    {
        Unsafe.SkipInit(out segment);
        if (ip.Length < V6Length || ip[0] >> 4 != 6)
            return false;
        int payload = U16(ip, 4);
        if (payload == 0 && room - V6Length > ushort.MaxValue)
            payload = room - V6Length;
        if (payload > room - V6Length)
            return false;
        byte next = ip[6];
        int at = V6Length;
        for (int i = 0; next != ProtocolTcp; i++)
        {
            // RFC 8200, 4: next header, length in units of 8 octets without the first; a fragment header always has 8.
            if (i == MaxExtensions || next is not (HopByHop or Routing or Fragment or Destination) || at + 8 > ip.Length)
                return false;
            const int offsetAndMore = 0xfff9;
            if (next == Fragment && (U16(ip, at + 2) & offsetAndMore) != 0)
                return false;
            int length = next == Fragment ? 8 : (ip[at + 1] + 1) * 8;
            next = ip[at];
            at += length;
        }
        int left = payload - (at - V6Length);
        return at <= ip.Length && left >= 0
            && Tcp(ip[at..], left, true, U128(ip, 8), U128(ip, 24), out segment);
    }

    private static bool Tcp(ReadOnlySpan<byte> tcp, int length, bool v6, UInt128 source, UInt128 destination, out TcpSegment segment)
    {
        Unsafe.SkipInit(out segment);
        if (tcp.Length < TcpMinimum)
            return false;
        int header = (tcp[12] >> 4) * 4;
        if (header < TcpMinimum || header > length || header > tcp.Length)
            return false;
        ushort from = U16(tcp, 0), to = U16(tcp, 2);
        ReadOnlySpan<byte> octets = tcp[TcpMinimum..header];
        Unsafe.SkipInit(out TcpOptions options);
        // The kernel, too, looks first for what an open connection sends: two NOPs and the timestamps (tcp_fast_parse_options).
        const uint timestampsAligned = 0x0101_080a;
        bool usual = octets.Length == 12 && U32(octets, 0) == timestampsAligned;
        if (!usual && !TcpOptions.TryParse(octets, out options))
            return false;
        segment = new TcpSegment
        {
            Source = v6 ? Endpoint.V6(source, from) : Endpoint.V4((uint)source, from), Destination = v6 ? Endpoint.V6(destination, to) : Endpoint.V4((uint)destination, to),
            Seq = U32(tcp, 4), Ack = U32(tcp, 8), Flags = (TcpFlags)tcp[13], Window = U16(tcp, 14), Length = length - header,
            Mss = usual ? null : options.Mss, WindowScale = usual ? null : options.WindowScale, SackPermitted = !usual && options.SackPermitted,
            Sack = usual ? default : options.Sack, TsVal = usual ? U32(octets, 4) : options.TsVal, TsEcr = usual ? U32(octets, 8) : options.TsEcr,
        };
        return true;
    }

    private static ushort U16(ReadOnlySpan<byte> octets, int at) => BinaryPrimitives.ReadUInt16BigEndian(octets[at..]);

    private static uint U32(ReadOnlySpan<byte> octets, int at) => BinaryPrimitives.ReadUInt32BigEndian(octets[at..]);

    private static UInt128 U128(ReadOnlySpan<byte> octets, int at) => BinaryPrimitives.ReadUInt128BigEndian(octets[at..]);
}
