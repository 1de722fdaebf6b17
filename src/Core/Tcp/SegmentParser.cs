using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// Reads a TCP segment out of a captured frame. Nothing is allocated and nothing thrown; what is cut short in its headers, malformed, a fragment or not TCP is
/// refused.
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
    /// <summary>
    /// So many octets always hold every header that is read: an IP and a TCP header at their longest, and <see cref="MaxExtensions"/> small extension headers.
    /// </summary>
    public const int HeaderRoom = 256;

    /// <summary>IPv6 extension headers followed at most; real segments have none or one.</summary>
    public const int MaxExtensions = 8;

    private const int EthernetLength = 14,
        VlanLength = 4,
        SllLength = 16,
        V4Minimum = 20,
        V6Length = 40,
        TcpMinimum = 20;
    private const ushort TypeV4 = 0x0800,
        TypeV6 = 0x86dd,
        TypeVlan = 0x8100,
        TypeQinQ = 0x88a8;
    private const byte ProtocolTcp = 6,
        HopByHop = 0,
        Routing = 43,
        Fragment = 44,
        Destination = 60;

    /// <summary>Reads a frame that was captured whole.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, FrameKind kind, out TcpSegment segment) => TryParse(frame, frame.Length, kind, out segment);

    /// <param name="captured">The frame's first octets.</param>
    /// <param name="wireLength">The frame's length before it was cut, in octets; the headers must lie within <paramref name="captured"/>, the payload need
    /// not.</param>
    /// <param name="kind">What the frame begins with.</param>
    /// <param name="segment">What was read.</param>
    public static bool TryParse(ReadOnlySpan<byte> captured, int wireLength, FrameKind kind, out TcpSegment segment)
    {
        // Written once, and cleared only where nothing was read.
        Unsafe.SkipInit(out segment);
        ref byte first = ref MemoryMarshal.GetReference(captured);
        int at = 0;
        if (wireLength >= captured.Length && (kind == FrameKind.RawIp ? captured.Length > 0 : Link(captured, kind, out at)))
        {
            ref byte ip = ref Unsafe.Add(ref first, at);
            int have = captured.Length - at;
            if (
                have >= V4Minimum + TcpMinimum
                && (ip >> 4 == 4 ? V4(ref ip, have, wireLength - at, ref segment) : V6(ref ip, have, wireLength - at, ref segment))
            )
            {
                return true;
            }
        }
        segment = default;
        return false;
    }

    // Where the IP header is; its version must be the one that is announced.
    private static bool Link(ReadOnlySpan<byte> frame, FrameKind kind, out int length)
    {
        ushort type = 0;
        length = 0;
        switch (kind)
        {
            case FrameKind.Ethernet when frame.Length >= EthernetLength:
                (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]), EthernetLength);
                if (type is TypeVlan or TypeQinQ && frame.Length >= EthernetLength + VlanLength)
                    (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(frame[16..]), EthernetLength + VlanLength);
                break;
            case FrameKind.LinuxSll when frame.Length >= SllLength:
                (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(frame[14..]), SllLength);
                break;
        }
        return frame.Length > length
            && type switch
            {
                TypeV4 => frame[length] >> 4 == 4,
                TypeV6 => frame[length] >> 4 == 6,
                _ => false,
            };
    }

    // Below, every header is read by few wide loads, each after one comparison that says how many octets there are (have).
    // At least V4Minimum + TcpMinimum: less holds no segment.
    private static bool V4(ref byte ip, int have, int room, ref TcpSegment segment)
    {
        ulong begin = U64(ref ip, 0),
            middle = U64(ref ip, 8);
        int header = (int)(begin >> 56 & 15) * 4,
            total = (ushort)(begin >> 32);
        // The kernel writes 0 where a packet to be cut later by the card is longer than the field can say.
        if (total == 0 && room > ushort.MaxValue)
            total = room;
        const ulong moreFragmentsAndOffset = 0x3fff;
        if (
            header < V4Minimum
            || header > have - TcpMinimum
            || total < header
            || total > room
            || (byte)(middle >> 48) != ProtocolTcp
            || (begin & moreFragmentsAndOffset) != 0
        )
        {
            return false;
        }

        segment.SetAddresses(false, 0, (uint)middle, 0, U32(ref ip, 16));
        return Tcp(ref Unsafe.Add(ref ip, header), have - header, total - header, ref segment);
    }

    private static bool V6(ref byte ip, int have, int room, ref TcpSegment segment)
    {
        if (have < V6Length + TcpMinimum || ip >> 4 != 6)
            return false;
        ulong begin = U64(ref ip, 0);
        int payload = (ushort)(begin >> 16);
        if (payload == 0 && room - V6Length > ushort.MaxValue)
            payload = room - V6Length;
        if (payload > room - V6Length)
            return false;
        byte next = (byte)(begin >> 8);
        int at = V6Length;
        if (next != ProtocolTcp && !Extensions(ref ip, have, next, ref at))
            return false;
        int left = payload - (at - V6Length);
        if (left < 0 || at > have - TcpMinimum)
            return false;
        segment.SetAddresses(true, U64(ref ip, 8), U64(ref ip, 16), U64(ref ip, 24), U64(ref ip, 32));
        return Tcp(ref Unsafe.Add(ref ip, at), have - at, left, ref segment);
    }

    // RFC 8200, 4: next header, length in units of 8 octets without the first; a fragment header always has 8.
    private static bool Extensions(ref byte ip, int have, byte next, ref int at)
    {
        for (int i = 0; next != ProtocolTcp; i++)
        {
            if (i == MaxExtensions || next is not (HopByHop or Routing or Fragment or Destination) || at + 8 > have)
                return false;
            ulong header = U64(ref ip, at);
            const ulong offsetAndMore = 0xfff9;
            if (next == Fragment && (header >> 32 & offsetAndMore) != 0)
                return false;
            at += next == Fragment ? 8 : ((byte)(header >> 48) + 1) * 8;
            next = (byte)(header >> 56);
        }
        return true;
    }

    // At least TcpMinimum octets.
    private static bool Tcp(ref byte tcp, int have, int length, ref TcpSegment segment)
    {
        ulong begin = U64(ref tcp, 0),
            end = U64(ref tcp, 8);
        int header = (int)(end >> 28 & 15) * 4;
        if (header < TcpMinimum || header > length || header > have)
            return false;
        segment.SetPorts((ushort)(begin >> 48), (ushort)(begin >> 32));
        segment.SetHeader((uint)begin, (uint)(end >> 32), (TcpFlags)(byte)(end >> 16), (ushort)end, length - header);

        // The kernel, too, looks first for what an open connection sends (tcp_fast_parse_options).
        const uint timestamps = 0x0101_080a,
            sackPermittedAndTimestamps = 0x0402_080a,
            windowScale = 0x0103_03;
        ref byte options = ref Unsafe.Add(ref tcp, TcpMinimum);
        switch (header - TcpMinimum)
        {
            case 0:
                segment.SetNoOptions();
                return true;
            case 12 when U32(ref options, 0) == timestamps:
                segment.SetTimestamps(U32(ref options, 4), U32(ref options, 8));
                return true;
            case 20 when U32(ref options, 0) >> 16 == 0x0204 && U32(ref options, 4) == sackPermittedAndTimestamps && U32(ref options, 16) >> 8 == windowScale:
                segment.SetSynOptions((ushort)U32(ref options, 0), (byte)U32(ref options, 16), U32(ref options, 8), U32(ref options, 12));
                return true;
            case var octets:
                if (!TcpOptions.TryParse(MemoryMarshal.CreateReadOnlySpan(ref options, octets), out TcpOptions read))
                    return false;
                segment.SetOptions(read);
                return true;
        }
    }

    private static uint U32(ref byte octets, int at)
    {
        uint value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref octets, at));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }

    private static ulong U64(ref byte octets, int at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref octets, at));
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
    }
}
