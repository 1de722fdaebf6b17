using System.Net;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>Which connections may bring an agent: the dashboard's own hosts come through its private socket, others only when it has none.</summary>
internal sealed class AgentAdmission(LocalHostsStatus hosts)
{
    /// <returns>Why not, in a sentence; null when it may.</returns>
    public string? Refusal(HttpContext? http)
    {
        bool own = http?.Connection.LocalIpAddress is null || http.Connection.LocalIpAddress.Equals(IPAddress.None);
        return own || hosts.Mode == HostsMode.Remote
            ? null
            : "This dashboard runs its own two hosts. Start it with --hosts none to let agents of other machines join.";
    }
}
