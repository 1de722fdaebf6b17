using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The sockets that the run's calls made on one host, with the options the bind rule asks for: set by setsockopt, read back by getsockopt, inherited by accepted
/// children (the kernel copies sk_reuse when the handshake ends) and from there by TIME-WAIT. Calls are followed one after the other.
/// </summary>
/// <param name="history">When connections were first seen.</param>
internal sealed class LessonSockets(PortHistory history)
{
    internal sealed class One(ulong inode, bool v6)
    {
        private readonly List<(long T, BindOptions Options)> _changes = [];

        public ulong Inode { get; } = inode;

        public bool V6 { get; } = v6;

        /// <summary>Where it is bound; null before.</summary>
        public Endpoint? Local { get; set; }

        public (long From, long? Until)? Listened { get; set; }

        public BindOptions Options => _changes[^1].Options;

        public One Set(long t, BindOptions options)
        {
            if (_changes.Count == 0 || _changes[^1].Options != options)
                _changes.Add((t, options));
            return this;
        }

        /// <summary>What held at some moment in between; unknown where it changed.</summary>
        public BindOptions Within(long from, long to)
        {
            BindOptions held = _changes.FindLast(c => c.T <= from) is { Options: var first } ? first : BindOptions.Unknown;
            foreach ((long t, BindOptions options) in _changes)
                held = t > from && t <= to ? held.Common(options) : held;
            return held;
        }
    }

    private readonly Dictionary<string, One> _open = [];
    private readonly List<One> _bound = [];
    private readonly Dictionary<SocketPair, One> _ends = [];

    public One? Find(string socket) => _open.GetValueOrDefault(socket);

    /// <summary>The options of a socket that was seen; null when it is none of the run's.</summary>
    public BindOptions? Of(PortTrack seen)
    {
        if (seen.Pair.Remote.Port == 0)
            return Bound(seen)?.Options;
        return _ends.TryGetValue(Plain(seen.Pair), out One? end) ? end.Options : Unaccepted(seen);
    }

    /// <summary>Whether a row is that of this socket.</summary>
    public static bool IsRowOf(One socket, PortTrack seen) => seen.Pair.Remote.Port == 0
        && (socket.Inode != 0 && seen.Inode != 0 ? socket.Inode == seen.Inode : socket.Local == seen.Pair.Local);

    public void Follow(CallEvent call)
    {
        if (!call.Succeeded)
            return;
        switch (call.Call)
        {
            case "socket":
                _open[call.Socket] = new One(call.Inode, call.Args.StartsWith("AF_INET6", StringComparison.Ordinal)).Set(call.T, BindOptions.New);
                break;
            case "setsockopt" or "getsockopt" when Find(call.Socket) is { } socket:
                socket.Set(call.T, socket.Options.After(call));
                break;
            case "bind" when Find(call.Socket) is { } socket:
                socket.Local = call.Local ?? StraceAddress.Read(call.Args);
                _bound.Add(socket);
                break;
            case "listen" when Find(call.Socket) is { } socket:
                socket.Listened ??= (call.T, null);
                break;
            case "connect" when Find(call.Socket) is { } socket && call is { Local: { } local, Remote: { } remote }:
                _ends[Plain(new(local, remote))] = socket;
                break;
            case "accept4" when Find(call.Socket) is { } listener && call is { Local: { } local, Remote: { } remote }:
                Accept(call, listener, new(local, remote));
                break;
            case "close" when _open.Remove(call.Socket, out One? closed) && closed.Listened is { } listened:
                closed.Listened = listened with { Until = call.T };
                break;
        }
    }

    private void Accept(CallEvent call, One listener, SocketPair pair)
    {
        (long? before, long t) = history.Find(pair)?.First ?? (null, call.T);
        One child = new One(call.Inode, listener.V6) { Local = pair.Local }.Set(call.T, listener.Within(before ?? t, Math.Min(t, call.T)));
        _ends[Plain(pair)] = child;
        if (call.Accepted is { } name)
            _open[name] = child;
    }

    private One? Bound(PortTrack seen) => _bound.FindLast(s => IsRowOf(s, seen));

    // A connection that nobody accepted has what its listener had, where that can only have been one of ours.
    private BindOptions? Unaccepted(PortTrack seen)
    {
        (long? before, long t) = seen.First;
        One[] listeners = [.. _bound.Where(s => s.Listened is { } l && l.From <= t && (l.Until ?? long.MaxValue) >= (before ?? t)
            && s.Local is { } at && at.Port == seen.Pair.Local.Port && (at.IsWildcard || at.Unmapped().SameAddress(seen.Pair.Local.Unmapped())))];
        bool others = history.Tracks.Any(o => o.Pair.Remote.Port == 0 && o.First.T <= t && Bound(o) is null && o.Between(before ?? t, t) is not null);
        return listeners is [var one] && !others ? one.Within(before ?? t, t) : null;
    }

    private static SocketPair Plain(SocketPair pair) => new(pair.Local.Unmapped(), pair.Remote.Unmapped());
}
