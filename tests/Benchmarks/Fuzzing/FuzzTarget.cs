using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>A reader of outside octets.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Share">So many of a hundred inputs are for it.</param>
/// <param name="Samples">Good inputs.</param>
/// <param name="Accepts">Reads one; true when it was taken.</param>
internal sealed record FuzzTarget(string Name, int Share, IReadOnlyList<byte[]> Samples, FuzzTarget.Reader Accepts)
{
    public delegate bool Reader(ReadOnlySpan<byte> input);

    // Captured on Linux 6.18 from the IP header on.
    private static readonly byte[][] Packets =
    [
        .. new[]
        {
            "4500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a",
            "4500003c0000400040063cba7f0000017f0000012b67c9608cee6947f94c9b11a012ffcbfe3000000204ffd70402080a80d64863cd13a13e0103030a",
            "45000039b68f40004006862d7f0000017f000001c9602b67f94c9b118cee694880180040fe2d00000101080acd13a13e80d6486368656c6c6f",
            "450000349b0e40004006a1b37f0000017f0000012b67c9608cee6948f94c9b1680140040fe2800000101080a80d64863cd13a13e",
            "600abecf002806400000000000000000000000000000000100000000000000000000000000000001b1982b670849869e00000000a002ffc4003000000204ffc40402080adf8c792d000000000103030a",
            // Options of IPv4, three SACK blocks, no option at all, IPv6 with a hop-by-hop and a fragment header.
            "4600002c000140004006000001010100c0000201c0000202" + "9c402b670000000100000002501000ff00000000",
            "45000050000140004006000001020304050607080fa02b670000000100000002f0100040000000000101080a0000000100000002"
                + "0101051200000010000000200000003000000040",
            "4500002800014000400600000102030405060708" + "0fa02b670000000100000002501000ff00000000",
            "60000000002400400000000000000000000000000000000100000000000000000000000000000002"
                + "2c00000000000000"
                + "0600000000000001"
                + "0fa02b670000000100000002501000ff00000000",
        }.Select(Convert.FromHexString),
    ];

