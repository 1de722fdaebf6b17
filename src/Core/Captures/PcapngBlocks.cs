using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Blocks of a pcapng file: sections, interfaces, packets of three kinds; others are passed over.</summary>
/// <remarks>
/// <code>
/// block      type(4) length(4) body, a multiple of 4 octets, length(4)
/// section    0a0d0d0a  byte-order magic(4) version(2, 2) section length(8) options
/// interface  1  link type(2) 0(2) snaplen(4) options: 9 if_tsresol(1), 14 if_tsoffset(8)
/// packet     2  interface(2) drops(2) time(4, 4) captured(4) length(4) octets options: 2 flags(4)      (obsolete)
/// simple     3  length(4) octets
/// statistics 5  interface(4) time(4, 4) options: 5 isb_ifdrop(8), 7 isb_osdrop(8)
/// enhanced   6  interface(4) time(4, 4) captured(4) length(4) octets options: 2 epb_flags(4), 4 epb_dropcount(8)
/// </code>
/// </remarks>
internal sealed class PcapngBlocks(OctetFeed feed, byte[] head)
{
    public const uint SectionHeader = 0x0a0d0d0a;

    /// <summary>Interfaces that a file may describe, all sections together; real ones have a few.</summary>
    public const int MaxInterfaces = 4096;

    private const uint Interface = 1,
        Packet = 2,
        Simple = 3,
        Statistics = 5,
        Enhanced = 6,
        ByteOrder = 0x1a2b3c4d;

    // Longest option that is looked at, and how many of a block.
    private const int OptionRoom = 16,
        MaxOptions = 256;

    private readonly List<(int LinkType, uint Snap, CaptureTime Time)> _interfaces = [];

    // What each interface dropped: the sum of what its packets tell, and the greatest totals that its statistics tell.
    private readonly List<(ulong Packets, ulong Interface, ulong System)> _drops = [];
    private int _earlier;
    private bool _little;

    /// <summary>
    /// Packets that were dropped: of each interface the greater of the sum of its packets' counts and its statistics' totals, which count the same.
    /// </summary>
    public long Dropped => (long)_drops.Aggregate(0UL, (sum, d) => Sum(sum, Math.Max(d.Packets, Sum(d.Interface, d.System))));

    public long OtherBlocks { get; private set; }

