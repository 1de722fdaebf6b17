using System.Net;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Which host of a run has an address, and so whose a socket, a row or a segment is.</summary>
internal sealed class HostAddresses
{
    private readonly RunHeader _header;
    private readonly Dictionary<TcpEndpoint, string?> _hosts = [];
    private readonly Dictionary<int, string> _ports = [];

    public HostAddresses(RunHeader header)
    {
        _header = header;
        foreach (HostFacts host in header.Hosts)
        {
            foreach (string? text in (string?[])[host.Address, host.SecondAddress, host.V6Address])
            {
                if (!IPAddress.TryParse(text, out IPAddress? address))
                    continue;
                TcpEndpoint key = TcpEndpoint.Of(address, 0).Unmapped();
                _hosts[key] = _hosts.TryGetValue(key, out string? other) && other != host.Name ? null : host.Name;
            }
        }
        foreach ((string id, int port) in header.Ports)
        {
            _ports[port] =
                header.Script.Ports.FirstOrDefault(p => p.Id == id)?.Host is { } of && header.Host(of) is not null ? of
                : header.Hosts.Count > 0 ? header.Hosts[^1].Name
                : "";
        }
    }

    /// <summary>The one host that has the address; null where none has it, or more than one.</summary>
    public string? HostOf(TcpEndpoint end) => _hosts.GetValueOrDefault(Address(end));

    /// <summary>True for an address of any host of the run.</summary>
    public bool IsKnown(TcpEndpoint end) => _hosts.ContainsKey(Address(end));

    /// <summary>An address that a host has for itself alone: 127.0.0.0/8 and ::1.</summary>
    public static bool IsLoopback(TcpEndpoint end) => end.Unmapped() is var plain && (plain.IsV6 ? plain.Bits == UInt128.One : plain.Bits >> 24 == 127);

    /// <summary>
    /// Whose a socket is by its ends where all hosts share one network namespace, so that each reads and captures the others' as well: the host's that has the
    /// address, else the one's whose port it is,
    /// else another's than the one at whose port the peer is.
    /// </summary>
    public string OwnerOf(TcpEndpoint own, TcpEndpoint peer)
    {
        if (HostOf(own) is { } byAddress)
            return byAddress;
        if (_ports.TryGetValue(own.Port, out string? byPort))
            return byPort;
        string other = _ports.GetValueOrDefault(peer.Port) ?? _ports.GetValueOrDefault(_header.MainPort, "");
        return _header.Hosts.FirstOrDefault(h => h.Name != other)?.Name ?? other;
    }

    /// <summary>False for another host's copy of a row.</summary>
    public bool IsOwn(string host, TcpEndpoint local, TcpEndpoint remote) => !_header.OneNamespace || OwnerOf(local, remote) == host;

    /// <summary>
    /// The address from which the kernel reaches another, where nobody bound one: the same for the host's own, else the first of that family.
    /// </summary>
    /// <param name="host">The host that connects.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="port">The local port.</param>
    public TcpEndpoint? SourceFor(string host, TcpEndpoint remote, int port)
    {
        TcpEndpoint to = remote.Unmapped();
        if (IsLoopback(to) && HostOf(to) is null || HostOf(to) == host)
            return to.WithPort((ushort)port);
        string? text = _header.Host(host) is { } facts
            ? to.IsV6
                ? facts.V6Address
                : facts.Address
            : null;
        return IPAddress.TryParse(text, out IPAddress? address) ? TcpEndpoint.Of(address, port).Unmapped() : null;
    }

    private static TcpEndpoint Address(TcpEndpoint end) => end.Unmapped().WithPort(0);
}
