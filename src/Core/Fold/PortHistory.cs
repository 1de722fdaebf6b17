using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Names one socket of a port: a connection by its two ends, a socket without a peer by its inode (or its address, where that is not known).</summary>
internal readonly record struct PortKey(SocketPair Pair, ulong Inode)
{
    public static PortKey Of(SocketPair pair, ulong inode) => pair.Remote.Port == 0 && inode != 0 ? new(default, inode) : new(pair, 0);
}

/// <summary>What was seen of one socket of a port, by /proc and sock_diag alike.</summary>
internal sealed class PortTrack(SocketPair pair, ulong inode, uint uid)
{
    /// <param name="State">Null for not there.</param>
    /// <param name="Ends">When the timer that was read with it runs out; null for none.</param>
    private readonly record struct Sight(long T, TcpState? State, EventSource Source, long? Ends);

    private readonly List<Sight> _sights = [];

    public SocketPair Pair { get; } = pair;

    public ulong Inode { get; } = inode;

    public uint Uid { get; private set; } = uid;

    /// <summary>When it was first seen, and the last look before that; null for none.</summary>
    public (long? Before, long T) First { get; private set; } = (null, long.MaxValue);

    public void Add(RunEvent e, TcpState? from, TcpState? to, long? after, SocketTimer? timer, uint uid)
    {
        if (after is { } last && from != to)
        {
            // The change lies in (after, T]: what the same source said within is the reading that ended at T, not a moment of its own.
            _sights.RemoveAll(s => s.Source == e.Source && s.T > last);
            Insert(new(last, from, e.Source, null));
        }
        Insert(new(e.T, to, e.Source, to == TcpState.TimeWait && timer is { } t ? e.T + t.Left : null));
        if (to is not null && e.T < First.T)
            First = (after, e.T);
        if (to is not null)
            Uid = uid;
    }

    /// <summary>It surely was not there at that moment.</summary>
    public void Absent(long t) => Insert(new(t, null, EventSource.Call, null));

    /// <summary>What it was between two moments; null when it surely was not there.</summary>
    /// <param name="begin">Nanoseconds on the run's axis.</param>
    /// <param name="end">Not before <paramref name="begin"/>.</param>
    public (TcpState State, bool Sure)? Between(long begin, long end)
    {
        int first = _sights.FindLastIndex(s => s.T <= begin);
        Sight? later = first + 1 < _sights.Count ? _sights[first + 1] : null;
        if (first < 0)
            return later is { State: { } found } ? (found, false) : null;
        Sight before = _sights[first];
        for (int i = first + 1; i < _sights.Count; i++)
        {
            Sight next = _sights[i];
            if (!Alike(before.State, next.State))
                return (Worse(before.State, next.State), false);
            if (next.T >= end)
                break;
        }
        return before.State is not { } state ? null : (state, later is not null || before.Ends is not { } over || over > end);
    }

    /// <summary>What it was when last seen.</summary>
    public TcpState? Last => _sights.Count == 0 ? null : _sights[^1].State;

    private void Insert(Sight sight)
    {
        int at = _sights.FindLastIndex(s => s.T <= sight.T) + 1;
        _sights.Insert(at, sight);
    }

    // To the rule a socket is there or not, and listens or not. (TIME-WAIT matters only to SO_REUSEPORT of another user.)
    private static bool Alike(TcpState? a, TcpState? b) => a is null == b is null && a == TcpState.Listen == (b == TcpState.Listen);

    private static TcpState Worse(TcpState? a, TcpState? b) =>
        a == TcpState.Listen || b == TcpState.Listen ? TcpState.Listen : a ?? b ?? TcpState.Close;
}

/// <summary>Every socket that one host had on a port in the course of the log, as its kernel's tables told.</summary>
internal sealed class PortHistory
{
    private readonly Dictionary<PortKey, PortTrack> _tracks = [];

    public IEnumerable<PortTrack> Tracks => _tracks.Values;

    public static PortHistory Of(IEnumerable<RunEvent> log, string host, int port)
    {
        var history = new PortHistory();
        foreach (RunEvent e in log)
        {
            if (e is SocketEvent row && row.Host == host && row.Local.Port == port && !IsRequest(row))
                history.Track(new(row.Local, row.Remote), row.Inode, row.Uid).Add(row, row.From, row.To, row.After, row.Timer, row.Uid);
            // Of a trace only the end of a TIME-WAIT, which it tells to the microsecond: to it a socket that goes into TIME-WAIT is gone as well.
            else if (e is StateEvent { Source: EventSource.Diag } or StateEvent { Source: EventSource.Trace, From: TcpState.TimeWait, To: null } && e is StateEvent change && change.Host == host && change.Socket.Local.Port == port)
                history.Add(change);
        }
        history.KnowOwn(log, host);
        return history;
    }

    public PortTrack? Find(SocketPair pair) => _tracks.GetValueOrDefault(PortKey.Of(pair, 0));

    // A request that waits for its last ACK has no bind bucket of its own; it goes with its listener.
    private static bool IsRequest(SocketEvent row) => row is { Inode: 0, To: TcpState.SynRecv or TcpState.NewSynRecv or null } && row.From is null or TcpState.SynRecv or TcpState.NewSynRecv;

    private void Add(StateEvent change)
    {
        // A bound socket that connects keeps its inode and gets a peer: it is a connection from then on.
        if (change is { Inode: not 0, From: TcpState.BoundInactive or TcpState.Listen } && change.Socket.Remote.Port != 0
            && _tracks.TryGetValue(new(default, change.Inode), out PortTrack? bound))
            bound.Add(change, change.From, null, change.After, null, change.Uid);
        Track(change.Socket, change.Inode, change.Uid).Add(change, change.From, change.To, change.After, change.Timer, change.Uid);
    }

    // A socket of the run has no port before its bind and none after its close, whenever it was seen first and last.
    private void KnowOwn(IEnumerable<RunEvent> log, string host)
    {
        var own = new Dictionary<string, ulong>();
        foreach (CallEvent call in log.OfType<CallEvent>().Where(c => c.Host == host && c.Succeeded))
        {
            if (call is { Call: "socket", Inode: not 0 })
                own[call.Socket] = call.Inode;
            else if (call.Call is "bind" or "close" && own.TryGetValue(call.Socket, out ulong inode) && _tracks.TryGetValue(new(default, inode), out PortTrack? track))
                track.Absent(call.Call == "bind" ? call.T : call.T + call.Duration);
        }
    }

    private PortTrack Track(SocketPair pair, ulong inode, uint uid)
    {
        var key = PortKey.Of(pair, inode);
        return _tracks.TryGetValue(key, out PortTrack? track) ? track : _tracks[key] = new(pair, inode, uid);
    }
}
