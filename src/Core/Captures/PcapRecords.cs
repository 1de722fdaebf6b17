using System.Buffers.Binary;

namespace ReuseAddrDashboard.Core.Captures;

/// <summary>Records of a pcap file.</summary>
/// <remarks>
/// <code>
/// file    magic(4) version(2, 2) zone(4) accuracy(4) snaplen(4) link type(4)
/// record  seconds(4) micro- or nanoseconds(4) captured(4) length(4) octets
/// </code>
/// </remarks>
internal sealed class PcapRecords
{
    /// <summary>The magic number as it stands in the file, read with its most significant octet first.</summary>
    public const uint Micro = 0xa1b2c3d4,
        Nano = 0xa1b23c4d,
        MicroSwapped = 0xd4c3b2a1,
        NanoSwapped = 0x4d3cb2a1;

    private const int FileHeader = 24,
        RecordHeader = 16;

    private readonly OctetFeed _feed;
    private readonly byte[] _head;
    private readonly bool _little;
    private readonly int _linkType;
    private readonly CaptureTime _time;
    private readonly uint _perSecond;

    private PcapRecords(OctetFeed feed, byte[] head, bool little, bool nano, int linkType) =>
        (_feed, _head, _little, _linkType, _time, _perSecond) = (feed, head, little, linkType, CaptureTime.Nanoseconds, nano ? 1u : 1000u);

    public static (PcapRecords? Records, CaptureFault? Fault) Begin(OctetFeed feed, byte[] head)
    {
        if (!feed.TryTake(FileHeader, out ReadOnlySpan<byte> file))
            return (null, CaptureFault.At(0, CaptureFaultCodes.Cut));
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(file);
        bool little = magic is MicroSwapped or NanoSwapped;
        int major = U16(file[4..], little),
            minor = U16(file[6..], little);
        if (major != 2)
            return (null, CaptureFault.At(4, CaptureFaultCodes.Version, ("what", $"pcap {major}.{minor}")));
        // The upper bits tell whether frames have a checksum at their end.
        return (new(feed, head, little, magic is Nano or NanoSwapped, (int)(U32(file[20..], little) & 0xffff)), null);
    }

    public (PacketHead?, CaptureFault?) Next()
    {
        long at = _feed.Offset;
        if (_feed.AtEnd)
            return (null, null);
        if (!_feed.TryTake(RecordHeader, out ReadOnlySpan<byte> record))
            return (null, CaptureFault.At(at, CaptureFaultCodes.Cut));
        uint seconds = U32(record, _little),
            fraction = U32(record[4..], _little),
            captured = U32(record[8..], _little),
            length = U32(record[12..], _little);
        if (captured > CaptureReader.MaxBlock)
            return (null, CaptureFault.At(at, CaptureFaultCodes.Length, ("length", captured)));
        int held = (int)Math.Min(captured, (uint)_head.Length);
        if (held > 0)
        {
            if (!_feed.TryTake(held, out ReadOnlySpan<byte> octets))
                return (null, CaptureFault.At(at, CaptureFaultCodes.Cut));
            octets.CopyTo(_head);
        }
        if (!_feed.TrySkip(captured - held))
            return (null, CaptureFault.At(at, CaptureFaultCodes.Cut));
        long? time = _time.ToNanoseconds(seconds * 1_000_000_000ul + (ulong)fraction * _perSecond);
        return (new(time, _linkType, 0, PacketDirection.Unknown, held, (int)Math.Min(Math.Max(length, captured), int.MaxValue)), null);
    }

    private static ushort U16(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(octets) : BinaryPrimitives.ReadUInt16BigEndian(octets);

    private static uint U32(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(octets) : BinaryPrimitives.ReadUInt32BigEndian(octets);
}
