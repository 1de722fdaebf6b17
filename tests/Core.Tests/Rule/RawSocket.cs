using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Tests.Rule;

/// <summary>A TCP socket by libc calls alone: .NET's Socket sets SO_REUSEADDR by itself. Every call returns 0 or the error's number.</summary>
internal sealed partial class RawSocket : IDisposable
{
    public const int Eagain = 11,
        Einval = 22,
        Eaddrinuse = 98,
        Eaddrnotavail = 99,
        Econnreset = 104,
        Econnrefused = 111,
        Einprogress = 115;
    public const int ShutRd = 0,
        ShutWr = 1,
        ShutRdWr = 2;
    private const int MsgDontWait = 0x40,
        MsgNoSignal = 0x4000,
        FSetFl = 4,
        ONonBlock = 0x800;
    private const int AfInet = 2,
        AfInet6 = 10,
        SockStream = 1,
        Cloexec = 0x80000;
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
        ReusePort = reusePort;
    }

    private RawSocket(int fd, bool v6) => (_fd, _v6) = (fd, v6);

    /// <summary>SO_REUSEADDR.</summary>
    public bool ReuseAddr
    {
        set => Must(Set(1, 2, value));
    }

    /// <summary>SO_REUSEPORT.</summary>
    public bool ReusePort
    {
        set => Must(Set(1, 15, value));
    }

    /// <summary>The user that the kernel compares: the owner of the socket's inode.</summary>
    public uint Owner
    {
        set => Must(Errno(fchown(_fd, value, uint.MaxValue)));
    }

    /// <summary>The port it is bound to.</summary>
    public ushort Port
    {
        get
        {
            byte[] address = new byte[28];
            uint length = 28;
            Must(Errno(getsockname(_fd, address, ref length)));
            return BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2));
        }
    }

    /// <summary>IPV6_V6ONLY as the kernel has it.</summary>
    public bool? V6Only
    {
        get
        {
            if (!_v6)
                return null;
            return Get(41, 26) != 0;
        }
    }

    /// <summary>TCP_QUICKACK, so that a FIN is acknowledged at once.</summary>
    public void AcknowledgeAtOnce() => Must(Set(6, 12, true));

    public int Bind(TcpEndpoint local) => Address(local, bind);

    public int Connect(TcpEndpoint remote) => Address(remote, connect);

    /// <summary>connect() that does not wait for the answer: EINPROGRESS.</summary>
    public int Begin(TcpEndpoint remote)
    {
        Must(Errno(fcntl(_fd, FSetFl, ONonBlock)));
        return Connect(remote);
    }

    public int Listen(int backlog = 5) => Errno(listen(_fd, backlog));

    public RawSocket Accept()
    {
        int fd = accept4(_fd, 0, 0, Cloexec);
        Must(fd < 0 ? Marshal.GetLastPInvokeError() : 0);
        return new(fd, _v6);
    }

    public int Write(int octets) => Errno((int)send(_fd, new byte[octets], (nuint)octets, MsgNoSignal));

    /// <summary>What recv() returned: the octets read, 0 at the end, or the error's number as a negative one. It waits for none.</summary>
    public int Read()
    {
        int read = (int)recv(_fd, new byte[64], 64, MsgDontWait);
        return read < 0 ? -Marshal.GetLastPInvokeError() : read;
    }

    /// <summary>SO_REUSEPORT as the kernel understood it.</summary>
    public bool ReadReusePort() => Get(1, 15) != 0;

    /// <summary>SO_REUSEADDR as the kernel understood it.</summary>
    public bool ReadReuseAddr() => Get(1, 2) != 0;

    /// <summary>An option of SOL_SOCKET by its number, set to 1.</summary>
    public void SetByNumber(int option) => Must(Set(1, option, true));

    /// <summary>IPV6_V6ONLY after the socket was made.</summary>
    public int SetV6Only() => Set(41, 26, true);

    public int Shutdown(int how) => Errno(shutdown(_fd, how));

    /// <summary>SO_LINGER {1, 0} and close: a RST.</summary>
    public void Abort()
    {
        Must(Errno(setsockopt(_fd, 1, 13, 1, 8)));
        Dispose();
    }

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

    private int Get(int level, int name)
    {
        uint length = sizeof(int);
        Must(Errno(getsockopt(_fd, level, name, out int value, ref length)));
        return value;
    }

    private int Address(TcpEndpoint endpoint, Func<int, byte[], int, int> call)
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
    private static partial int setsockopt(int fd, int level, int name, in long value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int fd, int level, int name, out int value, ref uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(int fd, uint owner, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockname(int fd, byte[] address, ref uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int fd, byte[] address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int fd, byte[] address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int listen(int fd, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int fd, nint address, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int fd, byte[] data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int fd, byte[] data, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(int fd, int how);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
