using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The system calls of the lesson, one method each: made, timed, and told as strace tells them. A failed call is a result.</summary>
internal static unsafe class SocketCalls
{
    /// <summary>socket(family, SOCK_STREAM, IPPROTO_IP): a plain blocking socket, as the lesson's programs make it.</summary>
    public static CallResult Socket(bool v6, out SocketFd? made)
    {
        long start = KernelClock.Monotonic();
        int fd = Libc.Socket(v6 ? Constants.AF_INET6 : Constants.AF_INET, Constants.SOCK_STREAM, Constants.IPPROTO_IP);
        CallResult result = Ended(fd, start) with { Call = "socket", Args = $"{(v6 ? "AF_INET6" : "AF_INET")}, SOCK_STREAM, IPPROTO_IP" };
        made = fd < 0 ? null : new SocketFd(fd);
        return result;
    }

    /// <summary>setsockopt; for SO_LINGER the value is l_linger with l_onoff 1.</summary>
    public static CallResult SetSockOpt(SocketFd fd, SocketOption option, int value)
    {
        (int level, int name) = Numbers(option);
        bool linger = option == SocketOption.Linger;
        var pair = new Linger { OnOff = 1, Seconds = value };
        uint length = (uint)(linger ? sizeof(Linger) : sizeof(int));
        long start = KernelClock.Monotonic();
        int r = Libc.SetSockOpt(fd.Number, level, name, linger ? &pair : &value, length);
        return Ended(r, start) with { Call = "setsockopt", Args = $"{fd.Number}, {Strace.Option(option)}, {Value(linger, pair, value)}, {length}" };
    }

    public static CallResult GetSockOpt(SocketFd fd, SocketOption option)
    {
        (int level, int name) = Numbers(option);
        bool linger = option == SocketOption.Linger;
        Linger pair = default;
        int value = 0;
        void* place = linger ? &pair : &value;
        uint length = (uint)(linger ? sizeof(Linger) : sizeof(int));
        long start = KernelClock.Monotonic();
        int r = Libc.GetSockOpt(fd.Number, level, name, place, &length);
        CallResult ended = Ended(r, start);
        string shown = ended.Succeeded ? Value(linger, pair, value) : Pointer(place);
        return ended with { Call = "getsockopt", Args = $"{fd.Number}, {Strace.Option(option)}, {shown}, [{length}]" };
    }

