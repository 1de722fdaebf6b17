using System.Collections.Concurrent;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// The sockets of runs that this agent and the processes it started hold, by inode, for the watcher: which rows are its own, and what listen() was told.
/// </summary>
internal sealed class OwnSockets
{
    private readonly record struct Held(int Holders, int? Backlog);

    private readonly ConcurrentDictionary<ulong, Held> _sockets = new();

    /// <summary>One more holds it.</summary>
    public void Add(ulong inode) => _sockets.AddOrUpdate(inode, new Held(1, null), (_, held) => held with { Holders = held.Holders + 1 });

    /// <summary>One less holds it.</summary>
    public void Remove(ulong inode)
    {
        while (_sockets.TryGetValue(inode, out Held held))
        {
            if (held.Holders > 1 ? _sockets.TryUpdate(inode, held with { Holders = held.Holders - 1 }, held) : _sockets.TryRemove(new(inode, held)))
                return;
        }
    }

    public void SetBacklog(ulong inode, int? backlog) => _sockets.AddOrUpdate(inode, new Held(1, backlog), (_, held) => held with { Backlog = backlog });

    public bool Has(ulong inode) => _sockets.ContainsKey(inode);

    public int? Backlog(ulong inode) => _sockets.TryGetValue(inode, out Held held) ? held.Backlog : null;
}
