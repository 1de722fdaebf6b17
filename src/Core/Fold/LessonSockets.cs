using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The sockets that the run's programs made in one network namespace, with the options the bind rule asks for: set by setsockopt, read back by getsockopt,
/// inherited by accepted
/// children (the kernel copies sk_reuse when the handshake ends) and from there by TIME-WAIT. Calls are followed one after the other.
/// </summary>
/// <param name="header">The run: whose programs belong to which user.</param>
/// <param name="firstSeen">When a connection was seen first, and the last look before; null for one that was not.</param>
internal sealed class LessonSockets(RunHeader header, Func<SocketPair, (long? Before, long T)?> firstSeen)
{
    private readonly Dictionary<(string? Program, string Name), OwnSocket> _open = [];
    private readonly Dictionary<string, OwnSocket> _latest = [];
    private readonly List<OwnSocket> _bound = [];
    private readonly Dictionary<ulong, OwnSocket> _byInode = [];
    private readonly Dictionary<SocketPair, List<(long From, OwnSocket Socket)>> _ends = [];

    /// <summary>Another that goes on from here; neither changes the other.</summary>
    /// <param name="firstSeenOfCopy">When a connection was seen first, for the copy.</param>
    /// <param name="copies">The copy of every socket is put here.</param>
    public LessonSockets Copy(Func<SocketPair, (long? Before, long T)?> firstSeenOfCopy, Dictionary<OwnSocket, OwnSocket> copies)
    {
        OwnSocket Copied(OwnSocket socket) =>
            copies.TryGetValue(socket, out OwnSocket? known) ? known : copies[socket] = socket.Copy(socket.Listener is { } listener ? Copied(listener) : null);
        var copy = new LessonSockets(header, firstSeenOfCopy);
        foreach (((string?, string) name, OwnSocket socket) in _open)
            copy._open[name] = Copied(socket);
        foreach ((string name, OwnSocket socket) in _latest)
            copy._latest[name] = Copied(socket);
        copy._bound.AddRange(_bound.Select(Copied));
        foreach ((ulong inode, OwnSocket socket) in _byInode)
            copy._byInode[inode] = Copied(socket);
        foreach ((SocketPair pair, List<(long From, OwnSocket Socket)> ends) in _ends)
            copy._ends[pair] = [.. ends.Select(e => (e.From, Copied(e.Socket)))];
        return copy;
    }

    /// <summary>Told of every socket whose last holder closed it.</summary>
    public event Action<OwnSocket>? Closed;

    /// <summary>Sockets that were bound, in their order.</summary>
    public IReadOnlyList<OwnSocket> Bound => _bound;

    /// <summary>An open socket by its name: the program's own, where it has one of that name.</summary>
    public OwnSocket? Find(string name, string? program = null) =>
        _open.TryGetValue((program, name), out OwnSocket? own) ? own
        : _latest.TryGetValue(name, out OwnSocket? latest) && latest.ClosedAt is null ? latest
        : null;

    public OwnSocket? OfInode(ulong inode) => inode == 0 ? null : _byInode.GetValueOrDefault(inode);

    /// <summary>The sockets that a program has open.</summary>
    public IEnumerable<OwnSocket> HeldBy(string program) => _open.Where(o => o.Key.Program == program).Select(o => o.Value);

    /// <summary>Whose a socket that was seen is; null for a stranger's.</summary>
    public OwnSocket? OwnerOf(PortTrack seen, long t)
    {
        if (OfInode(seen.Inode) is { } byInode)
            return byInode;
        if (seen.Pair.Remote.Port == 0)
        {
            return _bound.FindLast(s => IsRowOf(s, seen) && s.AloneAt(t) is not null && s.BoundAt < t)
                ?? _bound.FindLast(s => IsRowOf(s, seen) && s.BoundAt < t);
        }

        return _ends.TryGetValue(Plain(seen.Pair), out List<(long From, OwnSocket Socket)>? ends)
            ? (ends.FindLast(e => e.From <= t).Socket ?? ends[0].Socket)
            : null;
    }

    /// <summary>
    /// The listener of a connection that nobody accepted, where that can only have been one of the run's; its options when the connection came.
    /// </summary>
    /// <param name="seen">The connection.</param>
    /// <param name="strangers">Whether a stranger's listener may have been the one, at a moment.</param>
    public (OwnSocket Listener, BindOptions Options)? Unaccepted(PortTrack seen, Func<long, long, bool> strangers)
    {
        (long? before, long t) = seen.First;
        OwnSocket[] listeners =
        [
            .. _bound.Where(s =>
                s.Listened is { } l
                && l.From <= t
                && (l.Until ?? long.MaxValue) >= (before ?? t)
                && s.Local is { } at
                && at.Port == seen.Pair.Local.Port
                && (at.Unmapped().IsWildcard || at.Unmapped().SameAddress(seen.Pair.Local.Unmapped()))
            ),
        ];
        return listeners is [var one] && !strangers(before ?? t, t) ? (one, one.Within(before ?? t, t).Inherited()) : null;
    }

