using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>/proc/net/tcp and tcp6: every row, whoever asks. The tables on the page come from here.</summary>
internal sealed class ProcSource : IPortWatcher
{
    private sealed record Table(string Name, SocketTable? Source, TableScan Scan, SocketDiffer Differ, GapCounter Failures);

    private readonly Action<RunEvent> _tell;
    private readonly Table[] _tables;

    /// <param name="tell">Takes the events.</param>
    /// <param name="backlogOf">The backlog of this agent's listener with that inode; null for others.</param>
    /// <param name="clockTicks">sysconf(_SC_CLK_TCK).</param>
    public ProcSource(Action<RunEvent> tell, Func<ulong, int?> backlogOf, int clockTicks)
    {
        _tell = tell;
        _tables = [Open("tcp", backlogOf, clockTicks), Open("tcp6", backlogOf, clockTicks)];
    }

    public void Watch(RowFilter filter)
    {
        foreach (Table table in _tables)
            table.Differ.Watch(filter);
    }

    public void Look(bool ordered)
    {
        foreach (Table table in _tables)
        {
            int errno = table.Source?.Read(table.Scan) ?? 0;
            if (errno != 0 && table.Failures.Count(1, KernelClock.Monotonic()) is { } gap)
                _tell(gap with { Reason = Message.Of("gap.proc-failed", ("table", table.Name), ("error", Errno.Text(errno)), ("errno", Errno.Name(errno))) });
        }
    }

    public void Dispose()
    {
        foreach (Table table in _tables)
            table.Source?.Dispose();
    }

    private Table Open(string name, Func<ulong, int?> backlogOf, int clockTicks)
    {
        var differ = new SocketDiffer(_tell, backlogOf, clockTicks);
        SocketTable? source = SocketTable.Open(name, out int errno);
        if (source is null && name == "tcp")
        {
            _tell(
                new GapEvent
                {
                    T = KernelClock.Monotonic(),
                    Source = EvidenceSource.Proc,
                    Lost = 1,
                    Reason = Message.Of("gap.proc-missing", ("error", Errno.Text(errno)), ("errno", Errno.Name(errno))),
                }
            );
        }

        return new Table(name, source, new TableScan(differ), differ, new GapCounter(1_000_000_000, new Message("gap.proc-failed")));
    }
}
