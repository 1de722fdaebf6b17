using System.Diagnostics;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests.Captures;

namespace ReuseAddrDashboard.Benchmarks.Parsing;

/// <summary>Files of 100 MB: how long listing their connections and reading one of them takes, and how much memory is held meanwhile.</summary>
internal static class CaptureFileBenchmark
{
    private const int Rounds = 5,
        Size = 100_000_000,
        Connections = 2_000;

    public static int Run()
    {
        Table table = new("file", "MB", "packets", "connections", "list, s, median", "one connection, s, median", "MB a second", "MB held at most");
        foreach (
            (string name, bool ng, int payload) in ((string, bool, int)[])
                [("pcap, full segments", false, 1400), ("pcapng, full segments", true, 1400), ("pcapng, bare headers", true, 0)]
        )
        {
            string path = Path.Combine(Path.GetTempPath(), $"reuseaddr-benchmark-{Environment.ProcessId}");
            try
            {
                Write(path, ng, payload);
                var lists = new List<double>();
                var details = new List<double>();
                long held = 0;
                CaptureContents contents = null!;
                for (int round = -1; round < Rounds; round++)
                {
                    GC.Collect();
                    long before = GC.GetTotalMemory(true),
                        start = Stopwatch.GetTimestamp();
                    using FileStream file = File.OpenRead(path);
                    contents = CaptureReading.List(file);
                    double listed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    // What is reachable while the list is held: garbage is collected here.
                    held = Math.Max(held, GC.GetTotalMemory(true) - before);
                    file.Position = 0;
                    start = Stopwatch.GetTimestamp();
                    FileConnectionDetail detail = CaptureReading.Connection(file, contents.Connections.Count / 2)!;
                    double read = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    if (contents.Fault is not null || detail.Connection.Closed != ClosedFirst.A)
                        throw new InvalidOperationException($"{name}: {contents.Fault} {detail.Connection.Closed}");
                    if (round < 0)
                        continue;
                    lists.Add(listed);
                    details.Add(read);
                }
                table.Add(
                    name,
                    contents.Octets / 1e6,
                    contents.Packets,
                    contents.Connections.Count,
                    lists.Median(),
                    details.Median(),
                    contents.Octets / 1e6 / lists.Median(),
                    held / 1e6
                );
            }
            finally
            {
                File.Delete(path);
            }
        }
        table.Print();
        return 0;
    }

    private static void Write(string path, bool ng, int payload)
    {
        using FileStream file = File.Create(path);
        file.Write(ng ? new CaptureBytes().Section().Interface(resolution: 9).ToArray() : new CaptureBytes().Pcap(nano: true).ToArray());
        long t = 1_000_000_000_000;
        ushort id = 0;
        void Add(TcpEndpoint from, TcpEndpoint to, TcpFlags flags, uint seq, uint ack, int length)
        {
            byte[] packet = CaptureBytes.Packet(from, to, flags, seq, ack, length, ++id);
            t += 1000;
            file.Write(
                ng
                    ? new CaptureBytes().Enhanced(packet, (ulong)t).ToArray()
                    : new CaptureBytes().Record(packet, t / 1_000_000_000, (int)(t % 1_000_000_000)).ToArray()
            );
        }
        for (uint n = 0; file.Position < Size; n = (n + 1) % Connections)
        {
            TcpEndpoint client = TcpEndpoint.V4(0x0a01_0000 + n, 40_000),
                server = Exchange.Server;
            uint seq = 1001,
                end = (uint)(seq + (payload == 0 ? 0 : 35 * payload));
            Add(client, server, TcpFlags.Syn, 1000, 0, 0);
            Add(server, client, TcpFlags.Syn | TcpFlags.Ack, 5000, 1001, 0);
            Add(client, server, TcpFlags.Ack, 1001, 5001, 0);
            for (int i = 0; i < 35; i++, seq += (uint)payload)
                Add(client, server, TcpFlags.Ack, seq, 5001, payload);
            Add(server, client, TcpFlags.Ack, 5001, end, 0);
            Add(client, server, TcpFlags.Fin | TcpFlags.Ack, end, 5001, 0);
            Add(server, client, TcpFlags.Fin | TcpFlags.Ack, 5001, end + 1, 0);
            Add(client, server, TcpFlags.Ack, end + 1, 5002, 0);
        }
    }
}
