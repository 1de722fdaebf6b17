using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>How far the cells of a lab's matrix are filled.</summary>
/// <param name="Number">Grows with every result, also where a cell is tried again; by it a page tells what it lacks.</param>
/// <param name="Host">The role of the host on which cells are tried.</param>
/// <param name="Filled">Cells that have a result.</param>
/// <param name="Asked">Cells of the trial that goes on; 0 while none does.</param>
/// <param name="Done">How many of these were tried.</param>
/// <param name="Problem">What ended the last trial early; null for nothing.</param>
/// <param name="LeftInTimeWait">Sockets that the last trial left in TIME-WAIT, because the agent may not destroy them: they end by themselves.</param>
public sealed record MatrixProgress(long Number, string Host, int Filled, int Asked, int Done, Message? Problem, int LeftInTimeWait)
{
    /// <summary>True while a trial goes on.</summary>
    public bool Busy => Asked > 0;
}

/// <summary>Results of a lab's matrix that somebody lacks.</summary>
/// <param name="Number">As <see cref="MatrixProgress.Number"/>.</param>
/// <param name="File">The host, the time, and the results that came after the number asked for; null while no cell was ever tried.</param>
/// <param name="Whole">True where these are all: the host's kernel is another one than before, or everything was asked for.</param>
public sealed record MatrixView(long Number, MatrixFile? File, bool Whole);
