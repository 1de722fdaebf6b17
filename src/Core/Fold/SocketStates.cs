using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The states of every socket as all sources together tell them: nothing twice, nothing left out, and where two cannot both be right, that.</summary>
internal sealed class SocketStates
{
    /// <summary>Nanoseconds after which a source would have told of a change, if its host has told of anything later.</summary>
    private const long Patience = 500_000_000;

    private readonly List<SocketLife> _lives = [];
    private readonly Dictionary<(string Host, Endpoint Local, Endpoint Remote), SocketLife> _connections = [];
    private readonly List<Disagreement> _contradictions = [];

    private SocketStates()
    {
    }

    public required IReadOnlyList<StateBand> Bands { get; init; }

    public required IReadOnlyList<TimeWaitBar> TimeWaits { get; init; }

    public required IReadOnlyList<Disagreement> Disagreements { get; init; }

    public static SocketStates Of(IReadOnlyList<RunEvent> log, IReadOnlyList<CallEvent> calls, RowOwners owners)
    {
        var fold = new SocketStates { Bands = [], TimeWaits = [], Disagreements = [] };
        foreach (StateSighting s in StateSighting.Of(log, owners))
            fold.Take(s);
        return new SocketStates
        {
            Bands = [.. fold._lives.SelectMany(l => l.Stays.Select(b => b.Band(l)))],
            TimeWaits = [.. fold._lives.SelectMany(l => l.Stays.Where(b => b.State == TcpState.TimeWait).Select(b => b.Bar(l, Destroying(calls, l, b)))).OrderBy(b => b.Begin)],
            Disagreements = [.. Settled(fold._contradictions, log)],
        };
    }

    private void Take(StateSighting s)
    {
        if (s.IsAlone)
        {
            SocketLife alone = AloneOf(s);
            if (!alone.Takes(s, _contradictions))
                New(s).Takes(s, _contradictions);
            return;
        }
        // A bound socket that connected: the same one by its inode.
        if (s is { From: TcpState.BoundInactive, Inode: not 0 } && _lives.FindLast(l => l.Host == s.Host && l.Inode == s.Inode) is { } bound)
        {
            bound.Replaced(s.T);
            if (s.To is null)
                return;
            s = s with { From = null };
        }
        (string, Endpoint, Endpoint) key = (s.Host, s.Local.Unmapped(), s.Remote.Unmapped());
        if (!_connections.TryGetValue(key, out SocketLife? life))
            _connections[key] = life = New(s);
        if (life.Takes(s, _contradictions))
            return;
        life.Replaced(s.T);
        (_connections[key] = New(s)).Takes(s, _contradictions);
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
        SocketLife? found = s.Inode != 0
            ? _lives.FindLast(l => l.Host == s.Host && l.Inode == s.Inode) ?? _lives.FindLast(l => Same(l) && l is { Inode: 0, IsOver: false })
            : _lives.FindLast(l => Same(l) && !l.IsOver) ?? (s.To is null ? _lives.FindLast(Same) : null);
        if (found is null)
            return New(s);
        if (found.Inode == 0)
            found.Inode = s.Inode;
        return found;
    }

    private static CallEvent? Destroying(IReadOnlyList<CallEvent> calls, SocketLife life, Stay wait) => calls.FirstOrDefault(c =>
        c is { Call: "SOCK_DESTROY", Succeeded: true } && c.Host == life.Host && c.Local?.Unmapped() == life.Local.Unmapped() && c.Remote?.Unmapped() == life.Remote.Unmapped()
        && c.T >= wait.Begin && !(c.T > wait.End));

    /// <summary>Without those that an event still on its way may explain, or one that was lost.</summary>
    private static IEnumerable<Disagreement> Settled(List<Disagreement> found, IReadOnlyList<RunEvent> log)
    {
        if (found.Count == 0)
            return [];
        var heard = new Heard(log);
        GapEvent[] gaps = [.. log.OfType<GapEvent>()];
        return found.Where(d => heard.From(d.Host) >= d.T + Patience && !Array.Exists(gaps, g => g.Concerns(d.Host, d.Source) || g.Concerns(d.Host, d.Other)));
    }
}
