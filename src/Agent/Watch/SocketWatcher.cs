using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Looks at the sockets by every source it has: at once when told, on the caller's own thread, and otherwise as often as <see cref="ReadPace"/> allows, on one
/// of its own.
/// </summary>
internal sealed class SocketWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly EventFd _wake = new();
    private readonly ReadPace _pace = new();
    private readonly ForeignSieve _sieve;
    private readonly RowsOption? _rows;
    private readonly OwnSockets _own;
    private readonly DiagSource? _diag;
    private readonly IPortWatcher[] _sources;
    private readonly Thread _thread;
    private volatile RowFilter _filter;
    private volatile bool _stopping;

    /// <param name="sieve">Takes the events.</param>
    /// <param name="own">This agent's sockets by inode.</param>
    /// <param name="rows">The option --rows.</param>
    /// <param name="clockTicks">sysconf(_SC_CLK_TCK).</param>
    /// <param name="segments">The capture, from now on this one's to end; null for none.</param>
    /// <param name="tap">The tracepoints, from now on this one's to end; null for none.</param>
    public SocketWatcher(ForeignSieve sieve, OwnSockets own, RowsOption? rows, int clockTicks, SegmentWatcher? segments = null, TraceTap? tap = null)
    {
        (_sieve, _own, _rows) = (sieve, own, rows);
        _filter = new RowFilter([], rows, own.Has);
        _diag = DiagSource.Open(sieve.Add);
        var proc = new ProcSource(
            e =>
            {
                sieve.Add(e);
                if (e is SocketEvent row)
                    _diag?.Hint(row);
            },
            own.Backlog,
            clockTicks
        );
        TraceSource? trace = tap is null ? null : new TraceSource(tap, sieve.Pass, withholds: sieve.Withholds);
        // The capture first: segments lead to states. The kernel's own account of these next. Then /proc: what it sees begin or end, sock_diag looks up
        // exactly.
        _sources = [.. new IPortWatcher?[] { segments, trace, proc, _diag }.OfType<IPortWatcher>()];
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "watch" };
        _thread.Start();
    }

    /// <summary>Watches these ports instead of any before; what is there will be told as new. Looks at once.</summary>
    public void Watch(IReadOnlyList<int> ports)
    {
        lock (_gate)
        {
            _filter = new RowFilter(ports, _rows, _own.Has);
            _sieve.Watch(_filter.Ports);
            foreach (IPortWatcher source in _sources)
                source.Watch(_filter);
        }
        Look();
        _wake.Set();
    }

    /// <summary>Whether a connection with these ends is among what is watched here.</summary>
    public bool Takes(SocketPair pair) => _filter.Takes(pair.Local, pair.Remote, inode: 0);

    /// <summary>A run's call was told, and with it which connection is its own.</summary>
    public void Made(CallEvent call) => _sieve.Made(call);

    /// <summary>Looks now; what changed is in the outbox when this returns.</summary>
    public void Look() => Look(ordered: true);

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        lock (_gate)
        {
            foreach (IPortWatcher source in _sources)
                source.Dispose();
        }
        _wake.Dispose();
    }

    private void Look(bool ordered)
    {
        lock (_gate)
        {
            if (_filter.IsEmpty || _stopping)
                return;
            foreach (IPortWatcher source in _sources)
                source.Look(ordered);
            _sieve.Tell();
        }
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
            Look(ordered: false);
            long now = KernelClock.ThreadCpu();
            if (!idle)
                _pace.Took(now - cpu);
            cpu = now;
        }
    }
}
