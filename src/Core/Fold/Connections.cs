using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One attempt to connect and what became of it, by the calls.</summary>
internal sealed class Connection(CallEvent connect, string peerHost)
{
    public CallEvent Connect { get; } = connect;

    public string ClientHost => Connect.Host ?? "";

    public string ServerHost { get; } = peerHost;

    public CallEvent? Accept { get; set; }

    /// <summary>The client's close or shutdown of its writing side.</summary>
    public CallEvent? ClientClose { get; set; }

    public CallEvent? ServerClose { get; set; }

    /// <summary>The client's reads that returned 0.</summary>
    public List<CallEvent> EndsRead { get; } = [];

    public Endpoint? ClientEnd => Connect.Local?.Unmapped();

    public Endpoint? ServerEnd => Connect.Remote?.Unmapped();

    /// <summary>True when the band is that of one of its ends on that host.</summary>
    public bool Has(StateBand band, string host)
    {
        if (band.Host != host || band.State == TcpState.Listen || ClientEnd is not { } client)
            return false;
        return client == (host == ClientHost ? band.Local : band.Remote).Unmapped();
    }
}

/// <summary>Follows the sockets' names through the calls.</summary>
internal static class Connections
{
    public static IReadOnlyList<Connection> Of(IReadOnlyList<CallEvent> calls)
    {
        var all = new List<Connection>();
        var ends = new Dictionary<(string Host, string Socket), Connection>();
        // A log is in the order of arrival; what is told of two hosts may have crossed.
        foreach (CallEvent call in calls.OrderBy(c => c.T).ThenBy(c => c.Seq))
        {
            if (call.Host is not { } host)
                continue;
            switch (call.Call)
            {
                case "connect":
                    var connection = new Connection(call, host == Wire.HubRoutes.Client ? Wire.HubRoutes.Server : Wire.HubRoutes.Client);
                    all.Add(connection);
                    if (call.Succeeded)
                        ends[(host, call.Socket)] = connection;
                    break;
                case "close" or "shutdown" when call.Succeeded && ends.TryGetValue((host, call.Socket), out Connection? closing):
                    if (call.Call == "shutdown" && call.Args.EndsWith("SHUT_RD", StringComparison.Ordinal))
                        break;
                    if (host == closing.ClientHost)
                        closing.ClientClose ??= call;
                    else
                        closing.ServerClose ??= call;
                    break;
                case "read" when call is { Succeeded: true, Result: 0 } && ends.TryGetValue((host, call.Socket), out Connection? ended):
                    ended.EndsRead.Add(call);
                    break;
                case "accept4" when call is { Succeeded: true, Accepted: { } accepted }:
                    if (AcceptedOf(all, call) is { } found)
                    {
                        found.Accept = call;
                        ends[(host, accepted)] = found;
                    }
                    break;
            }
        }
        return all;
    }

    private static Connection? AcceptedOf(List<Connection> all, CallEvent accept) =>
        all.Find(c => c.Accept is null && c.Connect.Succeeded && c.ServerHost == accept.Host && accept.Remote is { } peer && c.ClientEnd == peer.Unmapped())
        ?? all.Find(c => c.Accept is null && c.Connect.Succeeded && c.ServerHost == accept.Host);
}
