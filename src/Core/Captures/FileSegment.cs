using System.Buffers.Binary;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>What a packet of a capture file is to this dashboard.</summary>
public enum PacketKind : byte
{
    /// <summary>A TCP segment with all its headers.</summary>
    Segment,

    /// <summary>Of a link type that is not read.</summary>
    UnknownLink,

    /// <summary>No IP: ARP, IPv6 neighbours are IP, spanning tree is not.</summary>
    NotIp,

    /// <summary>IP, but no TCP.</summary>
    NotTcp,

    /// <summary>A part of an IP packet that was cut into several: nothing is guessed of it.</summary>
    Fragment,

    /// <summary>TCP whose headers were not captured whole (a snap length that is too small), or are malformed.</summary>
    Incomplete,
}

/// <summary>Reads a TCP segment out of a packet of a file.</summary>
internal static class FileSegment
{
    private const byte Tcp = 6,
        FragmentHeader = 44;

    /// <summary>What the packet is, and the segment where it is one.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="identification">IPv4's identification, which tells a copy from a retransmission; 0 for IPv6.</param>
    public static PacketKind Read(in CapturedPacket packet, out TcpSegment segment, out PacketDirection direction, out ushort identification)
    {
        (segment, direction, identification) = (default, packet.Direction, 0);
        if (!LinkLayer.Knows(packet.LinkType))
            return PacketKind.UnknownLink;
        if (!LinkLayer.TryFind(packet.LinkType, packet.Octets, out int at, out PacketDirection told))
            return PacketKind.NotIp;
        if (direction == PacketDirection.Unknown)
            direction = told;
        ReadOnlySpan<byte> ip = packet.Octets[at..];
        if (!SegmentParser.TryParse(ip, packet.WireLength - at, FrameKind.RawIp, out segment))
            return Why(ip);
        if (ip[0] >> 4 == 4)
            identification = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        return PacketKind.Segment;
    }

    private static PacketKind Why(ReadOnlySpan<byte> ip) =>
        ip[0] >> 4 == 4
            ? ip.Length < 20
                ? PacketKind.Incomplete
                : ip[9] != Tcp
                    ? PacketKind.NotTcp
                    : (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3fff) != 0
                        ? PacketKind.Fragment
                        : PacketKind.Incomplete
            : ip.Length < 40
                ? PacketKind.Incomplete
                : V6(ip);

    // RFC 8200, 4: what follows the extension headers.
    private static PacketKind V6(ReadOnlySpan<byte> ip)
    {
        byte next = ip[6];
        int at = 40;
        for (int i = 0; next is 0 or 43 or 60 or FragmentHeader && i < SegmentParser.MaxExtensions && at + 8 <= ip.Length; i++)
        {
            if (next == FragmentHeader && (BinaryPrimitives.ReadUInt16BigEndian(ip[(at + 2)..]) & 0xfff9) != 0)
                return ip[at] == Tcp ? PacketKind.Fragment : PacketKind.NotTcp;
            int length = next == FragmentHeader ? 8 : (ip[at + 1] + 1) * 8;
            next = ip[at];
            at += length;
        }
        return next is Tcp or 0 or 43 or 60 or FragmentHeader ? PacketKind.Incomplete : PacketKind.NotTcp;
    }
}
