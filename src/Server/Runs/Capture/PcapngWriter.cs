using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ReuseAddrDashboard.Server.Runs.Capture;

/// <summary>
/// Writes the blocks of a capture file, little-endian, stamps in nanoseconds (PCAP Next Generation, draft-ietf-opsawg-pcapng; numbers in its sections 3.5 and
/// 4).
/// </summary>
internal sealed class PcapngWriter(IBufferWriter<byte> output)
{
    private const uint SectionHeader = 0x0a0d0d0a,
        ByteOrderMagic = 0x1a2b3c4d,
        InterfaceDescription = 1,
        InterfaceStatistics = 5,
        EnhancedPacket = 6;
    private const ushort EndOfOptions = 0,
        Comment = 1,
        SectionOs = 3,
        SectionApplication = 4,
        InterfaceName = 2,
        InterfaceText = 3,
        InterfaceResolution = 9,
        InterfaceOs = 12;
    private const ushort PacketFlags = 2,
        StatisticsStart = 2,
        StatisticsEnd = 3,
        StatisticsReceived = 4,
        StatisticsDropped = 5,
        StatisticsDelivered = 8;
    private const byte Nanoseconds = 9;

    private readonly ArrayBufferWriter<byte> _body = new(512);

    /// <summary>The file's first block.</summary>
    public void Section(string application, string os, string comment)
    {
        U32(ByteOrderMagic);
        U16(1); // version 1.0
        U16(0);
        U64(ulong.MaxValue); // the section's length is not told
        Text(Comment, comment);
        Text(SectionOs, os);
        Text(SectionApplication, application);
        End(SectionHeader);
    }

    /// <summary>An interface; the first one written is number 0.</summary>
    public void Interface(int linkType, int snapLength, string name, string text, string? os)
    {
        U16((ushort)linkType);
        U16(0);
        U32((uint)snapLength);
        Text(InterfaceName, name);
        Text(InterfaceText, text);
        Option(InterfaceResolution, [Nanoseconds]);
        if (os is not null)
            Text(InterfaceOs, os);
        End(InterfaceDescription);
    }

    /// <param name="number">The interface's.</param>
    /// <param name="at">Nanoseconds since 1970.</param>
    /// <param name="octets">What was captured.</param>
    /// <param name="length">The frame's whole length.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="comment">Beside it; null for nothing.</param>
    public void Packet(int number, long at, ReadOnlySpan<byte> octets, int length, PacketDirection direction, string? comment)
    {
        U32((uint)number);
        Stamp(at);
        U32((uint)octets.Length);
        U32((uint)length);
        Padded(octets);
        if (comment is not null)
            Text(Comment, comment);
        Option(PacketFlags, [(byte)direction, 0, 0, 0]);
        End(EnhancedPacket);
    }

    /// <summary>What an interface saw and lost between two moments, with a comment where there is more to say.</summary>
    public void Statistics(int number, long from, long to, long told, long lost, string? comment)
    {
        U32((uint)number);
        Stamp(to);
        if (comment is not null)
            Text(Comment, comment);
        Moment(StatisticsStart, from);
        Moment(StatisticsEnd, to);
        Count(StatisticsReceived, told + lost);
        Count(StatisticsDropped, lost);
        Count(StatisticsDelivered, told);
        End(InterfaceStatistics);
    }

    private void Moment(ushort code, long at)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(value, (uint)(at >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(value[4..], (uint)at);
        Option(code, value);
    }

    private void Count(ushort code, long count)
    {
        Span<byte> value = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, count);
        Option(code, value);
    }

    private void Text(ushort code, string text)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        Option(code, octets.AsSpan(0, Math.Min(octets.Length, ushort.MaxValue)));
    }

    private void Option(ushort code, ReadOnlySpan<byte> value)
    {
        U16(code);
        U16((ushort)value.Length);
        Padded(value);
    }

    // The high half comes first in either byte order.
    private void Stamp(long at)
    {
        U32((uint)(at >> 32));
        U32((uint)at);
    }

    private void Padded(ReadOnlySpan<byte> octets)
    {
        _body.Write(octets);
        _body.Write(stackalloc byte[-octets.Length & 3]);
    }

    private void U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_body.GetSpan(2), value);
        _body.Advance(2);
    }

    private void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_body.GetSpan(4), value);
        _body.Advance(4);
    }

    private void U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_body.GetSpan(8), value);
        _body.Advance(8);
    }

    /// <summary>Writes the block: type, length, what was gathered, length.</summary>
    private void End(uint type)
    {
        Option(EndOfOptions, []);
        int length = 12 + _body.WrittenCount;
        Span<byte> head = output.GetSpan(length);
        BinaryPrimitives.WriteUInt32LittleEndian(head, type);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], length);
        _body.WrittenSpan.CopyTo(head[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(head[(length - 4)..], length);
        output.Advance(length);
        _body.ResetWrittenCount();
    }
}

/// <summary>The first two bits of epb_flags.</summary>
internal enum PacketDirection : byte
{
    Unknown = 0,
    Inbound = 1,
    Outbound = 2,
}
