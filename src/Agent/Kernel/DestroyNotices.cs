using System.Runtime.InteropServices;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>
/// The kernel's multicast notices that a TCP socket was destroyed (SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY). They come of full sockets only, from a
/// worker
/// a moment later (sock_diag_broadcast_destroy): that TIME-WAIT has ended is not told, and a notice may mean that a timewait minisock took the socket's place.
/// </summary>
internal sealed unsafe class DestroyNotices : IDisposable
{
    /// <summary>Octets of unread notices that the kernel is asked to keep; net.core.rmem_max may make it less.</summary>
    public const int Room = 4 * 1024 * 1024;

    private const int MaxDatagram = 8 * 1024;

    private readonly SocketFd _fd;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(MaxDatagram, pinned: true);
    private uint _drops;

    private DestroyNotices(SocketFd fd) => _fd = fd;

    /// <summary>Readable when a notice waits.</summary>
    public int Number => _fd.Number;

    /// <summary>Subscribes in the calling thread's network namespace; null when the kernel does not let it.</summary>
    public static DestroyNotices? Open(out int errno, int room = Room)
    {
        const int flags = Constants.SOCK_RAW | Constants.SOCK_CLOEXEC | Constants.SOCK_NONBLOCK;
        var fd = new SocketFd(Libc.Socket(Constants.AF_NETLINK, flags, Constants.NETLINK_SOCK_DIAG));
        if (!fd.IsInvalid)
        {
            _ = Libc.SetSockOpt(fd.Number, Constants.SOL_SOCKET, Constants.SO_RCVBUF, &room, sizeof(int));
            var address = new SockAddrNl
            {
                Family = Constants.AF_NETLINK,
                Groups = Group(Constants.SKNLGRP_INET_TCP_DESTROY) | Group(Constants.SKNLGRP_INET6_TCP_DESTROY),
            };
            if (Libc.Bind(fd.Number, &address, (uint)sizeof(SockAddrNl)) == 0)
            {
                errno = 0;
                return new DestroyNotices(fd);
            }
        }
        errno = Marshal.GetLastPInvokeError();
        fd.Dispose();
        return null;
    }

    /// <summary>Reads the next datagram; false when none waits.</summary>
    /// <param name="into">Takes its notices, each with the state that the kernel gives a dead socket.</param>
    /// <param name="lost">How many notices found no room since the last call.</param>
    public bool TryRead(List<DiagSocket> into, out long lost)
    {
        lost = 0;
        nint length;
        fixed (byte* buffer = _received)
            length = Libc.Read(_fd.Number, buffer, MaxDatagram);
        if (length <= 0)
        {
            int errno = length < 0 ? Marshal.GetLastPInvokeError() : Constants.EAGAIN;
            lost = errno == Constants.ENOBUFS ? Lost() : 0;
            return errno is Constants.ENOBUFS or Constants.EINTR;
        }
        ReadOnlySpan<byte> rest = _received.AsSpan(0, (int)length);
        while (NetlinkReader.NextMessage(ref rest, out NetlinkReader.Message notice))
        {
            if (notice.Type == Constants.SOCK_DIAG_BY_FAMILY && DiagSocket.TryRead(notice.Body, out DiagSocket socket))
                into.Add(socket);
        }
        // What is dropped after ENOBUFS was read, while the queue is still full, makes no new error; the counter has it.
        if (_drops != 0)
            lost = Lost();
        return true;
    }

    public void Dispose() => _fd.Dispose();

    private static uint Group(int group) => 1u << (group - 1);

    // ENOBUFS does not say how many; the socket's drop counter does (netlink_overrun).
    private long Lost()
    {
        uint* info = stackalloc uint[Constants.SK_MEMINFO_VARS];
        uint length = Constants.SK_MEMINFO_VARS * sizeof(uint);
        uint drops =
            Libc.GetSockOpt(_fd.Number, Constants.SOL_SOCKET, Constants.SO_MEMINFO, info, &length) == 0 ? info[Constants.SK_MEMINFO_DROPS] : _drops + 1;
        long lost = unchecked(drops - _drops);
        _drops = drops;
        return lost;
    }
}
