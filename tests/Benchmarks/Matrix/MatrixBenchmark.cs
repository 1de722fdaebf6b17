using System.Diagnostics;
using ReuseAddrDashboard.Agent.Matrix;
using ReuseAddrDashboard.Benchmarks.Report;
using ReuseAddrDashboard.Benchmarks.Tables;
using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Benchmarks.Matrix;

/// <summary>How long the agent takes for the basic cells of the matrix and for all of them, on the real kernel.</summary>
internal static class MatrixBenchmark
{
    /// <summary>The argument with which this program calls itself within the namespace.</summary>
    public const string Inside = "matrix-in-namespace";

    private const int Rounds = 10;

    public static Task<int> InNamespace() => TableBenchmark.InNamespace(Inside);

    /// <summary>Measures, within the namespace.</summary>
    public static int Run()
    {
        Table table = new("cells", "wall ms, median", "wall ms, most");
        foreach (
            (string name, IReadOnlyList<MatrixCell> cells) in ((string, IReadOnlyList<MatrixCell>)[])
                [("the basic 64", MatrixCell.Basic), ("all 1792", MatrixCell.All)]
        )
        {
            var took = new List<double>();
            for (int round = 0; round < Rounds; round++)
            {
                int tried = 0;
                long start = Stopwatch.GetTimestamp();
                new CellTrials([]).Run(cells, results => tried += results.Count(r => r.Kernel is not null), CancellationToken.None);
                took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (tried != cells.Count)
                    throw new InvalidOperationException($"Of {cells.Count} cells {tried} were tried.");
            }
            table.Add(name, took.Median(), took.Max());
        }
        table.Print();
        return 0;
    }
}
