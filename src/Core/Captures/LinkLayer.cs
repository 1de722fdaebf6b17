using System.Buffers.Binary;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Finds the IP header behind the link headers that tcpdump and Wireshark write.</summary>
/// <remarks>
/// <code>
/// NULL, LOOP  family(4), of the capturing machine's byte order or the network's
/// Ethernet    dst(6) src(6) [8100|88a8|9100 tci(2)]* type(2)
/// SLL         packet type(2) ARPHRD(2) length(2) address(8) type(2)
/// SLL2        type(2) 0(2) interface(4) ARPHRD(2) packet type(1) length(1) address(8)
/// </code>
/// </remarks>
internal static class LinkLayer
{
    private const int Null = 0,
        Ethernet = 1,
        RawBsd = 12,
        RawOpenBsd = 14,
        Raw = 101,
        Loop = 108,
        Sll = 113,
        IpV4 = 228,
        IpV6 = 229,
        Sll2 = 276;

    private const ushort TypeV4 = 0x0800,
        TypeV6 = 0x86dd;

    /// <summary>VLAN tags that are passed over at most.</summary>
    private const int MaxTags = 4;

    /// <summary>True for a link type that is read.</summary>
    public static bool Knows(int linkType) => linkType is Null or Ethernet or RawBsd or RawOpenBsd or Raw or Loop or Sll or IpV4 or IpV6 or Sll2;

    /// <summary>Where the IP header begins; false where none follows (ARP, a header that is cut).</summary>
    /// <param name="linkType">One that <see cref="Knows"/>.</param>
    /// <param name="octets">The packet.</param>
    /// <param name="at">Octets before the IP header.</param>
    /// <param name="direction">Which way it went; unknown where the header does not say.</param>
    public static bool TryFind(int linkType, ReadOnlySpan<byte> octets, out int at, out PacketDirection direction)
    {
        (at, direction) = (0, PacketDirection.Unknown);
        switch (linkType)
        {
            case RawBsd or RawOpenBsd or Raw or IpV4 or IpV6:
                break;
            case Null or Loop when octets.Length > 4:
                at = 4;
                break;
            case Ethernet when octets.Length > 14:
                return Typed(octets, 12, 14, out at);
            case Sll when octets.Length > 16:
                direction = Direction(BinaryPrimitives.ReadUInt16BigEndian(octets));
                return Typed(octets, 14, 16, out at);
            case Sll2 when octets.Length > 20:
                direction = Direction(octets[10]);
                // Tags stand behind the whole header.
                return Typed(octets, 0, 20, out at);
            default:
                return false;
        }
        // Its version says what it is; the family's number differs between systems.
        return octets.Length > at && octets[at] >> 4 is 4 or 6;
    }

    private static bool Typed(ReadOnlySpan<byte> octets, int typeAt, int header, out int at)
    {
        at = header;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(octets[typeAt..]);
        for (int tags = 0; type is 0x8100 or 0x88a8 or 0x9100 && tags < MaxTags; tags++)
        {
            if (octets.Length < at + 4)
                return false;
            type = BinaryPrimitives.ReadUInt16BigEndian(octets[(at + 2)..]);
            at += 4;
        }
        return octets.Length > at
            && type switch
            {
                TypeV4 => octets[at] >> 4 == 4,
                TypeV6 => octets[at] >> 4 == 6,
                _ => false,
            };
    }

    // PACKET_OUTGOING, and PACKET_HOST.
    private static PacketDirection Direction(int packetType) =>
        packetType switch
        {
            4 => PacketDirection.Outbound,
            0 => PacketDirection.Inbound,
            _ => PacketDirection.Unknown,
        };
}
