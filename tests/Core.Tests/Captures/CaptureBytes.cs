using System.Buffers.Binary;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Tests.Captures;

/// <summary>Writes capture files as other programs do, in any byte order: the octets of a file, built block by block.</summary>
internal sealed class CaptureBytes(bool little = true)
{
    private readonly MemoryStream _file = new();

    public byte[] ToArray() => _file.ToArray();

    public CaptureBytes Pcap(int linkType = 101, bool nano = false, int major = 2) =>
        U32(nano ? 0xa1b23c4d : 0xa1b2c3d4).U16(major).U16(4).U32(0).U32(0).U32(262_144).U32((uint)linkType);

    public CaptureBytes Record(byte[] octets, long seconds, int fraction, int? length = null) =>
        U32((uint)seconds).U32((uint)fraction).U32((uint)octets.Length).U32((uint)(length ?? octets.Length)).Raw(octets);

    public CaptureBytes Section() => Block(0x0a0d0d0a, b => b.U32(0x1a2b3c4d).U16(1).U16(0).U32(0xffffffff).U32(0xffffffff));

    public CaptureBytes Interface(int linkType = 101, int snap = 0, byte? resolution = null, long? offset = null) =>
        Block(
            1,
            b =>
            {
                b.U16(linkType).U16(0).U32((uint)snap);
                if (resolution is { } r)
                    b.Option(9, [r]);
                if (offset is { } o)
                    b.Option(14, b.Long(o));
                if (resolution is not null || offset is not null)
                    b.U16(0).U16(0);
            }
        );

    public CaptureBytes Enhanced(byte[] octets, ulong units, int number = 0, int? length = null, uint? flags = null) =>
        Block(
            6,
            b =>
            {
                b.U32((uint)number).U32((uint)(units >> 32)).U32((uint)units).U32((uint)octets.Length).U32((uint)(length ?? octets.Length)).Padded(octets);
                if (flags is { } f)
                    b.Option(2, b.Int(f)).U16(0).U16(0);
            }
        );

    public CaptureBytes Obsolete(byte[] octets, ulong units, int number = 0, int drops = 0xffff) =>
        Block(2, b => b.U16(number).U16(drops).U32((uint)(units >> 32)).U32((uint)units).U32((uint)octets.Length).U32((uint)octets.Length).Padded(octets));

    public CaptureBytes Simple(byte[] octets, int? length = null) => Block(3, b => b.U32((uint)(length ?? octets.Length)).Padded(octets));

    public CaptureBytes Statistics(ulong dropped) => Block(5, b => b.U32(0).U32(0).U32(0).Option(5, b.Long((long)dropped)).U16(0).U16(0));

    public CaptureBytes Block(uint type, Action<CaptureBytes> body)
    {
        var inner = new CaptureBytes(little);
        body(inner);
        byte[] octets = inner.ToArray();
        return U32(type).U32((uint)octets.Length + 12).Raw(octets).U32((uint)octets.Length + 12);
    }

    public CaptureBytes Raw(byte[] octets)
    {
        _file.Write(octets);
        return this;
    }

    /// <summary>An IP packet with a TCP segment, from its IP header on.</summary>
    public static byte[] Packet(TcpEndpoint from, TcpEndpoint to, TcpFlags flags, uint seq, uint ack, int length = 0, ushort id = 0, byte[]? options = null)
    {
        options ??= [];
        byte[] tcp = [.. new byte[20], .. options, .. new byte[length]];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(2), to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(4), seq);
        BinaryPrimitives.WriteUInt32BigEndian(tcp.AsSpan(8), ack);
        (tcp[12], tcp[13]) = ((byte)((20 + options.Length) / 4 << 4), (byte)flags);
        BinaryPrimitives.WriteUInt16BigEndian(tcp.AsSpan(14), 0xff00);
        byte[] ip = from.IsV6 ? new byte[40] : new byte[20];
        if (from.IsV6)
        {
            (ip[0], ip[6], ip[7]) = (0x60, 6, 64);
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), (ushort)tcp.Length);
            from.Address.GetAddressBytes().CopyTo(ip, 8);
            to.Address.GetAddressBytes().CopyTo(ip, 24);
        }
        else
        {
            (ip[0], ip[8], ip[9]) = (0x45, 64, 6);
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)(20 + tcp.Length));
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), id);
            from.Address.GetAddressBytes().CopyTo(ip, 12);
            to.Address.GetAddressBytes().CopyTo(ip, 16);
        }
        return [.. ip, .. tcp];
    }

    private CaptureBytes U16(int value) =>
        Raw(
            Bytes(
                2,
                b =>
                {
                    if (little)
                        BinaryPrimitives.WriteUInt16LittleEndian(b, (ushort)value);
                    else
                        BinaryPrimitives.WriteUInt16BigEndian(b, (ushort)value);
                }
            )
        );

    private CaptureBytes U32(uint value) => Raw(Int(value));

    private byte[] Int(uint value) =>
        Bytes(
            4,
            b =>
            {
                if (little)
                    BinaryPrimitives.WriteUInt32LittleEndian(b, value);
                else
                    BinaryPrimitives.WriteUInt32BigEndian(b, value);
            }
        );

    private byte[] Long(long value) =>
        Bytes(
            8,
            b =>
            {
                if (little)
                    BinaryPrimitives.WriteInt64LittleEndian(b, value);
                else
                    BinaryPrimitives.WriteInt64BigEndian(b, value);
            }
        );

    private CaptureBytes Option(int code, byte[] value) => U16(code).U16(value.Length).Padded(value);

    private CaptureBytes Padded(byte[] octets) => Raw(octets).Raw(new byte[(4 - octets.Length % 4) % 4]);

    private static byte[] Bytes(int count, Action<byte[]> write)
    {
        byte[] bytes = new byte[count];
        write(bytes);
        return bytes;
    }
}
