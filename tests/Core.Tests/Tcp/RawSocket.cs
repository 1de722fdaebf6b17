using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Tests.Tcp;

/// <summary>A TCP socket by libc calls alone: .NET's Socket sets SO_REUSEADDR by itself. Every call returns 0 or the error's number.</summary>
internal sealed partial class RawSocket : IDisposable
{
    public const int Eaddrinuse = 98;
    private const int AfInet = 2, AfInet6 = 10, SockStream = 1, Cloexec = 0x80000;
    private readonly bool _v6;
    private int _fd;

    public RawSocket(bool v6, bool v6Only = false, bool reuseAddr = false, bool reusePort = false)
    {
        _v6 = v6;
        _fd = socket(v6 ? AfInet6 : AfInet, SockStream | Cloexec, 0);
        Must(_fd < 0 ? Marshal.GetLastPInvokeError() : 0);
        if (v6)
            Must(Set(41, 26, v6Only));
        ReuseAddr = reuseAddr;
        Must(Set(1, 15, reusePort));
    }

    private RawSocket(int fd, bool v6) => (_fd, _v6) = (fd, v6);

    /// <summary>SO_REUSEADDR.</summary>
    public bool ReuseAddr
    {
        set => Must(Set(1, 2, value));
    }

    /// <summary>IPV6_V6ONLY as the kernel has it.</summary>
    public bool? V6Only
    {
        get
        {
            if (!_v6)
                return null;
            uint length = sizeof(int);
            Must(Errno(getsockopt(_fd, 41, 26, out int value, ref length)));
            return value != 0;
        }
    }

    /// <summary>TCP_QUICKACK, so that a FIN is acknowledged at once.</summary>
    public void AcknowledgeAtOnce() => Must(Set(6, 12, true));

    public int Bind(Endpoint local) => Address(local, bind);

    public int Connect(Endpoint remote) => Address(remote, connect);

    public int Listen() => Errno(listen(_fd, 5));

    public RawSocket Accept()
    {
        int fd = accept4(_fd, 0, 0, Cloexec);
        Must(fd < 0 ? Marshal.GetLastPInvokeError() : 0);
        return new(fd, _v6);
    }

    /// <summary>shutdown(SHUT_WR).</summary>
    public void SendFin() => Must(Errno(shutdown(_fd, 1)));

    public void Dispose()
    {
        if (_fd >= 0)
            Must(Errno(close(_fd)));
        _fd = -1;
    }

    public static void Must(int errno)
    {
        if (errno != 0)
            throw new InvalidOperationException($"A call that has to succeed ended with errno {errno}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }

    private int Set(int level, int name, bool value) => Errno(setsockopt(_fd, level, name, value ? 1 : 0, sizeof(int)));

    private int Address(Endpoint endpoint, Func<int, byte[], int, int> call)
    {
        byte[] address = new byte[_v6 ? 28 : 16];
        BinaryPrimitives.WriteUInt16LittleEndian(address, (ushort)(_v6 ? AfInet6 : AfInet));
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), endpoint.Port);
        if (_v6)
            BinaryPrimitives.WriteUInt128BigEndian(address.AsSpan(8), endpoint.Bits);
        else
            BinaryPrimitives.WriteUInt32BigEndian(address.AsSpan(4), (uint)endpoint.Bits);
        return Errno(call(_fd, address, address.Length));
    }

    private static int Errno(int result) => result < 0 ? Marshal.GetLastPInvokeError() : 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int fd, int level, int name, in int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int fd, int level, int name, out int value, ref uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, byte[] address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, byte[] address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int fd, nint address, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(int fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
