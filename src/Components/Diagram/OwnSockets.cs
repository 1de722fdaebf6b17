using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>The connections that calls of the run made, by their ends: everything else on its ports is somebody else's.</summary>
internal sealed class OwnSockets
{
    private readonly HashSet<(TcpEndpoint, TcpEndpoint)> _connections;

    private OwnSockets(HashSet<(TcpEndpoint, TcpEndpoint)> connections) => _connections = connections;

    public static OwnSockets Of(Timeline timeline) =>
        new([
            .. timeline
                .Whole.Calls.Select(c => c.Event)
                .Where(e => e is { Local: not null, Remote: not null })
                .SelectMany(e => Both(e.Local!.Value, e.Remote!.Value)),
        ]);

    /// <summary>True for a connection of the run's, and for a socket without a peer.</summary>
    public bool Has(StateBand band) => band.Remote.Port == 0 || _connections.Contains((band.Local, band.Remote));

    /// <summary>True for a segment of one; and for one of which the ends are not known.</summary>
    public bool Has(Arrow arrow) => arrow is not { Origin: { } from, Target: { } to } || _connections.Contains((from, to));

    private static IEnumerable<(TcpEndpoint, TcpEndpoint)> Both(TcpEndpoint local, TcpEndpoint remote) => [(local, remote), (remote, local)];
}
