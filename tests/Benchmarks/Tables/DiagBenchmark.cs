using System.Diagnostics;
using System.Globalization;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>The agent's sock_diag at 100,000 sockets: one exact look-up, and the sockets of the watched port against ss with the same filter.</summary>
internal static class DiagBenchmark
{
    /// <summary>The argument with which this program calls itself within the namespace.</summary>
    public const string Inside = "diag-in-namespace";

    private const int Sockets = 100_000,
        LookUps = 20_000,
        Rounds = 30;

    private static readonly uint Listed = SockDiag.States(
        TcpState.Established,
        TcpState.SynSent,
        TcpState.SynRecv,
        TcpState.FinWait1,
        TcpState.FinWait2,
        TcpState.TimeWait,
        TcpState.CloseWait,
        TcpState.LastAck,
        TcpState.Listen,
        TcpState.Closing
    );

    public static Task<int> InNamespace() => TableBenchmark.InNamespace(Inside);

    /// <summary>Measures, within the namespace.</summary>
    public static async Task<int> Run()
    {
        using Crowd crowd = new();
        await crowd.Grow(Sockets);
        using SockDiag diag = SockDiag.Open(out int errno) ?? throw new InvalidOperationException($"sock_diag: errno {errno}");
        var found = new List<DiagSocket>();
        Dump(diag, found);
        SocketPair pair = found.First(s => s.State == TcpState.CloseWait).Pair;
        if (found.Count < 10 || diag.Find(pair, out errno) is null)
            throw new InvalidOperationException($"sock_diag found {found.Count} sockets on the port, errno {errno}.");

        Table one = new("an exact look-up", "CPU us", "wall us");
        var lookUps = new List<Cost>();
        for (int round = 0; round < Rounds; round++)
            lookUps.Add(Measure(() => Times(LookUps, () => diag.Find(pair, out _))));
        one.Add($"of {Sockets:#,0} sockets", lookUps.Select(c => c.Cpu / 1e3 / LookUps).Median(), lookUps.Select(c => c.Wall / 1e3 / LookUps).Median());
        one.Print();

        // ss asks for IPv4 and IPv6 as the agent does.
        string port = Crowd.WatchedPort.ToString(CultureInfo.InvariantCulture);
        string[] ss = ["ss", "-Htan", $"sport = :{port} or dport = :{port}"];
        var costs = new List<(Cost Agent, Cost Ss)>();
        for (int round = -3; round < Rounds; round++)
        {
            Cost own,
                other;
            if (round % 2 == 0)
            {
                own = Measure(() => Dump(diag, found));
                other = ChildProcess.Run(ss);
            }
            else
            {
                other = ChildProcess.Run(ss);
                own = Measure(() => Dump(diag, found));
            }
            if (round >= 0)
                costs.Add((own, other));
        }
        Table table = new("the sockets of one port", "CPU ms", "wall ms", "CPU / ss", "wall / ss");
        table.Add(
            "agent",
            costs.Select(c => c.Agent.Cpu / 1e6).Median(),
            costs.Select(c => c.Agent.Wall / 1e6).Median(),
            costs.Select(c => (double)c.Agent.Cpu / c.Ss.Cpu).Median(),
            costs.Select(c => (double)c.Agent.Wall / c.Ss.Wall).Median()
        );
        table.Add(
            $"`ss -Htan 'sport = :{port} or dport = :{port}'`",
            costs.Select(c => c.Ss.Cpu / 1e6).Median(),
            costs.Select(c => c.Ss.Wall / 1e6).Median(),
            1.0,
            1.0
        );
        Console.WriteLine();
        table.Print();
        return 0;
    }

    private static void Dump(SockDiag diag, List<DiagSocket> found)
    {
        found.Clear();
        _ = diag.Dump([Crowd.WatchedPort], Listed, found);
    }

    private static void Times(int count, Action what)
    {
        for (int i = 0; i < count; i++)
            what();
    }

    private static Cost Measure(Action what)
    {
        long cpu = KernelClock.ThreadCpu(),
            start = Stopwatch.GetTimestamp();
        what();
        return new(KernelClock.ThreadCpu() - cpu, (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
    }
}
