using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests.Captures;

namespace ReuseAddrDashboard.Benchmarks.Fuzzing;

/// <summary>Capture files of anybody's: listed, and some of them read to the drawn diagram.</summary>
internal static class CaptureFileInputs
{
    private static int _taken;

    public static IReadOnlyList<FuzzTarget> Targets { get; } =
    [
        new("capture files, pcap", 50, [Conversation().Pcap(), Records(true, 1), Records(false, 113), Records(true, 276)], List),
        new("capture files, pcapng", 50, [Blocks(true), Blocks(false), [.. Blocks(true), .. Blocks(false)]], List),
    ];

    private static bool List(ReadOnlySpan<byte> octets)
    {
        byte[] file = octets.ToArray();
        CaptureContents contents = CaptureReading.List(new MemoryStream(file));
        if (contents.Octets > file.Length || contents.Fault?.Offset > file.Length)
            throw new InvalidDataException($"{contents.Octets} octets were read of {file.Length}, a fault at {contents.Fault?.Offset}.");
        // Every 16th to the end: what was inferred of each connection, and the diagram's fold.
        if (contents.Connections.Count > 0 && ++_taken % 16 == 0)
        {
            foreach (FileConnection connection in contents.Connections)
            {
                FileConnectionDetail detail =
                    CaptureReading.Connection(new MemoryStream(file), connection.Number)
                    ?? throw new InvalidDataException($"Connection {connection.Number} was listed and is not there.");
                _ = Timeline.Fold(RunFiles.HeaderOf(detail.Run), detail.Run.Events).Bands.Count;
            }
        }
        return contents.Packets > 0;
    }

    private static Exchange Conversation() =>
        new Exchange()
            .C(TcpFlags.Syn, 1000)
            .C(TcpFlags.Syn, 1000)
            .S(TcpFlags.Syn | TcpFlags.Ack, 5000, 1001)
            .C(TcpFlags.Ack, 1001, 5001)
            .C(TcpFlags.Psh | TcpFlags.Ack, 1001, 5001, 40)
            .S(TcpFlags.Ack, 5001, 1041)
            .S(TcpFlags.Fin | TcpFlags.Ack, 5001, 1041)
            .C(TcpFlags.Fin | TcpFlags.Ack, 1041, 5002)
            .S(TcpFlags.Ack, 5002, 1042)
            .C(TcpFlags.Syn, 90_000)
            .S(TcpFlags.Rst | TcpFlags.Ack, 0, 90_001);

    private static byte[][] Packets(TcpEndpoint client, TcpEndpoint server) =>
        [
            CaptureBytes.Packet(client, server, TcpFlags.Syn, 7, 0, id: 1),
            CaptureBytes.Packet(server, client, TcpFlags.Syn | TcpFlags.Ack, 90, 8, id: 2),
            CaptureBytes.Packet(client, server, TcpFlags.Ack, 8, 91, id: 3),
            CaptureBytes.Packet(client, server, TcpFlags.Fin | TcpFlags.Ack, 8, 91, 9, id: 4),
            CaptureBytes.Packet(server, client, TcpFlags.Fin | TcpFlags.Ack, 91, 18, id: 5),
            CaptureBytes.Packet(client, server, TcpFlags.Ack, 18, 92, id: 6),
        ];

    private static byte[] Records(bool little, int linkType)
    {
        byte[] header = linkType switch
        {
            1 => [.. new byte[12], 0x81, 0, 0, 5, 8, 0],
            113 => [0, 4, 3, 4, 0, 0, .. new byte[8], 8, 0],
            _ => [8, 0, 0, 0, 0, 0, 0, 1, 3, 4, 4, 0, .. new byte[8]],
        };
        CaptureBytes file = new CaptureBytes(little).Pcap(linkType);
        int i = 0;
        foreach (byte[] packet in Packets(Exchange.Client, Exchange.Server))
            file.Record([.. header, .. packet], 1_700_000_000, ++i * 1000);
        return file.ToArray();
    }

    private static byte[] Blocks(bool little)
    {
        CaptureBytes file = new CaptureBytes(little)
            .Section()
            .Interface(resolution: 9, offset: 3)
            .Interface(resolution: 0x8a)
            .Block(4, b => b.Raw(new byte[8]));
        ulong t = 1_700_000_000_000_000_000;
        foreach (byte[] packet in Packets(TcpEndpoint.V6(UInt128.One << 100, 40_000), TcpEndpoint.V6(UInt128.One, 80)))
            file.Enhanced(packet, t += 1000, flags: 1);
        return file.Simple(Packets(Exchange.Client, Exchange.Server)[0])
            .Obsolete(Packets(Exchange.Client, Exchange.Server)[1], t, 1, 2)
            .Statistics(3)
            .ToArray();
    }
}
