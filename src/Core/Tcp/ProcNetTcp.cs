using System.Buffers.Binary;

namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>
/// Reads a line of /proc/net/tcp or /proc/net/tcp6. Nothing is allocated and nothing thrown; a line that the kernel would not write is refused.
/// </summary>
/// <remarks>
/// <code>
///   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
///    0: 4400A8C0:2B67 B100A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 0000000012345678
///   (1) (2)           (3)           (4)(5)      (6)     (7)(8)      (9)         (10)     (11)(12)(13)(14)
///    1: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0
///                                                                                                       (15)(16)(17)(18)(19)
/// </code>
/// (1) sl, (2) local_address, (3) rem_address, (4) st, (5) tx_queue, (6) rx_queue, (7) tr, (8) tm->when, (9) retrnsmt, (10) uid, (11) timeout, (12) inode, (13)
/// ref,
/// (14) pointer; full sockets also (15) rto, (16) ato, (17) quick/pingpong, (18) cwnd, (19) ssthresh.
/// An address is printed as 32-bit words in the host's byte order: 192.168.0.68 is 4400A8C0 on little-endian machines.
/// </remarks>
public static class ProcNetTcp
{
    /// <summary>Longest line taken, in octets. The kernel's longest, IPv6 with every field at its largest, stays below 300.</summary>
    public const int MaxLineLength = 512;

    /// <summary>True for the line of column names, which comes first.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> line) => line.TrimStart((byte)' ').StartsWith("sl "u8);

    /// <summary>
    /// Reads the two ports alone, by their place in the line: on a busy host nearly all rows are of no interest, and this is all that is done with them.
    /// False for a line of another shape, which <see cref="TryParse(ReadOnlySpan{byte}, out SocketRow)"/> may still read; the rest of the line is not looked
    /// at.
    /// </summary>
    public static bool TryReadPorts(ReadOnlySpan<byte> line, out ushort local, out ushort remote)
    {
        local = remote = 0;
        // "   0: 4400A8C0:2B67 B100A8C0:D431 " or 32 digits instead of 8.
        int slot = line.IndexOf((byte)':');
        if (slot < 0 || line.Length <= slot + 10)
            return false;
        int address = line[slot + 10] == ':' ? 8 : 32,
            first = slot + 2 + address,
            second = first + 6 + address;
        return line.Length > second + 5
            && line[slot + 1] == ' '
            && line[first] == ':'
            && line[first + 5] == ' '
            && line[second] == ':'
            && line[second + 5] == ' '
            && Port(line.Slice(first + 1, 4), out local)
            && Port(line.Slice(second + 1, 4), out remote);
    }

    /// <summary>Reads a line, with or without its trailing blanks and newline.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out SocketRow row) => TryParse(line, BitConverter.IsLittleEndian, out row);

    /// <summary>Reads a line that was written on a machine of the given byte order.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, bool littleEndian, out SocketRow row)
    {
        row = default;
        if (line.Length > MaxLineLength)
            return false;
        var fields = new FieldReader(line);
        if (
            !fields.Number(':', out ulong slot)
            || slot > int.MaxValue
            || !Address(ref fields, littleEndian, out TcpEndpoint local)
            || !Address(ref fields, littleEndian, out TcpEndpoint remote)
            || local.IsV6 != remote.IsV6
            || !fields.Hex(2, ' ', out ulong state)
            || state is < (ulong)TcpState.Established or > (ulong)TcpState.NewSynRecv
            || !fields.Hex(8, ':', out ulong tx)
            || !fields.Hex(8, ' ', out ulong rx)
            || !fields.Hex(2, ':', out ulong timer)
            || timer > (ulong)TimerKind.Persist
            || !fields.LongHex(8, out ulong when)
            || !fields.Hex(8, ' ', out ulong retransmits)
            || !fields.Number(' ', out ulong uid)
            || uid > uint.MaxValue
            || !fields.Number(' ', out ulong probes)
            || probes > uint.MaxValue
            || !fields.Number(' ', out ulong inode)
            || !fields.Number(' ', out ulong references)
            || references > int.MaxValue
            || !fields.Pointer(out ulong pointer)
        )
        {
            return false;
        }

        ulong rto = 0,
            ato = 0,
            quick = 0,
            cwnd = 0;
        int ssthresh = 0;
        bool tail = !fields.AtEnd;
        if (
            tail
            && (
                !fields.Number(' ', out rto)
                || !fields.Number(' ', out ato)
                || !fields.Number(' ', out quick)
                || quick > uint.MaxValue
                || !fields.Number(' ', out cwnd)
                || cwnd > uint.MaxValue
                || !fields.Signed(out ssthresh)
                || !fields.AtEnd
            )
        )
        {
            return false;
        }

        row = new SocketRow
        {
            Slot = (int)slot,
            Local = local,
            Remote = remote,
            State = (TcpState)state,
            TxQueue = (uint)tx,
            RxQueue = (uint)rx,
            TimerKind = (TimerKind)timer,
            TimerTicks = when,
            Retransmits = (uint)retransmits,
            Uid = (uint)uid,
            Probes = (uint)probes,
            Inode = inode,
            RefCount = (int)references,
            Pointer = pointer,
            HasTail = tail,
            Rto = rto,
            Ato = ato,
            QuickAck = (uint)quick,
            Cwnd = (uint)cwnd,
            SsThresh = ssthresh,
        };
        return true;
    }

    private static bool Port(ReadOnlySpan<byte> digits, out ushort port)
    {
        var reader = new FieldReader(digits);
        bool read = reader.HexDigits(4, out ulong value);
        port = (ushort)value;
        return read;
    }

    private static bool Address(ref FieldReader fields, bool littleEndian, out TcpEndpoint endpoint)
    {
        endpoint = default;
        int words = fields.TokenLength(':') switch
        {
            8 => 1,
            32 => 4,
            _ => 0,
        };
        if (words == 0)
            return false;
        UInt128 bits = 0;
        for (int i = 0; i < words; i++)
        {
            if (!fields.HexDigits(8, out ulong word))
                return false;
            bits = bits << 32 | (littleEndian ? BinaryPrimitives.ReverseEndianness((uint)word) : (uint)word);
        }
        if (!fields.Skip(':') || !fields.Hex(4, ' ', out ulong port))
            return false;
        endpoint = words == 1 ? TcpEndpoint.V4((uint)bits, (ushort)port) : TcpEndpoint.V6(bits, (ushort)port);
        return true;
    }
}
