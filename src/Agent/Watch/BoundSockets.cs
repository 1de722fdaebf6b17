using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Sockets with a port and no peer, told by cookie: those bound and not listening, which no other source has, and listeners, to say what a bound one became.
/// </summary>
/// <param name="diag">Who is asked.</param>
/// <param name="tell">Takes the events.</param>
/// <param name="awaitNotices">Takes the notices that are just coming; they call <see cref="Forget"/>.</param>
internal sealed class BoundSockets(SockDiag diag, Action<RunEvent> tell, Action awaitNotices)
{
    public const int MaxSockets = 4096;

    private static readonly uint Looked = SockDiag.States(TcpState.Listen, TcpState.BoundInactive),
        Others = ~(Looked | SockDiag.States(TcpState.TimeWait));

    /// <param name="Socket">As it was seen last.</param>
    /// <param name="Seen">When that was asked: it held then or later.</param>
    public readonly record struct Known(DiagSocket Socket, long Seen);

    private readonly Dictionary<ulong, Known> _known = [];
    private readonly List<DiagSocket> _read = [];
    private readonly List<ulong> _missing = [];
    private readonly HashSet<ulong> _ended = [];
    private long? _before;

    public void Clear()
    {
        _known.Clear();
        _ended.Clear();
        _before = null;
    }

    /// <summary>The socket was destroyed; what was known of it.</summary>
    public Known? Forget(ulong cookie) => _known.Remove(cookie, out Known known) ? known : null;

    /// <summary>Whether its end was told already, because its notice was late; true once.</summary>
    public bool HasEnded(ulong cookie) => _ended.Remove(cookie);

    /// <summary>Tells what changed. Returns the errno of a dump that failed, 0 for none.</summary>
    public int Look(RowFilter filter)
    {
        long asked = KernelClock.Monotonic();
        if (Read(filter, Looked) is not 0 and var errno)
            return errno;
        long now = KernelClock.Monotonic();
        foreach (DiagSocket socket in _read)
        {
            if (!filter.Takes(socket.Pair.Local, socket.Pair.Remote, socket.Inode))
                continue;
            bool known = _known.TryGetValue(socket.Cookie, out Known old);
            if (!known && _known.Count >= MaxSockets)
                continue;
            // A connect that failed leaves the peer's address behind, without a port: the socket is the one that was told.
            _known[socket.Cookie] = new Known(known && old.Socket.State == socket.State ? old.Socket : socket, asked);
            // A listener's row is told by /proc; whether it leaves IPv4 alone is told nowhere but here.
            if (known ? old.Socket.State != socket.State : socket.State == TcpState.BoundInactive || socket.V6Only is not null)
                Tell(socket, known ? old : null, socket.State, now);
        }
        _before = asked;
        return Missing(filter, asked);
    }

    // A bound socket that is not there any more has been connected or closed.
    private int Missing(RowFilter filter, long asked)
    {
        _missing.Clear();
        foreach ((ulong cookie, Known known) in _known)
        {
            if (known.Seen != asked)
                _missing.Add(cookie);
        }
        if (_missing.Count == 0)
            return 0;

        if (Read(filter, Others) is not 0 and var errno)
            return errno;
        long now = KernelClock.Monotonic();
        foreach (DiagSocket socket in _read)
        {
            if (_known.TryGetValue(socket.Cookie, out Known was) && was.Seen != asked)
            {
                _known.Remove(socket.Cookie);
                Tell(socket, was, socket.State, now);
            }
        }
        if (!_missing.Exists(_known.ContainsKey))
            return 0;
        awaitNotices();
        foreach (ulong cookie in _missing)
        {
            if (!_known.Remove(cookie, out Known was))
                continue;
            if (_ended.Count < MaxSockets)
                _ended.Add(cookie);
            Tell(was.Socket, was, null, KernelClock.Monotonic());
        }
        return 0;
    }

    private int Read(RowFilter filter, uint states)
    {
        _read.Clear();
        return diag.Dump(filter.Ports, states, _read);
    }

    private void Tell(in DiagSocket socket, Known? was, TcpState? to, long now) =>
        tell(
            new StateEvent
            {
                T = now,
                Source = EvidenceSource.Diag,
                Socket = socket.Pair,
                From = was?.Socket.State,
                To = to,
                After = was?.Seen ?? _before,
                Uid = socket.Uid,
                Inode = socket.Inode,
                V6Only = to is TcpState.Listen or TcpState.BoundInactive ? socket.V6Only : null,
            }
        );
}
