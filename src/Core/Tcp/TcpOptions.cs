using System.Buffers.Binary;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// The options of a TCP header (RFC 9293, 3.2): kind, length, value. A known kind with a length that is not its own is passed over, as the kernel does
/// (tcp_parse_options).
/// </summary>
internal struct TcpOptions
{
    private const byte End = 0,
        Nop = 1,
        KindMss = 2,
        KindWindowScale = 3,
        KindSackPermitted = 4,
        KindSack = 5,
        KindTimestamps = 8;

    public ushort? Mss;
    public byte? WindowScale;
    public bool SackPermitted;
    public SackBlocks Sack;
    public uint? TsVal,
        TsEcr;

    /// <summary>Reads them; false where a length leads out of the header or is too small to go on.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, out TcpOptions options)
    {
        options = default;
        while (!octets.IsEmpty && octets[0] != End)
        {
            if (octets[0] == Nop)
            {
                octets = octets[1..];
                continue;
            }
            if (octets.Length < 2 || octets[1] < 2 || octets[1] > octets.Length)
                return false;
            options.Read(octets[0], octets[2..octets[1]]);
            octets = octets[octets[1]..];
        }
        return true;
    }

    private void Read(byte kind, ReadOnlySpan<byte> value)
    {
        switch (kind, value.Length)
        {
            case (KindMss, 2):
                Mss = BinaryPrimitives.ReadUInt16BigEndian(value);
                break;
            case (KindWindowScale, 1):
                WindowScale = value[0];
                break;
            case (KindSackPermitted, 0):
                SackPermitted = true;
                break;
            case (KindSack, >= 8 and <= 8 * SackBlocks.Max) when value.Length % 8 == 0:
                Span<SackBlock> blocks = stackalloc SackBlock[value.Length / 8];
                for (int i = 0; i < blocks.Length; i++)
                    blocks[i] = new(BinaryPrimitives.ReadUInt32BigEndian(value[(8 * i)..]), BinaryPrimitives.ReadUInt32BigEndian(value[(8 * i + 4)..]));
                Sack = new SackBlocks(blocks);
                break;
            case (KindTimestamps, 8):
                TsVal = BinaryPrimitives.ReadUInt32BigEndian(value);
                TsEcr = BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
                break;
        }
    }
}
