namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Which way a packet went at the point of capture, as far as the file says.</summary>
public enum PacketDirection : byte
{
    /// <summary>The file does not say.</summary>
    Unknown,

    /// <summary>To the machine that captured.</summary>
    Inbound,

    /// <summary>From the machine that captured.</summary>
    Outbound,
}

/// <summary>One packet of a capture file. Its octets are the reader's own until the next is read.</summary>
public readonly ref struct CapturedPacket
{
    /// <summary>Octets of a packet that are read at most; all headers lie within: link header with tags, IP and TCP at their longest.</summary>
    public const int HeadRoom = 512;

    /// <summary>Its place among the file's packets, from 1, as Wireshark counts.</summary>
    public long Number { get; init; }

    /// <summary>Nanoseconds since 1970; null where the block has no time, or one beyond the years that are counted (1970 to 2262).</summary>
    public long? Time { get; init; }

    /// <summary>libpcap's LINKTYPE_*.</summary>
    public int LinkType { get; init; }

    /// <summary>The interface, numbered over the whole file.</summary>
    public int Interface { get; init; }

    /// <summary>Which way it went; often the link header says more (<see cref="LinkLayer"/>).</summary>
    public PacketDirection Direction { get; init; }

    /// <summary>The first octets, at most <see cref="HeadRoom"/>.</summary>
    public ReadOnlySpan<byte> Octets { get; init; }

    /// <summary>Octets that it had on the wire; never fewer than <see cref="Octets"/>.</summary>
    public int WireLength { get; init; }
}
