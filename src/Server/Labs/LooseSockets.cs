using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// The last reading of each socket on the watched ports that no run has; times in nanoseconds of the lab's clock. Nothing of a run is decided by it.
/// </summary>
internal sealed class LooseSockets
{
    private readonly Dictionary<SocketIdentity, SocketEvent> _rows = [];

    public IReadOnlyCollection<SocketEvent> Rows => _rows.Values;

    /// <summary>Takes a reading.</summary>
    /// <returns>False where nothing is known of it after as before.</returns>
    public bool Update(SocketEvent row)
    {
        if (row.To is null)
            return _rows.Remove(row.Identity);
        if (_rows.Count >= LabLimits.Sockets && !_rows.ContainsKey(row.Identity))
            return false;
        _rows[row.Identity] = row;
        return true;
    }

    public bool Remove(SocketIdentity socket) => _rows.Remove(socket);

    public void RemoveHost(string host)
    {
        foreach (SocketIdentity socket in _rows.Keys.Where(k => k.Host == host).ToArray())
            _rows.Remove(socket);
    }

    public void Clear() => _rows.Clear();
}
