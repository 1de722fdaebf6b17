using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// The kernel's own account of every change of state, in order, with its time. A thread of its own tells as they come; a look takes what waits, on the caller's
/// thread.
/// Where the agent may not trace it is closed and does nothing.
/// </summary>
internal sealed class TraceSource : IPortWatcher
{
    /// <summary>Events told in one second at most; what is beyond is counted.</summary>
    public const int MaxPerSecond = 2000;

    /// <summary>What a gap says of changes that were missed; they may be of any socket of the machine.</summary>
    public const string PassedOver = "gap.trace-passed-over";

    private const long Second = 1_000_000_000,
        Millisecond = 1_000_000;

    /// <summary>Records taken in one go at most: a flood must not hold up an order for ever.</summary>
    private const int MaxRecords = 20_000;

    /// <summary>
    /// Milliseconds between two rounds of its own: at a thousand connections a second a wake-up for each record would cost more than the records.
    /// </summary>
    private const int RoundMs = 2;

    /// <summary>Milliseconds after which the counter of lost records is looked at though nothing came.</summary>
    private const int IdleMs = 1_000;

    /// <summary>How often a look waits a millisecond for a record that explains another.</summary>
    private const int Patience = 3;

    /// <summary>So long an answer to SYN is waited for before sock_diag is asked.</summary>
    private const long PlaceAfter = 2 * Millisecond;

    private static readonly uint SynSent = SockDiag.States(TcpState.SynSent);

    private readonly Lock _gate = new();
    private readonly EventFd _wake = new(),
        _never = new();
    private readonly TraceTap? _tap;
    private readonly TraceTeller _teller;
    private readonly Action<RunEvent> _tell;
    private readonly Func<RunEvent, bool>? _withholds;
    private readonly SockDiag? _diag;
    private readonly List<DiagSocket> _found = [];
    private readonly GapCounter _lost = new(Second, new Message("gap.trace-full"), EvidenceSource.Trace);
    private readonly GapCounter _missed = new(Second, new Message(PassedOver), EvidenceSource.Trace);
    private readonly GapCounter _beyond = new(Second, Message.Of("gap.trace-beyond", ("most", MaxPerSecond)), EvidenceSource.Trace);
    private readonly Thread? _thread;
    private RowFilter _filter = new([], null, _ => false);
    private readonly int _most;
    private long _second,
        _askedAt;
    private int _told,
        _left;
    private volatile bool _watching,
        _stopping;

    /// <param name="tap">The tracepoints, from now on this one's to end; null where there are none.</param>
    /// <param name="tell">Takes the events, on any thread.</param>
    /// <param name="perSecond">Events told in one second at most.</param>
    /// <param name="withholds">Whether a change is not to be told, and counts for no limit; null where all are.</param>
    public TraceSource(TraceTap? tap, Action<RunEvent> tell, int perSecond = MaxPerSecond, Func<RunEvent, bool>? withholds = null)
    {
        (_tap, _tell, _most, _withholds) = (tap, tell, perSecond, withholds);
        _teller = new TraceTeller(Limited, KernelClock.KernelHz());
        if (tap is null)
            return;
        _diag = SockDiag.Open(out _);
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "trace" };
        _thread.Start();
    }

    public void Watch(RowFilter filter)
    {
        if (_tap is null)
            return;
        lock (_gate)
        {
            if (_stopping)
                return;
            // Records that wait belong to what was watched before.
            TakeRecords();
            _filter = filter;
            _teller.Watch(filter);
            _tap.Watch(filter.Ports);
            // What was passed over while nobody watched is lost to nobody.
            if (!_watching)
                _ = _tap.TakeMissed();
            _watching = !filter.IsEmpty;
        }
        _wake.Set();
    }

    public void Look(bool ordered)
    {
        if (_tap is null)
            return;
        lock (_gate)
        {
            if (_stopping)
                return;
            TakeRecords();
            for (int i = 0; ordered && i < Patience && _teller.Awaits; i++)
            {
                _ = PollWait.Wait(-1, _never, 1);
                TakeRecords();
            }
        }
    }

    public void Dispose()
    {
        if (_stopping)
            return;
        _stopping = true;
        _wake.Set();
        _thread?.Join();
        lock (_gate)
        {
            _tap?.Dispose();
            _diag?.Dispose();
        }
        _wake.Dispose();
        _never.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            if (PollWait.Wait(_tap!.Number, _wake, _watching ? IdleMs : int.MaxValue / 2) == PollResult.Cancelled)
                _wake.Clear();
            bool expects = true;
            for (int i = 0; expects && !_stopping && i <= Patience; i++)
            {
                lock (_gate)
                {
                    if (_stopping)
                        return;
                    TakeRecords();
                    expects = _teller.Expects;
                }
                _ = PollWait.Wait(-1, _never, RoundMs);
            }
        }
    }

    private void TakeRecords()
    {
        long now = KernelClock.Monotonic();
        int taken = 0;
        while (taken < MaxRecords && _tap!.TryRead(out TraceRecord record))
        {
            _teller.Follow(record);
            taken++;
        }
        if (taken < MaxRecords)
            _teller.Settle(now);
        if (_teller.Expects)
            PlaceConnecting(now);
        long lost = _tap!.TakeLost();
        if (lost > 0)
            _teller.Forget();
        Tell(_lost.Count((int)Math.Min(lost, int.MaxValue), now));
        Tell(_beyond.Count(_left, now));
        if (now - _askedAt > Second)
        {
            _askedAt = now;
            Tell(_missed.Count((int)Math.Min(_tap.TakeMissed() ?? 0, int.MaxValue), now));
        }
        _left = 0;
    }

    // A SYN that nobody answers: the socket has its port by now, and sock_diag knows it. Where an answer comes, the next record tells it.
    private void PlaceConnecting(long now)
    {
        if (_diag is null || _teller.Connecting(now - PlaceAfter) is not { } connecting)
            return;
        _found.Clear();
        _ = _diag.Dump(_filter.Ports, SynSent, _found);
        foreach (DiagSocket socket in _found)
        {
            if (connecting.TryGetValue(socket.Inode, out ulong address))
                _teller.Place(address, socket.Pair);
        }
    }

    private void Limited(StateEvent change)
    {
        if (_withholds?.Invoke(change) is true)
            return;
        long second = change.T / Second;
        if (second != _second)
            (_second, _told) = (second, 0);
        if (_told++ < _most)
            _tell(change);
        else
            _left++;
    }

    private void Tell(GapEvent? gap)
    {
        if (gap is not null)
            _tell(gap);
    }
}