    public (PacketHead?, CaptureFault?) Next()
    {
        while (true)
        {
            long at = feed.Offset;
            if (feed.AtEnd)
                return (null, null);
            if (!feed.TryPeek(12, out ReadOnlySpan<byte> begin))
                return (null, CaptureFault.At(at, CaptureFaultCodes.Cut));
            bool section = BinaryPrimitives.ReadUInt32BigEndian(begin) == SectionHeader;
            if (section)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(begin[8..]) == ByteOrder)
                    _little = true;
                else if (BinaryPrimitives.ReadUInt32BigEndian(begin[8..]) == ByteOrder)
                    _little = false;
                else
                    return (null, CaptureFault.At(at, CaptureFaultCodes.Version, ("what", "pcapng")));
            }
            uint type = U32(begin),
                length = U32(begin[4..]);
            if (length < 12 || length % 4 != 0 || length > CaptureReader.MaxBlock)
                return (null, CaptureFault.At(at, CaptureFaultCodes.Length, ("length", length)));
            _ = feed.TryTake(8, out _);
            int body = (int)length - 12;
            PacketHead? packet = null;
            CaptureFault? fault = section
                ? Section(at, ref body)
                : type switch
                {
                    Interface => Describe(at, ref body),
                    Packet or Enhanced => Read(at, type, ref body, out packet),
                    Simple => ReadSimple(at, ref body, out packet),
                    Statistics => Count(ref body),
                    _ => Other(),
                };
            if (fault is not null)
                return (null, fault);
            if (body < 0 || !feed.TrySkip(body) || !feed.TryTake(4, out ReadOnlySpan<byte> end))
                return (null, CaptureFault.At(at, body < 0 ? CaptureFaultCodes.Length : CaptureFaultCodes.Cut, ("length", length)));
            if (U32(end) != length)
                return (null, CaptureFault.At(at, CaptureFaultCodes.Trailer));
            if (packet is not null)
                return (packet, null);
        }
    }

    private CaptureFault? Other()
    {
        OtherBlocks++;
        return null;
    }

    private CaptureFault? Section(long at, ref int body)
    {
        if (!Take(ref body, 16, out ReadOnlySpan<byte> octets))
            return Short(at, body);
        int major = U16(octets[4..]);
        if (major != 1)
            return CaptureFault.At(at, CaptureFaultCodes.Version, ("what", $"pcapng {major}.{U16(octets[6..])}"));
        _earlier += _interfaces.Count;
        _interfaces.Clear();
        return null;
    }

    private CaptureFault? Describe(long at, ref int body)
    {
        if (!Take(ref body, 8, out ReadOnlySpan<byte> octets))
            return Short(at, body);
        if (_earlier + _interfaces.Count >= MaxInterfaces)
            return CaptureFault.At(at, CaptureFaultCodes.Interfaces, ("most", MaxInterfaces));
        int linkType = U16(octets);
        uint snap = U32(octets[4..]);
        CaptureTime time = CaptureTime.Microseconds;
        Span<byte> value = stackalloc byte[OptionRoom];
        for (int i = 0; i < MaxOptions && Option(ref body, value, out int code, out int length); i++)
        {
            if (code == 9 && length == 1)
                time = time with { Resolution = value[0] };
            else if (code == 14 && length == 8)
                time = time with { OffsetSeconds = (long)U64(value) };
        }
        _interfaces.Add((linkType, snap, time));
        _drops.Add(default);
        return null;
    }

    private CaptureFault? Read(long at, uint type, ref int body, out PacketHead? packet)
    {
        packet = null;
        if (!Take(ref body, 20, out ReadOnlySpan<byte> octets))
            return Short(at, body);
        long number = type == Packet ? U16(octets) : U32(octets);
        ulong drops = type == Packet && U16(octets[2..]) is var counted and not ushort.MaxValue ? counted : 0UL;
        ulong units = (ulong)U32(octets[4..]) << 32 | U32(octets[8..]);
        uint captured = U32(octets[12..]),
            length = U32(octets[16..]);
        if (number >= _interfaces.Count)
            return CaptureFault.At(at, CaptureFaultCodes.Interface, ("interface", number));
        if (captured > body)
            return CaptureFault.At(at, CaptureFaultCodes.Length, ("length", captured));
        if (!Hold((int)captured, ref body, out int held))
            return CaptureFault.At(at, CaptureFaultCodes.Cut);
        PacketDirection direction = PacketDirection.Unknown;
        Span<byte> value = stackalloc byte[OptionRoom];
        for (int i = 0; i < MaxOptions && Option(ref body, value, out int code, out int size); i++)
        {
            if (code == 2 && size == 4)
            {
                direction = (U32(value) & 3) switch
                {
                    1 => PacketDirection.Inbound,
                    2 => PacketDirection.Outbound,
                    _ => PacketDirection.Unknown,
                };
            }
            else if (code == 4 && size == 8 && type == Enhanced)
            {
                drops = U64(value);
            }
        }
        ref (ulong Packets, ulong, ulong) sums = ref CollectionsMarshal.AsSpan(_drops)[_earlier + (int)number];
        sums.Packets = Sum(sums.Packets, drops);
        (int linkType, _, CaptureTime time) = _interfaces[(int)number];
        packet = new(time.ToNanoseconds(units), linkType, _earlier + (int)number, direction, held, (int)Math.Min(Math.Max(length, captured), int.MaxValue));
        return null;
    }

    private CaptureFault? ReadSimple(long at, ref int body, out PacketHead? packet)
    {
        packet = null;
        if (!Take(ref body, 4, out ReadOnlySpan<byte> octets))
            return Short(at, body);
        if (_interfaces.Count == 0)
            return CaptureFault.At(at, CaptureFaultCodes.Interface, ("interface", 0));
        uint length = U32(octets);
        (int linkType, uint snap, _) = _interfaces[0];
        // It was cut to the interface's limit, and does not say so itself.
        uint captured = Math.Min(Math.Min(length, (uint)body), snap == 0 ? uint.MaxValue : snap);
        if (!Hold((int)captured, ref body, out int held))
            return CaptureFault.At(at, CaptureFaultCodes.Cut);
        packet = new(null, linkType, _earlier, PacketDirection.Unknown, held, (int)Math.Min(Math.Max(length, captured), int.MaxValue));
        return null;
    }

    private CaptureFault? Count(ref int body)
    {
        if (!Take(ref body, 12, out ReadOnlySpan<byte> octets) || U32(octets) is var number && number >= _interfaces.Count)
            return null;
        ref (ulong, ulong Interface, ulong System) totals = ref CollectionsMarshal.AsSpan(_drops)[_earlier + (int)number];
        Span<byte> value = stackalloc byte[OptionRoom];
        for (int i = 0; i < MaxOptions && Option(ref body, value, out int code, out int length); i++)
        {
            if (code == 5 && length == 8)
                totals.Interface = Math.Max(totals.Interface, U64(value));
            else if (code == 7 && length == 8)
                totals.System = Math.Max(totals.System, U64(value));
        }
        return null;
    }

    // Never more than a long holds.
    private static ulong Sum(ulong a, ulong b) => Math.Min(Math.Min(a, long.MaxValue) + Math.Min(b, long.MaxValue), long.MaxValue);

    private bool Hold(int captured, ref int body, out int held)
    {
        held = Math.Min(captured, head.Length);
        if (held > 0)
        {
            if (!feed.TryTake(held, out ReadOnlySpan<byte> octets))
                return false;
            octets.CopyTo(head);
        }
        int padded = (captured + 3) & ~3,
            rest = Math.Min(padded, body) - held;
        body -= held + rest;
        return feed.TrySkip(rest);
    }

    /// <summary>The next option of a block; false at their end. Of one that is longer than there is room, the value is passed over.</summary>
    private bool Option(ref int body, Span<byte> value, out int code, out int length)
    {
        (code, length) = (0, 0);
        if (body < 4 || !Take(ref body, 4, out ReadOnlySpan<byte> octets))
            return false;
        (code, length) = (U16(octets), U16(octets[2..]));
        int padded = (length + 3) & ~3;
        if (code == 0 || padded > body)
            return false;
        if (length is 0 or > OptionRoom)
        {
            body -= padded;
            return feed.TrySkip(padded);
        }
        if (!Take(ref body, padded, out octets))
            return false;
        octets[..length].CopyTo(value);
        return true;
    }

    private bool Take(ref int body, int count, out ReadOnlySpan<byte> octets)
    {
        octets = default;
        if (body < count || !feed.TryTake(count, out octets))
            return false;
        body -= count;
        return true;
    }

    private static CaptureFault Short(long at, int body) =>
        CaptureFault.At(at, body < 20 ? CaptureFaultCodes.Length : CaptureFaultCodes.Cut, ("length", body + 12));

    private ushort U16(ReadOnlySpan<byte> octets) => _little ? BinaryPrimitives.ReadUInt16LittleEndian(octets) : BinaryPrimitives.ReadUInt16BigEndian(octets);

    private uint U32(ReadOnlySpan<byte> octets) => _little ? BinaryPrimitives.ReadUInt32LittleEndian(octets) : BinaryPrimitives.ReadUInt32BigEndian(octets);

    private ulong U64(ReadOnlySpan<byte> octets) => _little ? BinaryPrimitives.ReadUInt64LittleEndian(octets) : BinaryPrimitives.ReadUInt64BigEndian(octets);
}
