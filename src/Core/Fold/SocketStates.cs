using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The states of sockets as all sources together tell them: nothing twice, nothing left out, and where two cannot both be right, that.</summary>
internal sealed class SocketStates
{
    private readonly List<SocketLife> _lives = [];
    private readonly Dictionary<(string Host, TcpEndpoint Local, TcpEndpoint Remote), SocketLife> _connections = [];
    private readonly List<SocketLife> _beside = [];
    private readonly List<Disagreement> _contradictions = [];
    private readonly Dictionary<string, StateSighting> _last = [];
    private int _taken;

    /// <summary>Each socket from its coming to its going, in the order in which they were first seen.</summary>
    public IReadOnlyList<SocketLife> Lives => _lives;

    /// <summary>Those of them that began to connect while another had the same two ends.</summary>
    public IReadOnlyList<SocketLife> Beside => _beside;

    /// <summary>What two sources cannot both be right about, unless an event still on its way explains it.</summary>
    public IReadOnlyList<Disagreement> Contradictions => _contradictions;

    /// <param name="sightings">Of one pair of ends, or of the sockets without a peer on one port of a host; in any order.</param>
    /// <param name="before">What the first of them came to: it is gone on from, unless what came since is of an earlier time. Null for nothing.</param>
    public static SocketStates Fold(AppendList<StateSighting> sightings, SocketStates? before = null)
    {
        SocketStates states = before is not null && sightings.From(before._taken).All(before.IsLater) ? before.Copy() : new();
        foreach (StateSighting s in sightings.From(states._taken).Order(StateSighting.InTime))
        {
            states.Add(s);
            states._last[s.Host] = s;
        }
        states._taken = sightings.Count;
        return states;
    }

    // Of a host that told of none before it is the first socket, whose place among the others is that of its first sighting.
    private bool IsLater(StateSighting s) =>
        _last.TryGetValue(s.Host, out StateSighting? last)
            ? StateSighting.InTime.Compare(last, s) < 0
            : _last.Values.All(l => StateSighting.InTime.Compare(l, s) < 0);

    private SocketStates Copy()
    {
        var copy = new SocketStates { _taken = _taken };
        var copies = new Dictionary<SocketLife, SocketLife>(_lives.Count);
        foreach (SocketLife life in _lives)
            copy._lives.Add(copies[life] = life.Copy());
        foreach ((var key, SocketLife life) in _connections)
            copy._connections[key] = copies[life];
        copy._beside.AddRange(_beside.Select(b => copies[b]));
        copy._contradictions.AddRange(_contradictions);
        foreach ((string host, StateSighting last) in _last)
            copy._last[host] = last;
        return copy;
    }

    private void Add(StateSighting s)
    {
        if (s.GoesToConnect)
        {
            // The same one by its inode.
            _lives.FindLast(l => l.Inode == s.Inode)?.GoesOnElsewhere(s.T);
            return;
        }
        if (s.IsAlone)
        {
            SocketLife alone = AloneOf(s);
            if (!alone.TryTake(s, _contradictions))
                New(s).TryTake(s, _contradictions);
            return;
        }
        (string, TcpEndpoint, TcpEndpoint) key = (s.Host, s.Local.Unmapped(), s.Remote.Unmapped());
        if (!_connections.TryGetValue(key, out SocketLife? life))
            _connections[key] = life = New(s);
        if (s.Inode != 0 && _beside.Find(b => b.Inode == s.Inode && b.Host == s.Host && !b.IsOver) is { } beside)
        {
            _ = beside.TryTake(s, _contradictions);
            return;
        }
        if (life.IsBesideOf(s))
        {
            SocketLife other = New(s);
            _beside.Add(other);
            _ = other.TryTake(s, _contradictions);
            return;
        }
        if (life.IsEndOfAnother(s) || life.TryTake(s, _contradictions))
            return;
        life.TakenOver(s);
        (_connections[key] = New(s)).TryTake(s, _contradictions);
    }

    private SocketLife New(StateSighting s)
    {
        var life = new SocketLife(s.Host, s.Local, s.Remote, s.IsAlone ? s.Inode : 0);
        _lives.Add(life);
        return life;
    }

    // Listeners may share an address, and only the inode tells them apart; a trace does not know it.
    private SocketLife AloneOf(StateSighting s)
    {
        bool Same(SocketLife l) => l.Host == s.Host && l.Remote.Port == 0 && l.Local.Unmapped() == s.Local.Unmapped();
        SocketLife? found =
            s.Inode != 0
                ? _lives.FindLast(l => l.Host == s.Host && l.Inode == s.Inode) ?? _lives.FindLast(l => Same(l) && l is { Inode: 0, IsOver: false })
                : _lives.FindLast(l => Same(l) && !l.IsOver) ?? (s.To is null ? _lives.FindLast(Same) : null);
        if (found is null)
            return New(s);
        if (found.Inode == 0)
            found.Inode = s.Inode;
        return found;
    }
}
