using System.Net;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>Whether this agent may destroy sockets, found out with one of its own.</summary>
internal static unsafe class DestroyTrial
{
    /// <summary>
    /// 0 when it may; EPERM when it may not, EOPNOTSUPP when the kernel cannot (CONFIG_INET_DIAG_DESTROY). A socket that does not exist would prove nothing:
    /// the kernel
    /// looks it up first and says ENOENT to everyone. So a listener on loopback is made for it, with a port that the kernel chooses.
    /// </summary>
    public static int Errno()
    {
        using SockDiag? diag = SockDiag.Open(out int errno);
        if (diag is null)
            return errno;
        using var own = new SocketFd(Libc.Socket(Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, Constants.IPPROTO_IP));
        byte* address = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(TcpEndpoint.Of(IPAddress.Loopback, 0), address);
        if (own.IsInvalid || Libc.Bind(own.Number, address, length) != 0 || Libc.Listen(own.Number, 0) != 0)
            return Marshal.GetLastPInvokeError();
        return SocketNames.Local(own) is { } local
            && diag.Find(new SocketPair(local, TcpEndpoint.V4(0, 0)), out errno) is { } listener
            && listener.Inode == SocketNames.Inode(own)
                ? diag.Destroy(listener).Errno
            : errno == 0 ? Constants.EIO
            : errno;
    }
}
