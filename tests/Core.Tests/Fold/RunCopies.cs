using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Tests;

/// <summary>Makes a long log of a short one: the same run again and again, each time later and from another port of the client's.</summary>
internal static class RunCopies
{
    /// <summary>Nanoseconds from one copy to the next.</summary>
    private const long Apart = 2_000_000_000;

    /// <summary>The event as the copy of that number has it; the first is the run itself.</summary>
    public static RunEvent Moved(RunEvent e, int copy)
    {
        TcpEndpoint End(TcpEndpoint end) => end.Port > 32767 ? end.WithPort((ushort)(32768 + (end.Port - 32768 + copy * 7) % 32768)) : end;
        TcpEndpoint? Maybe(TcpEndpoint? end) => end is { } known ? End(known) : null;
        RunEvent moved = HostClocks.Shift(e, copy * Apart);
        return moved switch
        {
            CallEvent c => c with
            {
                Local = Maybe(c.Local),
                Remote = Maybe(c.Remote),
                Inode = c.Inode == 0 ? 0 : c.Inode + (ulong)copy * 1000,
                Args = c.Args with { Address = Maybe(c.Args.Address), Peer = Maybe(c.Args.Peer) },
            },
            SocketEvent s => s with { Local = End(s.Local), Remote = End(s.Remote), Inode = s.Inode == 0 ? 0 : s.Inode + (ulong)copy * 1000 },
            StateEvent s => s with { Socket = new(End(s.Socket.Local), End(s.Socket.Remote)), Inode = s.Inode == 0 ? 0 : s.Inode + (ulong)copy * 1000 },
            SegmentEvent s => s with { From = End(s.From), To = End(s.To) },
            _ => moved,
        };
    }
}
