using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>/proc/thread-self/net/tcp or tcp6, kept open: it belongs to the network namespace of the thread that opened it.</summary>
internal sealed unsafe class SocketTable : IDisposable
{
    /// <summary>One page is all that a read() of a seq_file gives here.</summary>
    public const int ReadSize = 4096;

    private readonly SocketFd _fd;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadSize, pinned: true);

    private SocketTable(SocketFd fd) => _fd = fd;

    /// <summary>Opens the table.</summary>
    /// <param name="name">tcp or tcp6.</param>
    /// <param name="errno">The error's number where it cannot be opened, as tcp6 on a host without IPv6; 0 otherwise.</param>
    public static SocketTable? Open(string name, out int errno)
    {
        int fd = Libc.Open($"/proc/thread-self/net/{name}", Constants.O_RDONLY | Constants.O_CLOEXEC);
        errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        return fd < 0 ? null : new SocketTable(new SocketFd(fd));
    }

    /// <summary>Reads the whole table into the scan. Returns the errno of a read() that failed, or 0.</summary>
    public int Read(TableScan scan)
    {
        long before = KernelClock.Monotonic();
        scan.Begin(before);
        fixed (byte* buffer = _buffer)
        {
            for (nint offset = 0; ; )
            {
                nint count = Libc.PRead(_fd.Number, buffer, ReadSize, offset);
                int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
                if (errno == Constants.EINTR)
                    continue;
                long after = KernelClock.Monotonic();
                if (count <= 0)
                {
                    scan.End(after, complete: errno == 0);
                    return errno;
                }
                scan.Feed(new ReadOnlySpan<byte>(buffer, (int)count), before, after);
                offset += count;
                before = after;
            }
        }
    }

    public void Dispose() => _fd.Dispose();
}
