using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Names one socket of a port: a connection by its two ends, a socket without a peer by its inode (or its address, where that is not known).</summary>
internal readonly record struct PortKey(SocketPair Pair, ulong Inode)
{
    public static PortKey Of(SocketPair pair, ulong inode) => pair.Remote.Port == 0 && inode != 0 ? new(default, inode) : new(pair, 0);
}

/// <summary>What one source said of a socket at a moment.</summary>
/// <param name="T">Nanoseconds on the run's axis.</param>
/// <param name="State">Null for not there.</param>
/// <param name="Source">Who said it.</param>
/// <param name="Ends">When the timer that was read with it ends the socket; null for none.</param>
/// <param name="Inode">0 for none, or not told.</param>
/// <param name="Uid">The owner as the kernel's tables have it: the one that it compares.</param>
internal readonly record struct PortSight(long T, TcpState? State, string Source, long? Ends, ulong Inode, uint Uid);

/// <summary>What was seen of one socket of a port, by /proc and sock_diag alike.</summary>
internal sealed class PortTrack(SocketPair pair, ulong inode)
{
    private readonly List<PortSight> _sights = [];

    public SocketPair Pair { get; } = pair;

    public ulong Inode { get; private set; } = inode;

    /// <summary>IPV6_V6ONLY where sock_diag told it.</summary>
    public bool? V6Only { get; private set; }

    /// <summary>True for a socket without a peer.</summary>
    public bool IsAlone => Pair.Remote.Port == 0;

    /// <summary>True while the history has it among those that have gone.</summary>
    public bool IsGone { get; set; }

    /// <summary>
    /// What the kernel's answers to calls have proved of it, by their place in the log: only of a socket that nobody owns, which can change no more.
    /// </summary>
    public List<(long Seq, bool? ReuseAddr, bool? ReusePort)> Proved { get; } = [];

    /// <summary>When it was first seen, and the last look before that; null for none.</summary>
    public (long? Before, long T) First { get; private set; } = (null, long.MaxValue);

    /// <summary>What it was when last seen.</summary>
    public TcpState? Last => _sights.Count == 0 ? null : _sights[^1].State;

    /// <summary>When it was last seen; when it was seen to be gone, where it is.</summary>
    public long LastAt => _sights.Count == 0 ? long.MinValue : _sights[^1].T;

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    public PortTrack Copy()
    {
        var copy = new PortTrack(Pair, Inode)
        {
            V6Only = V6Only,
            IsGone = IsGone,
            First = First,
        };
        copy._sights.AddRange(_sights);
        copy.Proved.AddRange(Proved);
        return copy;
    }

    /// <summary>From when to when it was there: surely, or at most. Null as the end while it may be there.</summary>
    public (long From, long? Until) Life(bool surely)
    {
        int last = _sights.FindLastIndex(s => s.State is not null);
        bool over = last >= 0 && last + 1 < _sights.Count;
        return surely ? (First.T, over ? _sights[last].T : null) : (First.Before ?? First.T, over ? _sights[last + 1].T : null);
    }

    /// <summary>Takes a reading.</summary>
    /// <returns>The moment from which what is known of it has changed.</returns>
    public long Add(PortReading e)
    {
        long since = e.After ?? (_sights.Count == 0 ? long.MinValue : Math.Min(e.T, _sights[^1].T));
        if (e.After is { } last && e.From != e.To)
        {
            // The change lies in (After, T]: what the same source said within is the reading that ended at T, not a moment of its own.
            for (int i = _sights.Count - 1; i >= 0 && _sights[i].T > last; i--)
            {
                if (_sights[i].Source == e.Source)
                    _sights.RemoveAt(i);
            }
            Insert(new(last, e.From, e.Source, null, e.Inode, e.Uid));
        }
        Insert(new(e.T, e.To, e.Source, e.To is not null && e.Timer is { } timer && EndsIt(timer, e) ? e.T + timer.Left : null, e.Inode, e.Uid));
        if (e.To is not null && e.T < First.T)
            First = (e.After, e.T);
        if (e.Inode != 0)
            Inode = e.Inode;
        V6Only ??= e.V6Only;
        return since;
    }

    /// <summary>It surely was not there at that moment.</summary>
    public void Absent(long t) => Insert(new(t, null, EvidenceSource.Call, null, 0, 0));

    /// <summary>What it was between two moments; null when it surely was not there.</summary>
    /// <param name="begin">Nanoseconds on the run's axis.</param>
    /// <param name="end">Not before <paramref name="begin"/>.</param>
    public (TcpState State, bool Sure, PortSight Sight)? Between(long begin, long end)
    {
        int first = _sights.FindLastIndex(s => s.T <= begin);
        PortSight? later = first + 1 < _sights.Count ? _sights[first + 1] : null;
        if (first < 0)
            return later is { State: { } found } seen ? (found, false, seen) : null;
        PortSight before = _sights[first];
        for (int i = first + 1; i < _sights.Count; i++)
        {
            PortSight next = _sights[i];
            if (!Alike(before.State, next.State))
                return (Worse(before.State, next.State), false, before.State is null ? next : before);
            if (next.T >= end)
                break;
        }
        return before.State is not { } state ? null : (state, later is not null || before.Ends is not { } over || over > end, before);
    }

    private void Insert(PortSight sight)
    {
        int at = _sights.Count;
        while (at > 0 && _sights[at - 1].T > sight.T)
            at--;
        // A timer is read again and again: of a state that goes on the first reading and the last are enough.
        if (at == _sights.Count && at >= 2 && Same(_sights[at - 1], sight) && Same(_sights[at - 2], sight))
            _sights[at - 1] = sight;
        else
            _sights.Insert(at, sight);
    }

    private static bool Same(PortSight a, PortSight b) => (a.State, a.Source, a.Inode, a.Uid) == (b.State, b.Source, b.Inode, b.Uid);

    private static bool EndsIt(SocketTimer timer, PortReading e) =>
        e.To == TcpState.TimeWait || timer.Kind == TimerKind.TimeWait || timer.Kind == TimerKind.Keepalive && e is { To: TcpState.FinWait2, Inode: 0 };

    // To the rule a socket is there or not, and listens or not. (TIME-WAIT matters only to SO_REUSEPORT of another user.)
    private static bool Alike(TcpState? a, TcpState? b) => a is null == b is null && a == TcpState.Listen == (b == TcpState.Listen);

    private static TcpState Worse(TcpState? a, TcpState? b) => a == TcpState.Listen || b == TcpState.Listen ? TcpState.Listen : a ?? b ?? TcpState.Close;
}

/// <summary>A row of a table, or what sock_diag or a trace said, as the history takes it.</summary>
internal readonly record struct PortReading(
    SocketPair Pair,
    TcpState? From,
    TcpState? To,
    long T,
    long? After,
    string Source,
    SocketTimer? Timer,
    ulong Inode,
    uint Uid,
    bool? V6Only
);
