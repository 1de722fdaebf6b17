using System.Text;
using BenchmarkDotNet.Attributes;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Parsing;

/// <summary>The parser and the scan on what one read() of /proc/net/tcp gives.</summary>
public class Rows
{
    private const int PerRead = 27; // 4096 octets in rows of 150

    private const string Full = "   1: 0100007F:4E21 0100007F:8F3A 08 00000000:00000001 00:00000000 00000000     0        0 0 1 0000000040e7dfad 20 4 0 10 -1",
        TimeWait = "   0: 4400A8C0:2B67 B100A8C0:D431 06 00000000:00000000 03:00001705 00000000     0        0 0 3 0000000012345678";

    private readonly byte[] _full = Padded(Full),
        _timeWait = Padded(TimeWait),
        _read = [.. Enumerable.Repeat(Padded(Full), PerRead).SelectMany(row => row)];
    private readonly SocketDiffer _differ = new(_ => { }, _ => null);
    private readonly TableScan _scan;

    public Rows()
    {
        _differ.Watch(new RowFilter([11111], null, _ => false));
        _scan = new TableScan(_differ);
        if (!ProcNetTcp.TryParse(_full, out _) || !ProcNetTcp.TryParse(_timeWait, out _))
            throw new InvalidOperationException("The parser refuses the sample rows.");
    }

    [Benchmark(Description = "parse a full socket's row")]
    public bool ParseFull() => ProcNetTcp.TryParse(_full, out _);

    [Benchmark(Description = "parse a TIME-WAIT row")]
    public bool ParseTimeWait() => ProcNetTcp.TryParse(_timeWait, out _);

    [Benchmark(Description = "cut a read into lines, parse, filter by port", OperationsPerInvoke = PerRead)]
    public void Scan()
    {
        _scan.Begin(0);
        _scan.Feed(_read, 0, 0);
        _scan.End(0, complete: true);
    }

    // The kernel pads each row with blanks to 149 octets and ends it with a newline.
    private static byte[] Padded(string row) => Encoding.ASCII.GetBytes(row.PadRight(149) + "\n");
}
