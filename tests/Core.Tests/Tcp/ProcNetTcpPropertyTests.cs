using System.Text;
using CsCheck;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

public sealed class ProcNetTcpPropertyTests
{
    private static readonly Gen<TcpEndpoint> V4 = Gen.Select(Gen.UInt, Gen.UShort, TcpEndpoint.V4);

    private static readonly Gen<TcpEndpoint> V6 = Gen.Select(
        Gen.ULong,
        Gen.ULong,
        Gen.UShort,
        (high, low, port) => TcpEndpoint.V6(new UInt128(high, low), port)
    );

    private static readonly Gen<(TcpEndpoint, TcpEndpoint)> Pair = Gen.OneOf(Gen.Select(V4, V4), Gen.Select(V6, V6));

    private static readonly Gen<SocketRow> Row =
        from ends in Pair
        from state in Gen.Int[1, 12]
        from queues in Gen.Select(Gen.UInt, Gen.UInt)
        from timer in Gen.Select(Gen.Int[0, 4], Gen.ULong, Gen.UInt)
        from who in Gen.Select(Gen.Int[0, int.MaxValue], Gen.UInt, Gen.UInt, Gen.ULong)
        from kernel in Gen.Select(Gen.Int[0, int.MaxValue], Gen.ULong, Gen.Bool)
        from tail in Gen.Select(Gen.ULong, Gen.ULong, Gen.UInt, Gen.UInt, Gen.Int)
        select new SocketRow
        {
            Slot = who.Item1,
            Local = ends.Item1,
            Remote = ends.Item2,
            State = (TcpState)state,
            TxQueue = queues.Item1,
            RxQueue = queues.Item2,
            TimerKind = (TimerKind)timer.Item1,
            TimerTicks = timer.Item2,
            Retransmits = timer.Item3,
            Uid = who.Item2,
            Probes = who.Item3,
            Inode = who.Item4,
            RefCount = kernel.Item1,
            Pointer = kernel.Item2,
            HasTail = kernel.Item3,
            Rto = kernel.Item3 ? tail.Item1 : 0,
            Ato = kernel.Item3 ? tail.Item2 : 0,
            QuickAck = kernel.Item3 ? tail.Item3 : 0,
            Cwnd = kernel.Item3 ? tail.Item4 : 0,
            SsThresh = kernel.Item3 ? tail.Item5 : 0,
        };

    [Fact]
    public void What_the_kernel_would_write_is_read_as_it_was() =>
        Row.Sample(row => ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(Write(row)), littleEndian: true, out SocketRow read) && read == row);

    [Fact]
    public void Every_field_is_explained_by_its_own_text() =>
        Row.Sample(row =>
        {
            string line = Write(row);
            IReadOnlyList<RowField> fields = ProcNetTcpFields.Describe(line);
            Assert.Equal(row.HasTail ? 19 : 14, fields.Count);
            Assert.All(fields, f => Assert.DoesNotContain(line.Substring(f.Start, f.Length), c => c is ' ' or '\n'));
            Assert.All(fields, f => Assert.True(f.Length > 0 && Core.Texts.TextCatalog.English.Has(f.Text.Code), f.Text.Code));
            // The fields in order make up the whole line: nothing is left without an explanation.
            string rest = new([.. line.Where((c, i) => !fields.Any(f => i >= f.Start && i < f.Start + f.Length))]);
            Assert.Empty(rest.Trim(' ', ':', '\n').Replace(" ", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal));
        });

    [Fact]
    public void Ports_read_alone_are_those_of_the_row() =>
        Row.Sample(row =>
            ProcNetTcp.TryReadPorts(Encoding.ASCII.GetBytes(Write(row)), out ushort local, out ushort remote)
            && (local, remote) == (row.Local.Port, row.Remote.Port)
        );

    [Fact]
    public void No_mutation_throws_or_reads_outside() =>
        Gen.Select(Row, Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 3])
            .Sample(
                (row, at, octet, kind) =>
                {
                    byte[] line = Encoding.ASCII.GetBytes(Write(row));
                    at %= line.Length;
                    byte[] mutated = kind switch
                    {
                        0 => [.. line[..at], octet, .. line[(at + 1)..]],
                        1 => [.. line[..at], octet, .. line[at..]],
                        2 => [.. line[..at], .. line[(at + 1)..]],
                        _ => [.. line[at..], .. line[..at]],
                    };
                    bool ports = ProcNetTcp.TryReadPorts(mutated, out ushort local, out ushort remote);
                    // Whatever was read can be written again and read the same, and the ports read alone are no others.
                    return !ProcNetTcp.TryParse(mutated, littleEndian: true, out SocketRow read)
                        || (!ports || (local, remote) == (read.Local.Port, read.Remote.Port))
                            && (ProcNetTcp.TryParse(Encoding.ASCII.GetBytes(Write(read)), littleEndian: true, out SocketRow again) && again == read);
                },
                iter: 20_000
            );

    [Fact]
    public void No_octets_throw() =>
        Gen
            .Byte.Array[0, 600]
            .Sample(octets =>
            {
                _ = ProcNetTcp.TryParse(octets, out _);
                _ = ProcNetTcp.TryReadPorts(octets, out _, out _);
                return true;
            });

    // The formats of get_tcp4_sock, get_tcp6_sock and get_timewait4_sock.
    private static string Write(SocketRow row)
    {
        string line =
            $"{row.Slot, 4}: {Address(row.Local)} {Address(row.Remote)} {(int)row.State:X2} {row.TxQueue:X8}:{row.RxQueue:X8} "
            + $"{(int)row.TimerKind:X2}:{row.TimerTicks:X8} {row.Retransmits:X8} {row.Uid, 5} {row.Probes, 8} {row.Inode} {row.RefCount} {row.Pointer:x16}";
        return (row.HasTail ? $"{line} {row.Rto} {row.Ato} {row.QuickAck} {row.Cwnd} {row.SsThresh}" : line).PadRight(149) + "\n";
    }

    private static string Address(TcpEndpoint endpoint)
    {
        byte[] bytes = endpoint.Address.GetAddressBytes();
        string words = string.Concat(bytes.Chunk(4).Select(word => $"{BitConverter.ToUInt32(word):X8}"));
        return $"{words}:{endpoint.Port:X4}";
    }
}