    public static CallResult Bind(SocketFd fd, Endpoint address)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(address, buffer);
        long start = KernelClock.Monotonic();
        int r = Libc.Bind(fd.Number, buffer, length);
        return Ended(r, start) with { Call = "bind", Args = $"{fd.Number}, {Strace.Address(address)}, {length}" };
    }

    public static CallResult Listen(SocketFd fd, int backlog)
    {
        long start = KernelClock.Monotonic();
        int r = Libc.Listen(fd.Number, backlog);
        return Ended(r, start) with { Call = "listen", Args = $"{fd.Number}, {backlog}" };
    }

    /// <summary>accept4 with no flags. Blocks while no connection waits.</summary>
    public static CallResult Accept4(SocketFd fd, bool v6, out SocketFd? accepted)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint room = SockAddr.Size(v6), length = room;
        long start = KernelClock.Monotonic();
        int r = Libc.Accept4(fd.Number, buffer, &length, 0);
        CallResult ended = Ended(r, start);
        accepted = r < 0 ? null : new SocketFd(r);
        string peer = ended.Succeeded && SockAddr.Read(buffer, length) is { } endpoint ? Strace.Address(endpoint) : Pointer(buffer);
        string size = length == room ? $"[{room}]" : $"[{room} => {length}]";
        return ended with { Call = "accept4", Args = $"{fd.Number}, {peer}, {size}, 0" };
    }

    /// <summary>connect. Blocks until the handshake is done or has failed.</summary>
    public static CallResult Connect(SocketFd fd, Endpoint address)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(address, buffer);
        long start = KernelClock.Monotonic();
        int r = Libc.Connect(fd.Number, buffer, length);
        return Ended(r, start) with { Call = "connect", Args = $"{fd.Number}, {Strace.Address(address)}, {length}" };
    }

    /// <summary>read. Blocks while nothing has come.</summary>
    public static CallResult Read(SocketFd fd, int count)
    {
        byte[] octets = new byte[count];
        fixed (byte* buffer = octets)
        {
            long start = KernelClock.Monotonic();
            nint r = Libc.Read(fd.Number, buffer, (nuint)count);
            CallResult ended = Ended(r, start);
            string shown = ended.Succeeded ? Strace.Buffer(octets.AsSpan(0, (int)r)) : Pointer(buffer);
            return ended with { Call = "read", Args = $"{fd.Number}, {shown}, {count}" };
        }
    }

    /// <summary>Writes zeros. Blocks while the send buffer is full.</summary>
    public static CallResult Write(SocketFd fd, int count)
    {
        byte[] octets = new byte[count];
        fixed (byte* buffer = octets)
        {
            long start = KernelClock.Monotonic();
            nint r = Libc.Write(fd.Number, buffer, (nuint)count);
            return Ended(r, start) with { Call = "write", Args = $"{fd.Number}, {Strace.Buffer(octets)}, {count}" };
        }
    }

    public static CallResult Shutdown(SocketFd fd, int how)
    {
        long start = KernelClock.Monotonic();
        int r = Libc.Shutdown(fd.Number, how);
        return Ended(r, start) with { Call = "shutdown", Args = $"{fd.Number}, {Strace.How(how)}" };
    }

    /// <summary>close. Linux gives the number back whatever the result, so it is never called twice.</summary>
    public static CallResult Close(SocketFd fd)
    {
        int number = fd.Number;
        fd.SetHandleAsInvalid();
        long start = KernelClock.Monotonic();
        int r = Libc.Close(number);
        return Ended(r, start) with { Call = "close", Args = $"{number}" };
    }

    /// <summary>Loads every function once, with a descriptor that does not exist: otherwise the first call's duration would hold the time to find it in libc.</summary>
    public static void WarmUp()
    {
        using var none = new SocketFd(-1);
        Endpoint nowhere = Endpoint.V4(0, 0);
        _ = SetSockOpt(none, SocketOption.ReuseAddr, 0);
        _ = GetSockOpt(none, SocketOption.ReuseAddr);
        _ = Bind(none, nowhere);
        _ = Listen(none, 0);
        _ = Accept4(none, false, out _);
        _ = Connect(none, nowhere);
        _ = Read(none, 1);
        _ = Write(none, 1);
        _ = Shutdown(none, Constants.SHUT_RDWR);
        _ = Libc.Close(-1);
    }

    // The first thing after each call: the duration ends here, and nothing may come between the call and its errno.
    private static CallResult Ended(long result, long start)
    {
        long duration = KernelClock.Monotonic() - start;
        return new CallResult("", "", result, result < 0 ? Marshal.GetLastPInvokeError() : 0, start, duration);
    }

    private static (int Level, int Name) Numbers(SocketOption option) => option switch
    {
        SocketOption.ReuseAddr => (Constants.SOL_SOCKET, Constants.SO_REUSEADDR),
        SocketOption.ReusePort => (Constants.SOL_SOCKET, Constants.SO_REUSEPORT),
        SocketOption.Linger => (Constants.SOL_SOCKET, Constants.SO_LINGER),
        SocketOption.V6Only => (Constants.SOL_IPV6, Constants.IPV6_V6ONLY),
        _ => throw new ArgumentOutOfRangeException(nameof(option)),
    };

    private static string Value(bool linger, Linger pair, int value) => linger ? $"{{l_onoff={pair.OnOff}, l_linger={pair.Seconds}}}" : $"[{value}]";

    private static string Pointer(void* place) => $"0x{(nuint)place:x}";
}
