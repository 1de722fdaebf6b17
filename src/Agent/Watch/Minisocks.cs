using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>Timewait minisocks followed by exact look-ups: their begin, their timer, and, once it has run out, their end.</summary>
internal sealed class Minisocks(SockDiag diag, Action<RunEvent> tell)
{
    /// <summary>Followed at once; of others /proc alone tells the end.</summary>
    public const int MaxSockets = 4096;

    /// <summary>A timer further off than this from where it should be was set anew: several kernel ticks.</summary>
    public const long TimerSlack = 20_000_000;

    /// <summary>How often an overdue one is looked at: the kernel's timer wheel takes up to 2 s longer.</summary>
    private const long OverdueEvery = 5_000_000;

    /// <summary>Look-ups in one such round, so that a crowd that ends together takes no CPU to speak of.</summary>
    private const int MaxRound = 32;

    private readonly record struct Followed(DiagSocket Socket, long Seen, long Expires);

    private readonly Dictionary<SocketPair, Followed> _followed = [];
    private readonly List<SocketPair> _round = [];

    public void Clear() => _followed.Clear();

    /// <summary>
    /// A full socket was destroyed: true when a minisock took its place, which is told then. Its cookie proves nothing: a socket that nobody had asked for
    /// one leaves none to its minisock, and each gets its own when it is first told.
    /// </summary>
    public bool Begins(SocketPair pair, long now)
    {
        long asked = KernelClock.Monotonic();
        if (diag.Find(pair, out _) is not { IsMinisock: true } found)
            return false;
        Follow(pair, found, asked, now);
        return true;
    }

    /// <summary>Looks one up; tells it when it is new, has changed or is gone. Returns the errno of a look-up that failed, 0 for none.</summary>
    public int Look(SocketPair pair)
    {
        long asked = KernelClock.Monotonic();
        DiagSocket? found = diag.Find(pair, out int errno);
        long now = KernelClock.Monotonic();
        if (errno is not (0 or Constants.ENOENT))
            return errno;
        if (_followed.TryGetValue(pair, out Followed old) && found?.Cookie != old.Socket.Cookie)
        {
            _followed.Remove(pair);
            Tell(pair, old.Socket, old, null, now);
        }
        if (found is { IsMinisock: true } minisock)
            Follow(pair, minisock, asked, now);
        return 0;
    }

    /// <summary>Nanoseconds until one may end; null when none is followed.</summary>
    public long? NextEnd(long now)
    {
        long next = long.MaxValue;
        foreach (Followed one in _followed.Values)
            next = Math.Min(next, one.Expires);
        return _followed.Count == 0 ? null : Math.Max(OverdueEvery, next - now);
    }

    /// <summary>Looks at those whose time is up.</summary>
    public void LookAtEnds(long now)
    {
        _round.Clear();
        foreach ((SocketPair pair, Followed one) in _followed)
        {
            if (one.Expires <= now && _round.Count < MaxRound)
                _round.Add(pair);
        }
        foreach (SocketPair pair in _round)
            _ = Look(pair);
    }

    private void Follow(SocketPair pair, in DiagSocket socket, long asked, long now)
    {
        long expires = now + socket.Timer!.Value.Left;
        bool known = _followed.TryGetValue(pair, out Followed old) && old.Socket.Cookie == socket.Cookie;
        if (known || _followed.Count < MaxSockets)
            _followed[pair] = new Followed(socket, asked, expires);
        bool overdue = socket.Timer.Value.Left == 0 && old.Expires <= now;
        if (!known || old.Socket.State != socket.State || !overdue && Math.Abs(expires - old.Expires) > TimerSlack)
            Tell(pair, socket, known ? old : null, socket.State, now);
    }

    private void Tell(SocketPair pair, in DiagSocket socket, Followed? was, TcpState? to, long now) =>
        tell(
            new StateEvent
            {
                T = now,
                Source = EvidenceSource.Diag,
                Socket = pair,
                From = was?.Socket.State,
                To = to,
                Timer = to is null ? null : socket.Timer,
                After = was is { } seen && seen.Socket.State != to ? seen.Seen : null,
                Uid = socket.Uid,
                Inode = socket.Inode,
            }
        );
}
