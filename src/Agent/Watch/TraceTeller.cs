using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Turns what the tracepoints told into changes of state. The kernel tells of three things at a moment when it cannot name them fully; these wait for the
/// record that does:
/// a connecting socket has no port yet, an accepted one has no peer yet, and a TIME-WAIT minisock starts its timer just before its full socket goes. No I/O, no
/// clock.
/// </summary>
/// <param name="tell">Takes the events.</param>
/// <param name="hz">Ticks a second of the kernel's timers.</param>
internal sealed class TraceTeller(Action<StateEvent> tell, int hz)
{
    /// <summary>Sockets known at once; beyond, all are forgotten, and the next record of each is taken as its first.</summary>
    public const int MaxSockets = 16_384;

    /// <summary>Records that are waited for at once.</summary>
    public const int MaxAwaited = 64;

    /// <summary>A timer that is set anew is cancelled and started in one go; so long after a cancellation no start will come.</summary>
    public const long RestartWithin = 1_000_000;

    /// <summary>The record that explains another comes at once, or sock_diag does; so long after it, it was missed, and is not waited for any longer.</summary>
    public const long ExpectWithin = 1_000_000_000;

    /// <param name="Pair">Its ends.</param>
    /// <param name="Taken">Whether it is this agent's to tell.</param>
    /// <param name="Waits">A change that could not be told yet.</param>
    private readonly record struct Full(SocketPair Pair, bool Taken, TraceRecord? Waits);

    /// <param name="Pair">Its ends.</param>
    /// <param name="State">As told last.</param>
    /// <param name="Cancelled">Its timer was cancelled.</param>
    /// <param name="Started">Its start, while its full socket is still there.</param>
    private readonly record struct Mini(SocketPair Pair, TcpState State, TraceRecord? Cancelled, TraceRecord? Started);

    private readonly Dictionary<ulong, Full> _full = [];
    private readonly Dictionary<ulong, Mini> _mini = [];
    private readonly Dictionary<SocketPair, ulong> _replaces = [];
    private readonly HashSet<ulong> _expecting = [],
        _cancelled = [];
    private RowFilter _filter = new([], null, _ => false);

    /// <summary>True when a record that explains another may be just coming.</summary>
    public bool Expects => _expecting.Count + _cancelled.Count > 0;

    /// <summary>True when one is, and not so many that some always are: in a flood nobody waits for them.</summary>
    public bool Awaits => _expecting.Count + _cancelled.Count is > 0 and <= MaxAwaited;

    /// <summary>Sockets that connect since before <paramref name="since"/> and whose port is still not known: address by inode. Null for none.</summary>
    public Dictionary<ulong, ulong>? Connecting(long since)
    {
        Dictionary<ulong, ulong>? all = null;
        foreach (ulong address in _expecting)
        {
            if (_full[address].Waits is { New: TcpState.SynSent, Inode: not 0 } waits && waits.Time < since)
                (all ??= [])[waits.Inode] = address;
        }
        return all;
    }

    /// <summary>Tells of what the filter takes from now on.</summary>
    public void Watch(RowFilter filter)
    {
        _filter = filter;
        Forget();
    }

    /// <summary>Forgets every socket: records were lost. What waited is told as far as it is known.</summary>
    public void Forget()
    {
        foreach (Full socket in _full.Values)
        {
            if (socket is { Taken: true, Waits: { } waits, Pair: var pair } && !Born(waits))
                TellFull(waits, pair, waits.Old);
        }
        foreach (ulong address in _replaces.Values)
        {
            if (_mini.TryGetValue(address, out Mini mini) && mini.Started is { } started)
                TellMini(started, mini.Pair, null, started.New);
        }
        foreach (ulong address in _cancelled)
        {
            if (_mini.TryGetValue(address, out Mini mini) && mini.Cancelled is { } cancelled)
                TellMini(cancelled, mini.Pair, cancelled.New, null);
        }
        _full.Clear();
        _mini.Clear();
        _replaces.Clear();
        _expecting.Clear();
        _cancelled.Clear();
    }

    public void Follow(in TraceRecord record)
    {
        if (_full.Count >= MaxSockets || _mini.Count >= MaxSockets)
            Forget();
        switch (record.Kind)
        {
            case TraceKind.State:
                State(record);
                break;
            case TraceKind.TimerStart:
                Start(record);
                break;
            case TraceKind.TimerCancel:
                _mini[record.Address] = Followed(record) with { Cancelled = record };
                _cancelled.Add(record.Address);
                break;
            case TraceKind.TimerExpire:
                End(record);
                break;
            case TraceKind.Segment:
                Segment(record);
                break;
        }
    }

    /// <summary>The port of a socket that connects was found out otherwise.</summary>
    public void Place(ulong address, SocketPair pair)
    {
        if (_expecting.Remove(address) && _full.TryGetValue(address, out Full socket) && socket.Waits is { } waits)
        {
            bool taken = Takes(pair, waits.Inode);
            _full[address] = new Full(pair, taken, null);
            if (taken)
                TellFull(waits, pair, waits.Old);
        }
    }

