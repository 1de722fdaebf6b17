using System.Diagnostics;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Parsing;

/// <summary>What reading a captured packet costs within the process, as it comes from the agent's socket: from the IP header on.</summary>
internal static class CaptureBenchmark
{
    private const int Rounds = 400,
        Packets = 20_000;

    // Captured on Linux 6.18.
    private static readonly (string Name, string Octets)[] Frames =
    [
        (
            "SYN with five options, IPv4",
            "4500003cb68d40004006862c7f0000017f000001c9602b67f94c9b1000000000a002ffd7fe3000000204ffd70402080acd13a13e000000000103030a"
        ),
        ("ACK with timestamps, IPv4", "450000349b0e40004006a1b37f0000017f0000012b67c9608cee6948f94c9b1680100040fe2800000101080a80d64863cd13a13e"),
        (
            "5 octets with timestamps, IPv4",
            "45000039b68f40004006862d7f0000017f000001c9602b67f94c9b118cee694880180040fe2d00000101080acd13a13e80d6486368656c6c6f"
        ),
        (
            "SYN with five options, IPv6",
            "600abecf002806400000000000000000000000000000000100000000000000000000000000000001b1982b670849869e00000000a002ffc4003000000204ffc40402080adf8c792d000000000103030a"
        ),
    ];

    public static int Run()
    {
        Table table = new("packet", "ns, fastest round", "ns, median", "B allocated");
        foreach ((string name, string hex) in Frames)
        {
            byte[] octets = Convert.FromHexString(hex);
            var times = new List<double>(Rounds);
            long allocated = 0;
            // The first rounds run before the code is compiled anew with what they taught (tiered compilation).
            for (int round = -Rounds; round < Rounds; round++)
            {
                long bytes = GC.GetAllocatedBytesForCurrentThread(),
                    start = Stopwatch.GetTimestamp();
                uint sum = Parse(octets);
                double ns = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
                allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
                if (sum == 0)
                    throw new InvalidOperationException($"{name} was not read.");
                if (round >= 0)
                    times.Add(ns / Packets);
            }
            table.Add(name, times.Min(), times.Median(), allocated / Packets);
        }
        table.Print();
        return 0;
    }

    private static uint Parse(byte[] octets)
    {
        uint sum = 0;
        for (int i = 0; i < Packets; i++)
        {
            if (SegmentParser.TryParse(octets, octets.Length, FrameKind.RawIp, out TcpSegment segment))
                sum += segment.Seq;
        }
        return sum;
    }
}