    private static readonly byte[][] Lines =
    [
        .. new[]
        {
            "   0: 4400A8C0:2B67 B100A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 0000000012345678\n",
            "   1: 00000000:2B67 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1569 1 0000000040e7dfad 100 0 0 10 0\n",
            "   2: 0100007F:4E21 0100007F:8F3A 08 00000000:00000001 01:00000000 00000001  1000        0 99 1 (____ptrval____) 20 4 0 10 -1\n",
            "   3: 00000000000000000000000001000000:2B67 0000000000000000FFFF00000100007F:B198 01 00000000:00000000 02:0000ABCD 00000000     0        0 2273194 2 ffff9d1b40e7dfad 20 4 30 10 2147483647\n",
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("segments, from the IP header", 28, Packets, f => Segment(f, FrameKind.RawIp)),
        new(
            "segments in Ethernet frames",
            14,
            [.. Packets.Select(p => Linked(p, "020000000001020000000002")), .. Packets.Select(p => Linked(p, "0200000000010200000000028100002a"))],
            f => Segment(f, FrameKind.Ethernet)
        ),
        new("segments, Linux cooked", 14, [.. Packets.Select(p => Linked(p, "0000000100060200000000010000"))], f => Segment(f, FrameKind.LinuxSll)),
        new("lines of /proc/net/tcp and tcp6", 18, Lines, Line),
        new("answers of sock_diag", 12, Answers(), Netlink),
        new("types of the kernel (BTF)", 4, [BtfSample.Whole()], TraceInputs.Types),
        new("records of the trace", 4, TraceInputs.Records, TraceInputs.Take),
        new("reports of agents", 3, Reports(), Json(WireJson.Default.AgentReport)),
        new("run events", 3, [.. Events().Select(e => JsonSerializer.SerializeToUtf8Bytes(e, WireJson.Default.RunEvent))], Json(WireJson.Default.RunEvent)),
    ];

    private static byte[] Linked(byte[] packet, string addresses) =>
        [.. Convert.FromHexString(addresses), .. packet[0] >> 4 == 4 ? new byte[] { 8, 0 } : [0x86, 0xdd], .. packet];

    private static bool Segment(ReadOnlySpan<byte> frame, FrameKind kind)
    {
        bool taken = SegmentParser.TryParse(frame, frame.Length, kind, out TcpSegment segment);
        if (taken && (segment.Length < 0 || segment.Length > frame.Length))
            throw new InvalidDataException($"A payload of {segment.Length} octets in a frame of {frame.Length}.");
        // As a capture that was cut off: longer on the wire.
        _ = SegmentParser.TryParse(frame, frame.Length + 1400, kind, out _);
        return taken;
    }

    private static bool Line(ReadOnlySpan<byte> line)
    {
        _ = ProcNetTcp.IsHeader(line);
        _ = ProcNetTcp.TryReadPorts(line, out _, out _);
        return ProcNetTcp.TryParse(line, out _);
    }

    private static bool Netlink(ReadOnlySpan<byte> datagram)
    {
        bool taken = false;
        while (NetlinkReader.NextMessage(ref datagram, out NetlinkReader.Message message))
        {
            taken |= DiagSocket.TryRead(message.Body, out _);
            _ = message.Error;
            _ = message.Index;
            _ = message.Attribute(3);
        }
        return taken;
    }

    // The two exceptions of a text that is no such thing; whoever reads it knows them.
    private static Reader Json<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        text =>
        {
            try
            {
                return JsonSerializer.Deserialize(text, type) is not null;
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                return false;
            }
        };

    private static byte[][] Answers()
    {
        var all = new List<byte[]>();
        foreach (byte family in new byte[] { 2, 10 })
        {
            byte[] message = new byte[16 + 72];
            BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), 20);
            (message[16], message[17], message[18]) = (family, 6, 3);
            Convert.FromHexString("2b67d431c0a87a44").CopyTo(message, 20);
            byte[] done = [20, 0, 0, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff];
            all.AddRange([message, [.. message, .. message, .. done], done]);
        }
        return [.. all];
    }

    private static RunEvent[] Events()
    {
        TcpEndpoint server = TcpEndpoint.V4(0xc0a8_7a44, 11_111),
            client = TcpEndpoint.V6(UInt128.One << 100, 40_000);
        return
        [
            new SegmentEvent
            {
                T = 5,
                Sent = 5,
                Host = "client",
                Source = EvidenceSource.Capture,
                From = server,
                To = server,
                Flags = "SYN,ACK",
                Sack = [new(1, 2)],
                Frame = new(113, 60, new byte[60]),
            },
            new SocketEvent
            {
                T = 5,
                After = 4,
                Host = "server",
                Source = EvidenceSource.Proc,
                Local = server,
                Remote = client,
                To = TcpState.TimeWait,
                Timer = new(TimerKind.TimeWait, 60_000_000_000),
                Raw = "raw",
            },
            new StateEvent
            {
                T = 5,
                Source = EvidenceSource.Trace,
                Socket = new(server, client),
                From = TcpState.FinWait2,
                To = TcpState.TimeWait,
            },
            new CallEvent
            {
                T = 5,
                Duration = 7,
                Source = EvidenceSource.Call,
                Socket = "lfd",
                Call = "bind",
                Args = new() { Fd = 3 },
                Result = -1,
                Errno = "EADDRINUSE",
                ErrnoNumber = 98,
                ErrnoText = "Address already in use",
            },
            new GapEvent { Lost = 3, Reason = new("gap.lost") },
            new NoteEvent { Message = Core.Texts.Message.Of("note.c", ("host", "client")), Level = NoteLevel.Alarm },
            new ClockEvent
            {
                Host = "client",
                Shift = -5,
                Uncertainty = 7,
            },
        ];
    }

    private static byte[][] Reports() =>
        [
            JsonSerializer.SerializeToUtf8Bytes(
                new AgentReport("i", [.. Events().Select((e, i) => new AgentItem(i + 1, e, 1)), new AgentItem(8, null, 1, true)]),
                WireJson.Default.AgentReport
            ),
        ];
}
