using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Whose socket a row is. Hosts that share one network namespace (loopback) read the same tables, so both report every row;
/// it belongs to the host that has the row's own address, a wildcard one to the host on whose port it is.
/// </summary>
internal sealed class RowOwners(RunHeader header)
{
    /// <summary>False for the other host's copy of a row.</summary>
    public bool IsOwn(SocketEvent e) => IsOwn(e.Host, e.Local);

    /// <summary>The same of any socket that <paramref name="host"/> told of, by its own end.</summary>
    public bool IsOwn(string? host, Endpoint local)
    {
        if (!header.OneNamespace)
            return true;
        string text = local.Unmapped().Address.ToString();
        HostFacts? byAddress = header.Hosts.FirstOrDefault(h => h.Address == text);
        string owner = byAddress?.Name ?? (local.Port == header.Options.Port ? HubRoutes.Server : HubRoutes.Client);
        return owner == host;
    }
}