    /// <summary>Ends the minisocks whose timer was cancelled and has not been started again, and expects no longer what has not come.</summary>
    /// <param name="now">Every record up to then has been taken.</param>
    public void Settle(long now)
    {
        if (!Expects)
            return;
        _expecting.RemoveWhere(address => now - _full[address].Waits!.Value.Time > ExpectWithin);
        foreach (ulong address in _cancelled.ToArray())
        {
            if (_mini[address].Cancelled is { } cancelled && now - cancelled.Time > RestartWithin)
                End(cancelled);
        }
    }

    private void State(in TraceRecord record)
    {
        SocketPair pair = record.Pair;
        if (Born(record) || record is { New: TcpState.SynSent, LocalPort: 0 })
        {
            _full[record.Address] = new Full(pair, Takes(pair, record.Inode), record);
            _expecting.Add(record.Address);
            return;
        }
        bool known = _full.TryGetValue(record.Address, out Full socket);
        // What ended the one that had the address was missed: this is another one.
        if (known && !(socket.Waits is { } first ? Explains(record, first) : socket.Pair == pair))
            known = false;
        _expecting.Remove(record.Address);
        if (known && socket.Waits is { } waits)
        {
            socket = new Full(pair, Takes(pair, waits.Inode), null);
            if (socket.Taken)
                TellFull(waits, pair, Born(waits) ? null : waits.Old);
        }
        else if (!known)
        {
            socket = new Full(pair, Takes(pair, record.Inode), null);
        }
        if (record.New != TcpState.Close)
        {
            _full[record.Address] = socket with { Pair = pair };
        }
        else
        {
            _full.Remove(record.Address);
            if (Replaced(record, pair))
                return;
        }
        if (socket.Taken)
            TellFull(record, pair, record.Old);
    }

    // The minisock that has just started its timer takes the place of the socket that goes.
    private bool Replaced(in TraceRecord record, SocketPair pair)
    {
        if (!_replaces.Remove(pair, out ulong address) || !_mini.TryGetValue(address, out Mini mini) || mini.Started is not { } started)
            return false;
        _mini[address] = mini with { Started = null };
        TellMini(started, pair, record.Old, started.New, record.Uid);
        return true;
    }

    private void Start(in TraceRecord record)
    {
        bool known = Known(record, out Mini mini);
        if (known && mini.Cancelled is { } cancelled && record.Time - cancelled.Time > RestartWithin)
        {
            End(cancelled);
            known = false;
        }
        _cancelled.Remove(record.Address);
        _mini[record.Address] = new Mini(record.Pair, record.New, null, known ? mini.Started : record);
        if (known)
            TellMini(record, record.Pair, mini.State, record.New);
        else
            _replaces[record.Pair] = record.Address;
    }

    private void Segment(in TraceRecord record)
    {
        Mini mini = Followed(record);
        if (mini.State == record.New)
            return;
        _mini[record.Address] = mini with { State = record.New };
        TellMini(record, mini.Pair, mini.State, record.New);
    }

    private void End(in TraceRecord record)
    {
        Mini mini = Followed(record);
        _cancelled.Remove(record.Address);
        Drop(record.Address, mini);
        TellMini(record, mini.Pair, record.New, null);
    }

    // A minisock that was there before the watch began is as its first record says.
    private Mini Followed(in TraceRecord record) => Known(record, out Mini mini) ? mini : new Mini(record.Pair, record.New, null, null);

    // The kernel gives the address of one that is gone to the next at once; the record is of another connection then, and the one before has ended.
    private bool Known(in TraceRecord record, out Mini mini)
    {
        if (!_mini.TryGetValue(record.Address, out mini))
            return false;
        if (mini.Pair == record.Pair)
            return true;
        if (mini.Cancelled is { } cancelled)
            End(cancelled);
        else
            Drop(record.Address, mini);
        return false;
    }

    // Its begin is told, where that waited; its end is the caller's to tell.
    private void Drop(ulong address, in Mini mini)
    {
        _mini.Remove(address);
        if (mini.Started is not { } started)
            return;
        _replaces.Remove(mini.Pair);
        TellMini(started, mini.Pair, null, started.New);
    }

    // inet_csk_clone_lock: the child is a copy of its listener until its own addresses are set.
    private static bool Born(in TraceRecord record) => record is { Old: TcpState.Listen, New: TcpState.SynRecv };

    // The one after it, or a later one of the same socket.
    private static bool Explains(in TraceRecord record, in TraceRecord waits) =>
        record.Old == waits.New || !Born(waits) && record.Old != TcpState.Close && record.Inode != 0 && record.Inode == waits.Inode;

    private bool Takes(SocketPair pair, ulong inode) => _filter.Takes(pair.Local, pair.Remote, inode);

    private void TellFull(in TraceRecord record, SocketPair pair, TcpState? from) =>
        tell(
            new StateEvent
            {
                T = record.Time,
                Source = EvidenceSource.Trace,
                Socket = pair,
                From = from,
                To = record.New,
                Uid = record.Uid,
                Inode = record.Inode,
            }
        );

    private void TellMini(in TraceRecord record, SocketPair pair, TcpState? from, TcpState? to, uint uid = 0)
    {
        if (!Takes(pair, inode: 0))
            return;
        tell(
            new StateEvent
            {
                T = record.Time,
                Source = EvidenceSource.Trace,
                Socket = pair,
                From = from,
                To = to,
                Uid = uid,
                Timer = to is null || hz == 0 ? null : new SocketTimer(TimerKind.TimeWait, Math.Max(0, record.Left) * (1_000_000_000 / hz)),
            }
        );
    }
}
