using System.Text;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>What the agent asks about a socket for itself. These calls are no part of the lesson and are not reported.</summary>
internal static unsafe class SocketNames
{
    /// <summary>
    /// sizeof(struct sockaddr_storage): more than any address takes, by which who traces the agent can tell these calls from a scenario's getsockname.
    /// </summary>
    private const int Room = 128;

    /// <summary>getsockname; null while the socket has no address and port.</summary>
    public static TcpEndpoint? Local(SocketFd fd)
    {
        byte* buffer = stackalloc byte[Room];
        uint length = Room;
        return Libc.GetSockName(fd.Number, buffer, &length) == 0 && SockAddr.Read(buffer, length) is { Port: not 0 } endpoint ? endpoint : null;
    }

    /// <summary>getpeername; null while the socket has no peer.</summary>
    public static TcpEndpoint? Remote(SocketFd fd)
    {
        byte* buffer = stackalloc byte[Room];
        uint length = Room;
        return Libc.GetPeerName(fd.Number, buffer, &length) == 0 ? SockAddr.Read(buffer, length) : null;
    }

    /// <summary>The socket's inode, as /proc/net/tcp prints it; 0 where it cannot be read.</summary>
    public static ulong Inode(SocketFd fd) => InodeOf($"/proc/self/fd/{fd.Number}");

    /// <summary>The number in a link like <c>socket:[1569]</c> or <c>net:[4026531840]</c>; 0 where there is none.</summary>
    public static ulong InodeOf(string path)
    {
        byte* buffer = stackalloc byte[64];
        nint length = Libc.ReadLink(path, buffer, 64);
        if (length < 3)
            return 0;
        string link = Encoding.ASCII.GetString(buffer, (int)length);
        int open = link.IndexOf('[', StringComparison.Ordinal);
        return open >= 0 && link[^1] == ']' && ulong.TryParse(link.AsSpan(open + 1, link.Length - open - 2), out ulong inode) ? inode : 0;
    }
}
