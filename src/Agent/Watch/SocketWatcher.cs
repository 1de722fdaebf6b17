using ReuseAddrDashboard.Agent.Commands;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>Reads the socket tables: at once when told, on the caller's own thread, and otherwise as often as <see cref="ReadPace"/> allows, on one of its own.</summary>
internal sealed class SocketWatcher : IDisposable
{
    private sealed record Table(string Name, SocketTable? Source, TableScan Scan, SocketDiffer Differ, GapCounter Failures);

    private readonly Lock _gate = new();
    private readonly EventFd _wake = new();
    private readonly ReadPace _pace = new();
    private readonly Outbox _outbox;
    private readonly RowsOption? _rows;
    private readonly OwnSockets _own;
    private readonly Table[] _tables;
    private readonly Thread _thread;
    private volatile RowFilter _filter;
    private volatile bool _stopping;

    /// <param name="outbox">Takes the events.</param>
    /// <param name="own">This agent's sockets by inode.</param>
    /// <param name="rows">The option --rows.</param>
    /// <param name="clockTicks">sysconf(_SC_CLK_TCK).</param>
    public SocketWatcher(Outbox outbox, OwnSockets own, RowsOption? rows, int clockTicks)
    {
        (_outbox, _own, _rows) = (outbox, own, rows);
        _filter = new RowFilter([], rows, own.Has);
        _tables = [Open("tcp", clockTicks), Open("tcp6", clockTicks)];
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "watch" };
        _thread.Start();
    }

    /// <summary>Watches these ports instead of any before; what is there will be told as new. Reads at once.</summary>
    public void Watch(IReadOnlyList<int> ports)
    {
        lock (_gate)
        {
            _filter = new RowFilter(ports, _rows, _own.Has);
            foreach (Table table in _tables)
                table.Differ.Watch(_filter);
        }
        Look();
        _wake.Set();
    }

    /// <summary>Reads the tables now; what changed is in the outbox when this returns.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (_filter.IsEmpty || _stopping)
                return;
            foreach (Table table in _tables)
            {
                int errno = table.Source?.Read(table.Scan) ?? 0;
                if (errno != 0 && table.Failures.Count(1, KernelClock.Monotonic()) is { } gap)
                    _outbox.Add(gap with { Reason = $"{gap.Reason} /proc/net/{table.Name}: {Errno.Name(errno)}." });
            }
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        lock (_gate)
        {
            foreach (Table table in _tables)
                table.Source?.Dispose();
        }
        _wake.Dispose();
    }

    private Table Open(string name, int clockTicks)
    {
        var differ = new SocketDiffer(e => _outbox.Add(e), _own.Backlog, clockTicks);
        SocketTable? source = SocketTable.Open(name, out int errno);
        if (source is null && name == "tcp")
            _outbox.Add(new GapEvent { T = KernelClock.Monotonic(), Source = EventSource.Proc, Lost = 1, Reason = $"/proc/net/tcp cannot be opened ({Errno.Name(errno)}): mount /proc." });
        return new Table(name, source, new TableScan(differ), differ, new GapCounter(1_000_000_000, "readings of a socket table failed."));
    }

    private void Run()
    {
        long cpu = KernelClock.ThreadCpu();
        while (!_stopping)
        {
            bool idle = _filter.IsEmpty;
            int wait = idle ? int.MaxValue / 2 : (int)Math.Ceiling(_pace.Next().TotalMilliseconds);
            if (PollWait.Wait(-1, _wake, wait) == PollResult.Cancelled)
                _wake.Clear();
            Look();
            long now = KernelClock.ThreadCpu();
            if (!idle)
                _pace.Took(now - cpu);
            cpu = now;
        }
    }
}
