using System.Collections.Concurrent;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>This agent's open lesson sockets by inode, for the watcher: which rows are its own, and what listen() was told.</summary>
internal sealed class OwnSockets
{
    private readonly ConcurrentDictionary<ulong, int?> _backlogs = new();

    public void Add(ulong inode) => _backlogs.TryAdd(inode, null);

    public void Remove(ulong inode) => _backlogs.TryRemove(inode, out _);

    public void SetBacklog(ulong inode, int? backlog) => _backlogs[inode] = backlog;

    public bool Has(ulong inode) => _backlogs.ContainsKey(inode);

    public int? Backlog(ulong inode) => _backlogs.GetValueOrDefault(inode);
}
