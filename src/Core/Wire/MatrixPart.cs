using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What came of some of the cells that an agent was to try.</summary>
/// <param name="Results">At most <see cref="MaxResults"/>.</param>
/// <param name="Host">The host, read when the trial began; with its first part alone.</param>
/// <param name="LeftInTimeWait">Sockets that the whole trial left in TIME-WAIT so far, because the agent may not destroy them: they end by themselves.</param>
public sealed record MatrixPart(IReadOnlyList<MatrixResult> Results, MatrixHost? Host = null, int LeftInTimeWait = 0)
{
    /// <summary>Most results in one part.</summary>
    public const int MaxResults = 64;
}