    /// <summary>Whether a row is that of this socket.</summary>
    public static bool IsRowOf(OwnSocket socket, PortTrack seen) =>
        seen.Pair.Remote.Port == 0 && (socket.Inode != 0 && seen.Inode != 0 ? socket.Inode == seen.Inode : socket.Local == seen.Pair.Local);

    public void Follow(CallEvent call)
    {
        if (!call.Succeeded)
            return;
        switch (call.Call)
        {
            case "socket":
                Open(new OwnSocket(call.Socket, call.Inode, Uid(call)).Set(call.T, BindOptions.New), call.Socket, call.Program);
                break;
            case "setsockopt" or "getsockopt" when Find(call) is { } socket:
                socket.Set(call.T, socket.Options.After(call));
                break;
            case "bind" when Find(call) is { } socket:
                socket.Local = call.Local ?? call.Args.Address;
                socket.BoundAt ??= call.T;
                socket.Use = PortUse.Bound;
                // The kernel sets it on a socket that is bound to one IPv6 address.
                if (socket.Local is { IsV6: true, IsV4Mapped: false, IsWildcard: false })
                    socket.Set(call.T, socket.Options with { V6Only = true });
                _bound.Add(socket);
                break;
            case "listen" when Find(call) is { } socket:
                socket.Listened = (socket.Listened is { Until: null } since ? since.From : call.T, null);
                break;
            case "connect" when Find(call) is { } socket && call is { Local: { } local, Remote: { } remote }:
                socket.Local ??= local;
                socket.BoundAt ??= call.T;
                if (socket.Use == PortUse.Unknown)
                    socket.Use = PortUse.Connected;
                socket.IsConnected = true;
                Ends(new(local, remote), call.T, socket);
                break;
            case "accept4" when Find(call) is { } listener && call is { Local: { } local, Remote: { } remote }:
                Accept(call, listener, new(local, remote));
                break;
            case "shutdown" when Find(call) is { Listened: { Until: null } listened } listener && call.Args.How is ShutdownHow.Read or ShutdownHow.Both:
                // It stays bound.
                listener.Listened = listened with
                {
                    Until = call.T,
                };
                break;
            case "close" when Find(call) is { } socket:
                Close(socket, call.Program, call.T + call.Duration);
                break;
        }
    }

    public void Follow(ProgramEvent e)
    {
        if (e is { Change: ProgramChange.Forked, Child: { } child })
        {
            foreach (string name in e.Sockets)
            {
                if (Find(name, e.Program) is { } kept)
                    _open[(child, name)] = kept.HeldBy(child);
            }
        }
        else if (e.Change is ProgramChange.Exited or ProgramChange.Killed)
        {
            foreach (OwnSocket held in HeldBy(e.Program).ToArray())
                Close(held, e.Program, e.T);
            foreach (string name in e.Sockets)
            {
                // One that no program is known of: what its program had was closed above, and another's stays with that one.
                if (_open.TryGetValue((null, name), out OwnSocket? held))
                    Close(held, null, e.T);
            }
        }
    }

    /// <summary>The agent that made them has gone, and every socket with it.</summary>
    public void CloseAll(long t)
    {
        foreach (((string? program, string _), OwnSocket socket) in _open.ToArray())
            Close(socket, program, t);
    }

    private OwnSocket? Find(CallEvent call) => Find(call.Socket, call.Program);

    private uint Uid(CallEvent call) => header.Script.FindProgram(call.Program)?.Uid ?? header.Host(call.Host ?? "")?.Uid ?? 0;

    private void Open(OwnSocket socket, string name, string? program)
    {
        _open[(program, name)] = _latest[name] = socket.HeldBy(program);
        if (socket.Inode != 0)
            _byInode[socket.Inode] = socket;
    }

    private void Close(OwnSocket socket, string? program, long t)
    {
        (string? Program, string Name) key = (program, socket.Name);
        if (!_open.Remove(key))
        {
            key = _open.FirstOrDefault(o => ReferenceEquals(o.Value, socket)).Key;
            _open.Remove(key);
        }
        if (socket.Release(key.Program, t))
            Closed?.Invoke(socket);
    }

    private void Accept(CallEvent call, OwnSocket listener, SocketPair pair)
    {
        (long? before, long t) = firstSeen(pair) ?? (null, call.T);
        OwnSocket child = new OwnSocket(call.Accepted ?? "", call.Inode, Uid(call))
        {
            Local = pair.Local,
            Listener = listener,
            Use = PortUse.Accepted,
            BoundAt = t,
        }.Set(call.T, listener.Within(before ?? t, Math.Min(t, call.T)).Inherited());
        Ends(pair, t, child);
        if (call.Accepted is { } name)
            Open(child, name, call.Program);
    }

    private void Ends(SocketPair pair, long t, OwnSocket socket)
    {
        pair = Plain(pair);
        if (!_ends.TryGetValue(pair, out List<(long From, OwnSocket Socket)>? all))
            _ends[pair] = all = [];
        all.Add((t, socket));
    }

    private static SocketPair Plain(SocketPair pair) => new(pair.Local.Unmapped(), pair.Remote.Unmapped());
}
