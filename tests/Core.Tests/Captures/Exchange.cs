using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Tests.Captures;

/// <summary>A conversation of two ends as a capture file, written as people write it: who sends what, 10 ms apart.</summary>
internal sealed class Exchange
{
    public static readonly TcpEndpoint Client = TcpEndpoint.V4(0x0a00_0001, 40_000),
        Server = TcpEndpoint.V4(0x0a00_0002, 80);

    public const long Step = 10_000_000;

    private readonly List<(byte[] Packet, long T)> _packets = [];
    private long _now;
    private ushort _id;

    public Exchange C(TcpFlags flags, uint seq, uint ack = 0, int length = 0) => Add(Client, Server, flags, seq, ack, length);

    public Exchange S(TcpFlags flags, uint seq, uint ack = 0, int length = 0) => Add(Server, Client, flags, seq, ack, length);

    /// <summary>SYN, SYN+ACK, ACK: numbers 1000 and 5000.</summary>
    public Exchange Handshake() => C(TcpFlags.Syn, 1000).S(TcpFlags.Syn | TcpFlags.Ack, 5000, 1001).C(TcpFlags.Ack, 1001, 5001);

    public Exchange Wait(long ns)
    {
        _now += ns;
        return this;
    }

    public byte[] Pcap()
    {
        CaptureBytes file = new CaptureBytes().Pcap(nano: true);
        foreach ((byte[] packet, long t) in _packets)
            file.Record(packet, 1_000_000 + t / 1_000_000_000, (int)(t % 1_000_000_000));
        return file.ToArray();
    }

    public CaptureContents List() => CaptureReading.List(new MemoryStream(Pcap()));

    public FileConnectionDetail Detail(int number = 1) => CaptureReading.Connection(new MemoryStream(Pcap()), number)!;

    /// <summary>The states of an end as the log has them, with CLOSED for the end: <c>SYN-SENT ESTAB FIN-WAIT-1</c>.</summary>
    public static string States(FileConnectionDetail detail, TcpEndpoint end) =>
        string.Join(' ', detail.Run.Events.OfType<StateEvent>().Where(e => e.Socket.Local == end).Select(e => e.To?.Name() ?? "CLOSED"));

    private Exchange Add(TcpEndpoint from, TcpEndpoint to, TcpFlags flags, uint seq, uint ack, int length)
    {
        _packets.Add((CaptureBytes.Packet(from, to, flags, seq, ack, length, ++_id), _now));
        _now += Step;
        return this;
    }
}
