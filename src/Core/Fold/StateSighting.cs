using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What one source said of one socket: it was in a state, or gone, at a moment in (<paramref name="After"/>, <paramref name="T"/>].</summary>
/// <param name="Host">The host that told it.</param>
/// <param name="Source">The source, as in <see cref="EvidenceSource"/>.</param>
/// <param name="Local">The socket's own end.</param>
/// <param name="Remote">The peer; port 0 for none.</param>
/// <param name="Inode">0 where the source does not say.</param>
/// <param name="From">The state that this source knew before; null for none.</param>
/// <param name="To">The state; null for gone.</param>
/// <param name="T">When it was so, nanoseconds on the run's axis.</param>
/// <param name="After">The last moment at which it was not yet so; null where nobody looked before.</param>
/// <param name="Exact">True when the change itself was told, at <paramref name="T"/>.</param>
/// <param name="Timer">The timer at that moment; null for none.</param>
/// <param name="Seq">The event.</param>
internal sealed record StateSighting(
    string Host,
    string Source,
    TcpEndpoint Local,
    TcpEndpoint Remote,
    ulong Inode,
    TcpState? From,
    TcpState? To,
    long T,
    long? After,
    bool Exact,
    SocketTimer? Timer,
    long Seq
)
{
    /// <summary>A socket without a peer is bound or listens.</summary>
    public bool IsAlone => Remote.Port == 0;

    /// <summary>Of a socket that was bound: it has a peer from then on, and goes on as a connection.</summary>
    public bool GoesToConnect { get; init; }

    /// <summary>In the order of time; of one moment the exact ones first.</summary>
    public static IComparer<StateSighting> InTime { get; } = Comparer<StateSighting>.Create((a, b) => (a.T, !a.Exact, a.Seq).CompareTo((b.T, !b.Exact, b.Seq)));

    /// <summary>What an event says of a socket; null for one that is about none, or that no host told.</summary>
    public static StateSighting? In(RunEvent e) =>
        e switch
        {
            SocketEvent { Host: { } host } row => new(
                host,
                row.Source,
                row.Local,
                row.Remote,
                row.Inode,
                Known(row.From),
                Known(row.To),
                row.T,
                row.After,
                false,
                row.Timer,
                row.Seq
            ),
            StateEvent { Host: { } host } state => new(
                host,
                state.Source,
                state.Socket.Local,
                state.Socket.Remote,
                state.Inode,
                IsParents(state) ? null : Known(state.From),
                Known(state.To),
                state.T,
                state.After,
                state.Source == EvidenceSource.Trace && state.After is null,
                state.Timer,
                state.Seq
            ),
            _ => null,
        };

    /// <summary>That a socket without a peer went when its last descriptor was closed.</summary>
    /// <param name="host">The host that has it.</param>
    /// <param name="local">Where it was bound.</param>
    /// <param name="inode">Its inode.</param>
    /// <param name="begin">Just before the call.</param>
    /// <param name="end">When it had returned.</param>
    /// <param name="seq">The call.</param>
    public static StateSighting Closed(string host, TcpEndpoint local, ulong inode, long begin, long end, long seq) =>
        new(host, EvidenceSource.Call, local, default, inode, null, null, end, begin, false, null, seq);

    /// <summary>
    /// That a socket was in LISTEN while listen() asked for the port a second time, and was refused it (inet_csk_listen_start changes the state first).
    /// </summary>
    /// <param name="host">The host that has it.</param>
    /// <param name="local">Where it is bound.</param>
    /// <param name="inode">Its inode.</param>
    /// <param name="begin">Just before the call.</param>
    /// <param name="end">When it had returned.</param>
    /// <param name="seq">The call.</param>
    public static IEnumerable<StateSighting> ListenedInVain(string host, TcpEndpoint local, ulong inode, long begin, long end, long seq) =>
        [
            new(host, EvidenceSource.Inferred, local, default, inode, null, TcpState.Listen, end, begin, false, null, seq),
            new(host, EvidenceSource.Inferred, local, default, inode, TcpState.Listen, null, end, begin, false, null, seq),
        ];

    /// <summary>CLOSE is no socket that any table shows; a request socket has the name of the child it becomes.</summary>
    private static TcpState? Known(TcpState? state) =>
        state switch
        {
            TcpState.Close => null,
            TcpState.NewSynRecv => TcpState.SynRecv,
            _ => state,
        };

    /// <summary>The child of a listener begins as its copy.</summary>
    private static bool IsParents(StateEvent e) => e.From == TcpState.Listen && e.Socket.Remote.Port != 0;
}
