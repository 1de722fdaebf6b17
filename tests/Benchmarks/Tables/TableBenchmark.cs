using System.Diagnostics;
using ReuseAddrDashboard.Benchmarks.Report;

namespace ReuseAddrDashboard.Benchmarks.Tables;

/// <summary>The agent's reader against cat and ss, taking turns in each round.</summary>
internal static class TableBenchmark
{
    /// <summary>The argument with which this program calls itself within the namespace.</summary>
    public const string Inside = "proc-in-namespace";

    private const string Baseline = "`cat /proc/net/tcp`";

    private static readonly (int Rows, int Rounds)[] Sizes = [(100, 300), (10_000, 100), (100_000, 30)];

    /// <summary>Starts this program again in a user and network namespace of its own.</summary>
    /// <param name="inside">The argument that says what to measure there.</param>
    public static async Task<int> InNamespace(string inside = Inside)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This program does not know its own path.");
        ProcessStartInfo start = new(
            "unshare",
            ["--user", "--map-root-user", "--net", "--kill-child", "--fork", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", program, inside]
        )
        {
            Environment = { ["DOTNET_ROOT"] = Machine.DotnetRoot },
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("unshare did not start.");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Measures, within the namespace.</summary>
    public static async Task<int> Run()
    {
        Table table = new("sockets", "", "CPU ms", "wall ms", "CPU / cat", "wall / cat", "CPU / read alone");
        using Crowd crowd = new();
        foreach ((int rows, int rounds) in Sizes)
        {
            await crowd.Grow(rows);
            using AgentReader reader = new();
            (string Name, Func<Cost> Turn)[] contestants =
            [
                ("agent: read, parse, compare", reader.ReadAndParse),
                ("the agent's reads alone", reader.ReadAlone),
                (Baseline, () => ChildProcess.Run("cat", "/proc/net/tcp")),
                ("`ss -Htan`", () => ChildProcess.Run("ss", "-Htan")),
            ];
            Dictionary<string, List<Cost>> costs = contestants.ToDictionary(c => c.Name, _ => new List<Cost>(rounds));
            int warmUp = rounds / 5;
            for (int round = -warmUp; round < rounds; round++)
            {
                for (int turn = 0; turn < contestants.Length; turn++)
                {
                    // Whoever comes first in a round comes last in another.
                    (string name, Func<Cost> run) = contestants[(round + warmUp + turn) % contestants.Length];
                    Cost cost = run();
                    if (round >= 0)
                        costs[name].Add(cost);
                }
            }
            if (reader.RowsTold == 0)
                throw new InvalidOperationException("The agent's reader saw no row on the watched port.");
            List<Cost> cat = costs[Baseline],
                alone = costs[contestants[1].Name];
            foreach ((string name, List<Cost> own) in contestants.Select(c => (c.Name, costs[c.Name])))
            {
                table.Add(
                    rows,
                    name,
                    own.Select(c => c.Cpu / 1e6).Median(),
                    own.Select(c => c.Wall / 1e6).Median(),
                    Ratio(own, cat, c => c.Cpu),
                    Ratio(own, cat, c => c.Wall),
                    Ratio(own, alone, c => c.Cpu)
                );
            }
        }
        table.Print();
        return 0;
    }

    // The median of each round's ratio: what slows a whole round down slows both.
    private static double Ratio(List<Cost> own, List<Cost> other, Func<Cost, long> of) => own.Zip(other, (a, b) => (double)of(a) / of(b)).Median();
}
