using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>What a trace reads: the kernel's types, and the records in its ring.</summary>
internal static class TraceInputs
{
    private static readonly RowFilter Filter = new([11_111], null, _ => false);

    /// <summary>A connection from its birth to its minisock's end, and parts of it.</summary>
    public static IReadOnlyList<byte[]> Records { get; } = Sequences();

    /// <summary>True for types that were read; members are looked for in them as in the kernel's own.</summary>
    public static bool Types(ReadOnlySpan<byte> file)
    {
        if (Btf.Parse(file.ToArray()) is not { } types)
            return false;
        foreach (string member in (string[])["a", "b", "c", "in.y", "wide", "in.z"])
            _ = types.Offset("outer", member);
        _ = SocketLayout.Find(types, out _);
        return true;
    }

    /// <summary>One record after the other, as the ring gives them; true when they told anything.</summary>
    public static bool Take(ReadOnlySpan<byte> records)
    {
        int told = 0;
        var teller = new TraceTeller(_ => told++, hz: 250);
        teller.Watch(Filter);
        long now = 0;
        for (; records.Length >= TraceRecord.Size; records = records[TraceRecord.Size..])
        {
            TraceRecord record = MemoryMarshal.Read<TraceRecord>(records);
            teller.Follow(record);
            now = record.Time;
        }
        teller.Place(2, new SocketPair(TcpEndpoint.V4(0x7f00_0001, 11_111), TcpEndpoint.V4(0x7f00_0001, 40_000)));
        teller.Settle(now);
        return told > 0;
    }

    private static List<byte[]> Sequences()
    {
        long now = 1_000_000_000;
        TraceRecord Of(TraceKind kind, ulong address, TcpState from, TcpState to, ushort local, ushort remote) =>
            new()
            {
                Time = now += 1000,
                Kind = kind,
                Address = address,
                Old = from,
                New = to,
                Family = Constants.AF_INET,
                Local4 = 0x0100_007f,
                Remote4 = remote == 0 ? 0 : 0x0100_007fu,
                LocalPort = (ushort)(local << 8 | local >> 8),
                RemotePort = (ushort)(remote << 8 | remote >> 8),
                Left = 15_000,
                Inode = 77,
                Uid = 5,
            };
        byte[][] whole =
        [
            .. new[]
            {
                Of(TraceKind.State, 1, TcpState.Close, TcpState.Listen, 11_111, 0),
                Of(TraceKind.State, 2, TcpState.Close, TcpState.SynSent, 0, 11_111),
                Of(TraceKind.State, 3, TcpState.Listen, TcpState.SynRecv, 11_111, 0),
                Of(TraceKind.State, 3, TcpState.SynRecv, TcpState.Established, 11_111, 40_000),
                Of(TraceKind.State, 3, TcpState.Established, TcpState.FinWait1, 11_111, 40_000),
                Of(TraceKind.State, 3, TcpState.FinWait1, TcpState.FinWait2, 11_111, 40_000),
                Of(TraceKind.TimerStart, 4, 0, TcpState.FinWait2, 11_111, 40_000),
                Of(TraceKind.State, 3, TcpState.FinWait2, TcpState.Close, 11_111, 40_000),
                Of(TraceKind.Segment, 4, 0, TcpState.TimeWait, 11_111, 40_000),
                Of(TraceKind.TimerCancel, 4, 0, TcpState.TimeWait, 11_111, 40_000),
                Of(TraceKind.TimerStart, 4, 0, TcpState.TimeWait, 11_111, 40_000),
                Of(TraceKind.TimerExpire, 4, 0, TcpState.TimeWait, 11_111, 40_000),
            }.Select(record => MemoryMarshal.AsBytes(new Span<TraceRecord>(ref record)).ToArray()),
        ];
        return
        [
            [.. whole.SelectMany(r => r)],
            [.. whole.Take(4).SelectMany(r => r)],
            [.. whole.Skip(6).SelectMany(r => r)],
            whole[0],
            whole[1],
            whole[6],
            whole[9],
        ];
    }
}
