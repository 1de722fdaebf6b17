using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Tests;

/// <summary>Writes what the sources say of sockets. Times are milliseconds on the run's axis.</summary>
/// <param name="shared">Whether both hosts share one network namespace.</param>
internal sealed class StateLog(bool shared = false)
{
    public static readonly SocketPair Waiting = new(RunScript.ServerEnd, RunScript.ClientEnd),
        Client = new(RunScript.ClientEnd, RunScript.ServerEnd),
        Listener = new(RunScript.Any, RunScript.Nobody);

    private readonly List<RunEvent> _events = [];
    private readonly RunScript _script = new() { Shared = shared };

    public IReadOnlyList<RunEvent> Events => _events;

    public Timeline Fold() => Timeline.Fold(_script.Header, _events);

    public IReadOnlyList<StateBand> Bands(string host = "server") => [.. Fold().Bands.Where(b => b.Host == host)];

    /// <summary>A reading of the table: the row was in a state at a moment in (after, t].</summary>
    public StateLog Proc(
        double after,
        double t,
        SocketPair socket,
        TcpState? from,
        TcpState? to,
        double? timer = null,
        ulong inode = 0,
        string host = "server"
    ) =>
        Add(
            new SocketEvent
            {
                Host = host,
                Source = EvidenceSource.Proc,
                T = Ns(t),
                After = Ns(after),
                Local = socket.Local,
                Remote = socket.Remote,
                From = from,
                To = to,
                Inode = inode,
                Raw = null,
                Timer = timer is { } s ? new SocketTimer(TimerKind.TimeWait, Ns(s * 1000)) : null,
            }
        );

    public StateLog Diag(
        double? after,
        double t,
        SocketPair socket,
        TcpState? from,
        TcpState? to,
        double? timer = null,
        ulong inode = 0,
        string host = "server"
    ) => State(EvidenceSource.Diag, after, t, socket, from, to, timer, inode, host);

    /// <summary>The change itself.</summary>
    public StateLog Trace(double t, SocketPair socket, TcpState? from, TcpState? to, double? timer = null, string host = "server") =>
        State(EvidenceSource.Trace, null, t, socket, from, to, timer, 0, host);

    public StateLog Add(RunEvent e)
    {
        _events.Add(e with { Seq = _events.Count + 1 });
        return this;
    }

    public static long Ns(double ms) => (long)Math.Round(ms * 1e6);

    private StateLog State(string source, double? after, double t, SocketPair socket, TcpState? from, TcpState? to, double? timer, ulong inode, string host) =>
        Add(
            new StateEvent
            {
                Host = host,
                Source = source,
                T = Ns(t),
                After = after is { } a ? Ns(a) : null,
                Socket = socket,
                From = from,
                To = to,
                Inode = inode,
                Timer = timer is { } s ? new SocketTimer(TimerKind.TimeWait, Ns(s * 1000)) : null,
            }
        );
}
