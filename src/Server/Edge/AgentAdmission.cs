using System.Net;
using Microsoft.Net.Http.Headers;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.LocalHosts;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// Which connections may bring an agent: the dashboard's own hosts come through its private socket, others only when it has none, and with their role's key.
/// </summary>
internal sealed class AgentAdmission(LocalHostsStatus hosts, AgentKeys keys)
{
    /// <param name="http">The request that opened the connection.</param>
    /// <param name="role">Which host the agent says it is.</param>
    /// <returns>Why not; null when it may.</returns>
    public Message? Refusal(HttpContext? http, string? role)
    {
        if (http?.Connection.LocalIpAddress is null || http.Connection.LocalIpAddress.Equals(IPAddress.None))
            return null;
        if (hosts.Mode != HostsMode.Remote)
            return Message.Of("join.own-hosts");
        // The lab says which roles there are.
        if (role is null || !keys.Has(role))
            return null;
        string authorization = http.Request.Headers[HeaderNames.Authorization].ToString();
        if (!authorization.StartsWith(HubPaths.KeyScheme, StringComparison.Ordinal))
            return new Message("join.no-key");
        return keys.Fits(role, authorization[HubPaths.KeyScheme.Length..]) ? null : Message.Of("join.wrong-key", ("role", role));
    }
}
