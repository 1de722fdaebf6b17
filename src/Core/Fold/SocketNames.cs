using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket of the scenario as the calls on it tell.</summary>
/// <param name="Inode">By which the tables name it; 0 for unknown.</param>
/// <param name="Local">Where it is bound; null before.</param>
/// <param name="Ends">Its own end and its peer's; null without a connection.</param>
/// <param name="Holders">How many programs have it open: a child that inherited it keeps it.</param>
internal sealed record NamedSocket(ulong Inode, TcpEndpoint? Local, (TcpEndpoint Own, TcpEndpoint Peer)? Ends, int Holders);

/// <summary>What a call, or the end of a program, does to sockets: to connections, and to sockets without a peer.</summary>
/// <param name="Flows">What it does to connections.</param>
/// <param name="Alone">What it shows of sockets without a peer.</param>
internal readonly record struct SocketDeeds(ImmutableArray<FlowCall> Flows, ImmutableArray<StateSighting> Alone)
{
    public static readonly SocketDeeds None = new([], []);
}

/// <summary>Follows the names of sockets through the calls. It never changes: a call more makes another one.</summary>
internal sealed class SocketNames
{
    public static readonly SocketNames Empty = new(ImmutableDictionary<(string, string), NamedSocket>.Empty);

    /// <summary>Nanoseconds within which the kernel has closed the sockets of a program that ended, however busy the machine.</summary>
    private const long KernelCloses = 1_000_000_000;

    private readonly ImmutableDictionary<(string Host, string Socket), NamedSocket> _open;

    private SocketNames(ImmutableDictionary<(string Host, string Socket), NamedSocket> open) => _open = open;

    /// <summary>Takes a call in and says what it does.</summary>
    public (SocketNames Names, SocketDeeds Deeds) After(CallEvent call, HostAddresses addresses)
    {
        if (call.Host is not { } host)
            return (this, SocketDeeds.None);
        NamedSocket? known = _open.GetValueOrDefault((host, call.Socket));
        long until = call.T + call.Duration;
        switch (call.Call)
        {
            case "socket" when call.Succeeded:
                return (With(host, call.Socket, new(call.Inode, null, null, 1)), SocketDeeds.None);
            case "bind" or "listen" when call.Succeeded && (call.Local ?? call.Args.Address ?? known?.Local) is { } local:
                return (With(host, call.Socket, (known ?? new(0, null, null, 1)) with { Local = local }), SocketDeeds.None);
            case "listen" when call.Errno == "EADDRINUSE" && known is { Inode: not 0, Local: { } bound }:
                return (this, new([], [.. StateSighting.ListenedInVain(host, bound, known.Inode, call.T, until, call.Seq)]));
            case "connect" when Ends(call, host, known, addresses) is { } ends:
                SocketDeeds connects = On(FlowAct.Connect, host, ends, call.T, until, call.Seq, call);
                // One that found no port has no peer, and another socket may have these ends.
                return (connects.Flows[0].FoundNoPort ? this : With(host, call.Socket, (known ?? new(0, null, null, 1)) with { Ends = ends }), connects);
            case "accept4" when call is { Succeeded: true, Accepted: { } accepted, Local: { } local, Remote: { } remote }:
                (TcpEndpoint, TcpEndpoint) pair = (local.Unmapped(), remote.Unmapped());
                return (With(host, accepted, new(call.Inode, local, pair, 1)), On(FlowAct.Accept, host, pair, call.T, until, call.Seq, call));
            case "close" when call.Succeeded && known is not null:
                return Released(host, call.Socket, known, call.T, until, call.Seq, call);
            case "shutdown" when call.Succeeded && call.Args.How != ShutdownHow.Read && known?.Ends is { } ends:
                return (this, On(FlowAct.Close, host, ends, call.T, until, call.Seq, call));
            case "read" or "recv" when call is { Succeeded: true, Result: 0 } && known?.Ends is { } ends:
                return (this, On(FlowAct.EndRead, host, ends, call.T, until, call.Seq, call));
            case "SOCK_DESTROY" when call.Succeeded && (call.Args.Address ?? call.Local) is { } own && (call.Args.Peer ?? call.Remote) is { } peer:
                return (this, On(FlowAct.Destroy, host, (own.Unmapped(), peer.Unmapped()), call.T, until, call.Seq, call));
            default:
                return (this, SocketDeeds.None);
        }
    }

    /// <summary>Takes in what a program, or the kernel for it, did.</summary>
    public (SocketNames Names, SocketDeeds Deeds) After(ProgramEvent e)
    {
        if (e.Host is not { } host)
            return (this, SocketDeeds.None);
        SocketNames names = this;
        var flows = ImmutableArray.CreateBuilder<FlowCall>();
        foreach (string socket in e.Sockets)
        {
            if (names._open.GetValueOrDefault((host, socket)) is not { } known)
                continue;
            if (e.Change == ProgramChange.Forked)
            {
                names = names.With(host, socket, known with { Holders = known.Holders + 1 });
            }
            else if (e.Change is ProgramChange.Exited or ProgramChange.Killed)
            {
                // Told as the end began; when the kernel had closed each socket nobody tells.
                (names, SocketDeeds deeds) = names.Released(host, socket, known, e.T, e.T + KernelCloses, e.Seq, null);
                flows.AddRange(deeds.Flows);
            }
        }
        return (names, new(flows.ToImmutable(), []));
    }

    private (SocketNames, SocketDeeds) Released(string host, string socket, NamedSocket known, long t, long until, long seq, CallEvent? call)
    {
        if (known.Holders > 1)
            return (With(host, socket, known with { Holders = known.Holders - 1 }), SocketDeeds.None);
        var names = new SocketNames(_open.Remove((host, socket)));
        return (
            names,
            new(
                known.Ends is { } ends ? [new(FlowAct.Close, host, ends.Own, ends.Peer, t, until, seq, call)] : [],
                known is { Inode: not 0, Local: { } local } ? [StateSighting.Closed(host, local, known.Inode, t, until, seq)] : []
            )
        );
    }

    // A connect that failed may leave the socket without an address: 0.0.0.0 and its port.
    private static (TcpEndpoint Own, TcpEndpoint Peer)? Ends(CallEvent call, string host, NamedSocket? known, HostAddresses addresses)
    {
        if ((call.Args.Address ?? call.Remote) is not { } asked)
            return null;
        TcpEndpoint peer = (
            call.Remote
            ?? (asked.IsWildcard ? TcpEndpoint.Of(asked.IsV6 ? System.Net.IPAddress.IPv6Loopback : System.Net.IPAddress.Loopback, asked.Port) : asked)
        ).Unmapped();
        TcpEndpoint? local = call.Local ?? known?.Local;
        if (local?.Unmapped() is { IsWildcard: false, Port: not 0 } whole)
            return (whole, peer);
        return addresses.SourceFor(host, peer, local?.Port ?? 0) is { } source ? (source, peer) : null;
    }

    private static SocketDeeds On(FlowAct act, string host, (TcpEndpoint Own, TcpEndpoint Peer) ends, long t, long until, long seq, CallEvent? call) =>
        new([new(act, host, ends.Own, ends.Peer, t, until, seq, call)], []);

    private SocketNames With(string host, string socket, NamedSocket of) => new(_open.SetItem((host, socket), of));
}
