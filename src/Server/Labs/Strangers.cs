using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Whether a connection that was accepted is one that a stranger made: a program of nobody's that found the listener first.</summary>
internal static class Strangers
{
    /// <summary>True only where something shows it; behind an address translation the lesson's own connection has a foreign address too.</summary>
    /// <param name="lab">The lab, after a look at every host.</param>
    /// <param name="run">The run.</param>
    /// <param name="accepted">accept4, with the peer that it returned.</param>
    public static bool IsStranger(Lab lab, LabRun run, CallEvent accepted)
    {
        if (accepted.Remote is not { } peer || run.Sockets.ConnectedFrom(peer))
            return false;
        TcpEndpoint from = peer.Unmapped();
        SocketEvent[] theirs = [.. run.Rows.Where(r => r.Local.Unmapped() == from && r.Remote.Port == accepted.Local?.Port)];
        if (theirs.Any(r => r.Inode != 0))
            return theirs.Where(r => r.Inode != 0).All(r => !run.Sockets.IsOwn(r.Host!, r.Inode));
        // The run's own connection still waits in the queue, with its own address: the one that came out of it is another.
        if (
            accepted.Local is { } local
            && run.Rows.Any(r => r.Host == accepted.Host && r.Local.Port == local.Port && run.Sockets.ConnectedFrom(r.Remote) && !WasAccepted(run, r.Remote))
        )
        {
            return true;
        }
        // Nobody of the run has connected, nor is about to.
        return !run.Orders.Values.Any(o => o.Waits is not null) && !run.Sockets.Connected.Any() && lab.HostWith(peer) is null;
    }

    private static bool WasAccepted(LabRun run, TcpEndpoint peer) =>
        run.Log.Events.Any(e => e is CallEvent { Call: "accept4", Succeeded: true, Remote: { } remote } && remote.Unmapped() == peer.Unmapped());
}
