using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>
/// Tries cells of the matrix for real, in the calling thread's network namespace, over loopback, on ports that nobody has. Some cells stand side by side, so
/// that what takes time does so for all of them at once.
/// Afterwards everything is closed, and what is in TIME-WAIT is destroyed where this program may.
/// </summary>
internal sealed class CellTrials(IEnumerable<int> avoid)
{
    /// <summary>Cells that stand side by side: up to four sockets each.</summary>
    public const int SideBySide = 16;

    /// <summary>How long what is to be left is waited for; on loopback it is there when the calls return.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly FreePorts _ports = new(avoid);

    // Where a client was not answered, by whether it is IPv6: it will not be the next time.
    private readonly Dictionary<bool, Message> _unanswered = [];

    /// <summary>How many sockets are left in TIME-WAIT: this program may not destroy them, and they end by themselves.</summary>
    public int LeftInTimeWait { get; private set; }

    /// <summary>Tries the cells in their order, until all were tried or it is stopped.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="tell">Takes what came of some of them.</param>
    /// <param name="stop">Ends it: of those that stand, nothing is told.</param>
    public void Run(IEnumerable<MatrixCell> cells, Action<IReadOnlyList<MatrixResult>> tell, CancellationToken stop)
    {
        using var table = new PortTable();
        foreach (MatrixCell[] some in cells.Chunk(SideBySide))
        {
            if (stop.IsCancellationRequested || Try(some, table, stop) is not { } results)
                return;
            tell(results);
        }
    }

    // Null when it was stopped.
    private List<MatrixResult>? Try(MatrixCell[] cells, PortTable table, CancellationToken stop)
    {
        var results = new List<MatrixResult>(cells.Length);
        List<CellTrial> trials = [];
        try
        {
            foreach (MatrixCell cell in cells)
            {
                ushort? port = _ports.Next(),
                    client = cell.HasConnection ? _ports.Next() : null;
                if (port is { } free && (client is not null || !cell.HasConnection))
                    trials.Add(new(cell, free, client));
                else
                    results.Add(new(cell, null, new(MatrixCodes.NoPort)));
            }
            foreach (CellTrial trial in trials)
            {
                if (stop.IsCancellationRequested)
                    return null;
                Prepare(trial);
            }
            ILookup<ushort, PortRow>? rows = Settled(trials, table, stop);
            if (stop.IsCancellationRequested)
                return null;
            foreach (CellTrial trial in trials)
            {
                results.Add(
                    trial.Fault is { } fault ? trial.Untried(fault)
                    : rows is null ? trial.Untried(new(MatrixCodes.NoTables))
                    : !trial.IsThere([.. rows[trial.Port]]) ? trial.Untried(Seen(trial, rows))
                    : trial.Try()
                );
            }
        }
        finally
        {
            trials.ForEach(t => t.Dispose());
            Sweep(trials, table);
        }
        return results;
    }

    private void Prepare(CellTrial trial)
    {
        bool v6 = MatrixRule.ReachedAt(trial.Cell.First, trial.Port).IsV6;
        if (trial.Cell.HasConnection && _unanswered.TryGetValue(v6, out Message? before))
        {
            trial.GiveUp(before);
            return;
        }
        trial.Prepare();
        if (trial is { Unanswered: true, Fault: { } fault })
            _unanswered[v6] = fault;
    }

    // The kernel's own account of what is left, once it is so or has had its time.
    private static ILookup<ushort, PortRow>? Settled(List<CellTrial> trials, PortTable table, CancellationToken stop)
    {
        ushort[] ports = [.. trials.Select(t => t.Port)];
        long until = KernelClock.Monotonic() + (long)Patience.TotalNanoseconds;
        while (ports.Length > 0)
        {
            ILookup<ushort, PortRow>? rows = table.Read(ports);
            if (rows is null || KernelClock.Monotonic() >= until || trials.All(t => t.Fault is not null || t.IsThere([.. rows[t.Port]])))
                return rows;
            if (stop.WaitHandle.WaitOne(1))
                break;
        }
        return null;
    }

    private static Message Seen(CellTrial trial, ILookup<ushort, PortRow> rows) =>
        Message.Of(MatrixCodes.OtherState, ("state", trial.Cell.State?.Name()), ("seen", string.Join(", ", rows[trial.Port].Select(r => r.State.Name()))));

    private void Sweep(List<CellTrial> trials, PortTable table)
    {
        ushort[] ports = [.. trials.Where(t => t.Cell.Left == LeftOnPort.TimeWait).Select(t => t.Port)];
        if (ports.Length == 0 || table.Read(ports) is not { } rows)
            return;
        foreach (PortRow row in rows.SelectMany(r => r).Where(r => r.State == TcpState.TimeWait))
        {
            if (
                table.Diag?.Find(new SocketPair(row.Local, row.Remote), out _) is not { State: TcpState.TimeWait } socket
                || !table.Diag.Destroy(socket).Succeeded
            )
            {
                LeftInTimeWait++;
            }
        }
    }
}
