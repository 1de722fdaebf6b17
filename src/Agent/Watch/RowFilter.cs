using System.Net;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>The option --rows: which of two agents in one network namespace tells of a row.</summary>
/// <param name="Addresses">Only rows with one of these as local address; 1 to <see cref="MaxAddresses"/>, IPv4 or IPv6.</param>
/// <param name="Any">Also rows with a wildcard local address that are not this agent's.</param>
internal sealed record RowsOption(IReadOnlyList<IPAddress> Addresses, bool Any)
{
    public const int MaxAddresses = 16;

    /// <summary>Their form in rows and segments, without a port.</summary>
    public TcpEndpoint[] Endpoints { get; } = [.. Addresses.Select(a => TcpEndpoint.Of(a, 0).Unmapped())];

    /// <summary>Whether the address is one of them.</summary>
    public bool Has(TcpEndpoint address)
    {
        TcpEndpoint plain = address.Unmapped();
        foreach (TcpEndpoint own in Endpoints)
        {
            if (own.SameAddress(plain))
                return true;
        }
        return false;
    }
}

/// <summary>Which rows are told.</summary>
/// <param name="ports">Local or remote port is one of these.</param>
/// <param name="rows">Null for every local address.</param>
/// <param name="isOwn">Whether an inode is of one of this agent's sockets.</param>
internal sealed class RowFilter(IReadOnlyList<int> ports, RowsOption? rows, Func<ulong, bool> isOwn)
{
    private readonly ushort[] _ports = [.. ports.Select(p => (ushort)p)];
    public bool IsEmpty => _ports.Length == 0;

    public ReadOnlySpan<ushort> Ports => _ports;

    /// <summary>Whether one of the two is a watched port.</summary>
    public bool Watches(ushort local, ushort remote) => _ports.AsSpan().Contains(local) || _ports.AsSpan().Contains(remote);

    public bool Takes(in SocketRow row) => Takes(row.Local, row.Remote, row.Inode);

    public bool Takes(TcpEndpoint local, TcpEndpoint remote, ulong inode)
    {
        if (!Watches(local.Port, remote.Port))
            return false;
        return rows is null || (local.IsWildcard ? rows.Any || isOwn(inode) : rows.Has(local));
    }
}
