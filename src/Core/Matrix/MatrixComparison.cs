namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>A cell in which two kernels answered differently.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="One">What the one answered.</param>
/// <param name="Other">What the other answered.</param>
public sealed record MatrixDifference(MatrixCell Cell, MatrixAnswer One, MatrixAnswer Other);

/// <summary>Two matrices beside each other. Only cells that were tried on both say anything.</summary>
/// <param name="Compared">How many cells were tried on both.</param>
/// <param name="Differences">Those in which the answers differ, in the order of <see cref="MatrixCell.All"/>.</param>
public sealed record MatrixComparison(int Compared, IReadOnlyList<MatrixDifference> Differences)
{
    /// <summary>Compares them.</summary>
    public static MatrixComparison Of(IEnumerable<MatrixResult> one, IEnumerable<MatrixResult> other)
    {
        Dictionary<MatrixCell, MatrixAnswer> mine = Answers(one),
            its = Answers(other);
        MatrixCell[] both = [.. MatrixCell.All.Where(c => mine.ContainsKey(c) && its.ContainsKey(c))];
        return new(both.Length, [.. both.Where(c => mine[c] != its[c]).Select(c => new MatrixDifference(c, mine[c], its[c]))]);
    }

    private static Dictionary<MatrixCell, MatrixAnswer> Answers(IEnumerable<MatrixResult> results) =>
        results.Where(r => r.Kernel is not null).ToDictionary(r => r.Cell, r => r.Kernel!.Value);
}
