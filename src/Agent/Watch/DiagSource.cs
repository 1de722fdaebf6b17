using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// sock_diag: what /proc cannot tell. Sockets that are bound and do not listen, the moment a socket was destroyed, and TIME-WAIT's begin, timer and end to the
/// kernel's tick. A thread of its own takes the notices as they come.
/// </summary>
internal sealed class DiagSource : IPortWatcher
{
    /// <summary>Rows that wait for their exact look-up; /proc tells each again within 10 s.</summary>
    private const int MaxHints = 4096;

    private const long Second = 1_000_000_000,
        Millisecond = 1_000_000;

    /// <summary>A worker of the kernel sends a notice after the socket has gone from every table; so long it is waited for.</summary>
    private const int NoticeWithinMs = 5;

    /// <summary>
    /// A dump of bound sockets walks the kernel's whole table of ports (about 0.3 ms here), so the watch alone makes one no oftener than this.
    /// </summary>
    private const long BoundEvery = Second / 2;

    private readonly Lock _gate = new();
    private readonly EventFd _wake = new();
    private readonly Action<RunEvent> _tell;
    private readonly SockDiag _diag;
    private readonly DestroyNotices? _notices;
    private readonly BoundSockets _bound;
    private readonly Minisocks _minisocks;
    private readonly List<DiagSocket> _taken = [];
    private readonly List<SocketEvent> _hints = [];
    private readonly GapCounter _failures = new(Second, new Message("gap.diag-failed"), EvidenceSource.Diag);
    private readonly Thread _thread;
    private RowFilter _filter = new([], null, _ => false);
    private long _boundAt = long.MinValue / 2;
    private bool _replan;
    private volatile bool _stopping;

    private DiagSource(SockDiag diag, DestroyNotices? notices, Action<RunEvent> tell)
    {
        (_diag, _notices, _tell) = (diag, notices, tell);
        _bound = new BoundSockets(diag, tell, AwaitNotices);
        _minisocks = new Minisocks(diag, tell);
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "diag" };
        _thread.Start();
    }

    /// <summary>Null where the kernel has no sock_diag; /proc stays.</summary>
    /// <param name="tell">Takes the events, on any thread.</param>
    /// <param name="room">Octets for notices that wait.</param>
    public static DiagSource? Open(Action<RunEvent> tell, int room = DestroyNotices.Room)
    {
        SockDiag? diag = SockDiag.Open(out _);
        if (diag is null)
            return null;
        DestroyNotices? notices = DestroyNotices.Open(out int errno, room);
        if (notices is null)
        {
            tell(
                new GapEvent
                {
                    T = KernelClock.Monotonic(),
                    Source = EvidenceSource.Diag,
                    Lost = 0,
                    Reason = Message.Of("gap.diag-no-notices", ("error", Errno.Text(errno)), ("errno", Errno.Name(errno))),
                }
            );
        }
        return new DiagSource(diag, notices, tell);
    }

    public void Watch(RowFilter filter)
    {
        lock (_gate)
        {
            // Notices that wait belong to what was watched before.
            Drain();
            _filter = filter;
            _bound.Clear();
            _minisocks.Clear();
            _hints.Clear();
            _boundAt = long.MinValue / 2;
        }
    }

    /// <summary>/proc told of a row: the next look asks for its exact timer, or whether it is gone.</summary>
    public void Hint(SocketEvent row)
    {
        lock (_gate)
        {
            bool runs = row.Timer is { Kind: TimerKind.TimeWait };
            if (_hints.Count < MaxHints && (runs || row is { From: TcpState.TimeWait or TcpState.FinWait2, To: null }))
                _hints.Add(row);
        }
    }

    public void Look(bool ordered)
    {
        lock (_gate)
        {
            Drain();
            int errno = 0;
            foreach (SocketEvent row in _hints)
                errno = _minisocks.Look(new SocketPair(row.Local, row.Remote)) is not 0 and var failed ? failed : errno;
            _replan |= _hints.Count > 0;
            _hints.Clear();
            long now = KernelClock.Monotonic();
            if (ordered || now - _boundAt >= BoundEvery)
            {
                _boundAt = now;
                errno = _bound.Look(_filter) is not 0 and var failed ? failed : errno;
            }
            // Only now: who waits for notices in between would take it for the end.
            if (_replan)
                _wake.Set();
            if (errno != 0 && _failures.Count(1, now) is { } gap)
                _tell(gap with { Reason = Message.Of("gap.diag-failed", ("error", Errno.Text(errno)), ("errno", Errno.Name(errno))) });
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _notices?.Dispose();
        _diag.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            int wait;
            lock (_gate)
            {
                _replan = false;
                wait = _minisocks.NextEnd(KernelClock.Monotonic()) is { } left ? (int)Math.Min(left / Millisecond + 1, int.MaxValue / 2) : int.MaxValue / 2;
            }
            PollResult woken = PollWait.Wait(_notices?.Number ?? -1, _wake, wait);
            if (woken == PollResult.Cancelled)
                _wake.Clear();
            lock (_gate)
            {
                Drain();
                if (woken == PollResult.TimedOut)
                    _minisocks.LookAtEnds(KernelClock.Monotonic());
            }
        }
    }

    private void AwaitNotices()
    {
        if (_notices is null)
            return;
        _ = PollWait.Wait(_notices.Number, _wake, NoticeWithinMs);
        Drain();
    }

    private void Drain()
    {
        while (_notices is not null && _notices.TryRead(_taken, out long lost))
        {
            long now = KernelClock.Monotonic();
            if (lost > 0)
            {
                _tell(
                    new GapEvent
                    {
                        T = now,
                        Source = EvidenceSource.Diag,
                        Lost = lost,
                        Reason = new Message("gap.diag-notices-lost"),
                    }
                );
            }
            foreach (DiagSocket gone in _taken)
                Gone(gone, now);
            _taken.Clear();
        }
    }

    // The socket is no more. Where it went into TIME-WAIT, a minisock has its addresses.
    private void Gone(in DiagSocket notice, long now)
    {
        if (_bound.HasEnded(notice.Cookie))
            return;
        BoundSockets.Known? known = _bound.Forget(notice.Cookie);
        SocketPair pair = known?.Socket.Pair ?? notice.Pair;
        if (!_filter.Takes(pair.Local, pair.Remote, known?.Socket.Inode ?? notice.Inode))
            return;
        if (pair.Remote.Port != 0 && _minisocks.Begins(pair, now))
        {
            _replan = true;
        }
        else
        {
            _tell(
                new StateEvent
                {
                    T = now,
                    Source = EvidenceSource.Diag,
                    Socket = pair,
                    From = known?.Socket.State,
                    To = null,
                    Uid = notice.Uid,
                    Inode = known?.Socket.Inode ?? 0,
                }
            );
        }
    }
}
