using System.Net;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>The option --rows: which of two agents in one network namespace tells of a row.</summary>
/// <param name="Address">Only rows with this local address.</param>
/// <param name="Any">Also rows with a wildcard local address that are not this agent's.</param>
internal sealed record RowsOption(IPAddress Address, bool Any);

/// <summary>Which rows are told.</summary>
/// <param name="ports">Local or remote port is one of these.</param>
/// <param name="rows">Null for every local address.</param>
/// <param name="isOwn">Whether an inode is of one of this agent's sockets.</param>
internal sealed class RowFilter(IReadOnlyList<int> ports, RowsOption? rows, Func<ulong, bool> isOwn)
{
    private readonly ushort[] _ports = [.. ports.Select(p => (ushort)p)];
    private readonly Endpoint? _address = rows is null ? null : Endpoint.Of(rows.Address, 0);
    private readonly bool _any = rows?.Any ?? true;

    public bool IsEmpty => _ports.Length == 0;

    public ReadOnlySpan<ushort> Ports => _ports;

    /// <summary>Whether one of the two is a watched port.</summary>
    public bool Watches(ushort local, ushort remote) => _ports.AsSpan().Contains(local) || _ports.AsSpan().Contains(remote);

    public bool Takes(in SocketRow row) => Takes(row.Local, row.Remote, row.Inode);

    public bool Takes(Endpoint local, Endpoint remote, ulong inode)
    {
        if (!Watches(local.Port, remote.Port))
            return false;
        if (_address is not { } address)
            return true;
        return local.IsWildcard ? _any || isOwn(inode) : local.Unmapped().SameAddress(address);
    }
}
