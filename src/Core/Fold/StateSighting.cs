using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What one source said of one socket: it was in a state, or gone, at a moment in (<paramref name="After"/>, <paramref name="T"/>].</summary>
/// <param name="From">The state that this source knew before; null for none.</param>
/// <param name="To">The state; null for gone.</param>
/// <param name="Exact">True when the change itself was told, at <paramref name="T"/>.</param>
internal sealed record StateSighting(
    string Host, EventSource Source, Endpoint Local, Endpoint Remote, ulong Inode, TcpState? From, TcpState? To, long T, long? After, bool Exact, SocketTimer? Timer, long Seq)
{
    /// <summary>A socket without a peer is bound or listens.</summary>
    public bool IsAlone => Remote.Port == 0;

    /// <summary>Every sighting of the hosts' own sockets, in the order of time; of one moment the exact ones first.</summary>
    public static IEnumerable<StateSighting> Of(IEnumerable<RunEvent> log, RowOwners owners)
    {
        var all = new List<StateSighting>();
        foreach (RunEvent e in log)
        {
            if (e is SocketEvent { Host: { } host } row && owners.IsOwn(host, row.Local))
                all.Add(new(host, row.Source, row.Local, row.Remote, row.Inode, Known(row.From), Known(row.To), row.T, row.After, false, row.Timer, row.Seq));
            else if (e is StateEvent { Host: { } other } state && owners.IsOwn(other, state.Socket.Local))
                all.Add(new(other, state.Source, state.Socket.Local, state.Socket.Remote, state.Inode, Parent(state) ? null : Known(state.From), Known(state.To), state.T, state.After,
                    state.Source == EventSource.Trace && state.After is null, state.Timer, state.Seq));
        }
        return all.OrderBy(s => s.T).ThenBy(s => !s.Exact).ThenBy(s => s.Seq);
    }

    /// <summary>CLOSE is no socket that any table shows; a request socket has the name of the child it becomes.</summary>
    private static TcpState? Known(TcpState? state) => state switch { TcpState.Close => null, TcpState.NewSynRecv => TcpState.SynRecv, _ => state };

    /// <summary>The child of a listener begins as its copy.</summary>
    private static bool Parent(StateEvent e) => e.From == TcpState.Listen && e.Socket.Remote.Port != 0;
}
