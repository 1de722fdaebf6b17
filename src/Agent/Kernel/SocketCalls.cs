using System.Runtime.InteropServices;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>The system calls of a scenario, one method each: made, timed, and told with their arguments. A failed call is a result.</summary>
internal static unsafe class SocketCalls
{
    private static readonly CallArguments None = new();

    /// <summary>socket(family, SOCK_STREAM, IPPROTO_IP): a plain blocking socket, as the scenario's programs make it.</summary>
    public static CallResult Socket(SocketFamily family, out SocketFd? made)
    {
        long start = KernelClock.Monotonic();
        int fd = Libc.Socket(family == SocketFamily.Inet6 ? Constants.AF_INET6 : Constants.AF_INET, Constants.SOCK_STREAM, Constants.IPPROTO_IP);
        CallResult result = Ended(fd, start) with
        {
            Call = "socket",
            Args = new CallArguments { Family = family },
        };
        made = Made(fd);
        return result;
    }

    public static CallResult SetSockOpt(SocketFd fd, SocketOption option, OptionValue value)
    {
        byte* buffer = stackalloc byte[OptionBuffer.MaxSize];
        uint length = OptionBuffer.Write(option.Kind, value, buffer);
        long start = KernelClock.Monotonic();
        int r = Libc.SetSockOpt(fd.Number, option.Level, option.Number, buffer, length);
        return Ended(r, start) with
        {
            Call = "setsockopt",
            Args = new CallArguments
            {
                Fd = fd.Number,
                Option = option,
                Value = value,
                Size = (int)length,
            },
        };
    }

    public static CallResult GetSockOpt(SocketFd fd, SocketOption option)
    {
        byte* buffer = stackalloc byte[OptionBuffer.MaxSize];
        uint room = OptionBuffer.Size(option.Kind),
            length = room;
        long start = KernelClock.Monotonic();
        int r = Libc.GetSockOpt(fd.Number, option.Level, option.Number, buffer, &length);
        CallResult ended = Ended(r, start);
        OptionValue? value = ended.Succeeded ? OptionBuffer.Read(option.Kind, buffer, length) : null;
        return ended with
        {
            Call = "getsockopt",
            Args = new CallArguments
            {
                Fd = fd.Number,
                Option = option,
                Value = value,
                Size = (int)room,
                SizeBack = Other(room, length),
                Pointer = value is null ? (nuint)buffer : null,
            },
        };
    }

    public static CallResult Bind(SocketFd fd, TcpEndpoint address)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(address, buffer);
        long start = KernelClock.Monotonic();
        int r = Libc.Bind(fd.Number, buffer, length);
        return Ended(r, start) with
        {
            Call = "bind",
            Args = new CallArguments
            {
                Fd = fd.Number,
                Address = address,
                Size = (int)length,
            },
        };
    }

    public static CallResult Listen(SocketFd fd, int backlog)
    {
        long start = KernelClock.Monotonic();
        int r = Libc.Listen(fd.Number, backlog);
        return Ended(r, start) with
        {
            Call = "listen",
            Args = new CallArguments { Fd = fd.Number, Backlog = backlog },
        };
    }

    /// <summary>accept4 with no flags. Blocks while no connection waits.</summary>
    public static CallResult Accept4(SocketFd fd, bool v6, out SocketFd? accepted)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint room = SockAddr.Size(v6),
            length = room;
        long start = KernelClock.Monotonic();
        int r = Libc.Accept4(fd.Number, buffer, &length, 0);
        CallResult ended = Ended(r, start);
        accepted = Made(r);
        return ended with { Call = "accept4", Args = Named(fd, buffer, room, length, ended.Succeeded) };
    }

    /// <summary>connect. Blocks until the handshake is done or has failed.</summary>
    public static CallResult Connect(SocketFd fd, TcpEndpoint address)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(address, buffer);
        long start = KernelClock.Monotonic();
        int r = Libc.Connect(fd.Number, buffer, length);
        return Ended(r, start) with
        {
            Call = "connect",
            Args = new CallArguments
            {
                Fd = fd.Number,
                Address = address,
                Size = (int)length,
            },
        };
    }

    /// <summary>read. Blocks while nothing has come.</summary>
    public static CallResult Read(SocketFd fd, int count) => Receive("read", fd, count, dontWait: false);

    /// <summary>recv, with MSG_DONTWAIT where that is asked for; without it blocks while nothing has come.</summary>
    public static CallResult Recv(SocketFd fd, int count, bool dontWait) => Receive("recv", fd, count, dontWait);

    /// <summary>write. Blocks while the send buffer is full.</summary>
    public static CallResult Write(SocketFd fd, byte[] octets) => Send("write", fd, octets, dontWait: false);

    /// <summary>send, with MSG_DONTWAIT where that is asked for; without it blocks while the send buffer is full.</summary>
    public static CallResult Send(SocketFd fd, byte[] octets, bool dontWait) => Send("send", fd, octets, dontWait);

    public static CallResult Shutdown(SocketFd fd, ShutdownHow how)
    {
        long start = KernelClock.Monotonic();
        int r = Libc.Shutdown(fd.Number, (int)how);
        return Ended(r, start) with
        {
            Call = "shutdown",
            Args = new CallArguments { Fd = fd.Number, How = how },
        };
    }

    public static CallResult GetSockName(SocketFd fd, bool v6)
    {
        byte* buffer = stackalloc byte[SockAddr.MaxSize];
        uint room = SockAddr.Size(v6),
            length = room;
        long start = KernelClock.Monotonic();
        int r = Libc.GetSockName(fd.Number, buffer, &length);
        CallResult ended = Ended(r, start);
        return ended with { Call = "getsockname", Args = Named(fd, buffer, room, length, ended.Succeeded) };
    }

    /// <summary>close. Linux gives the number back whatever the result, so it is never called twice.</summary>
    public static CallResult Close(SocketFd fd)
    {
        int number = fd.Number;
        fd.SetHandleAsInvalid();
        long start = KernelClock.Monotonic();
        int r = Libc.Close(number);
        return Ended(r, start) with
        {
            Call = "close",
            Args = new CallArguments { Fd = number },
        };
    }

    /// <summary>
    /// Loads every function once, with a descriptor that does not exist: otherwise the first call's duration would hold the time to find it in libc.
    /// </summary>
    public static void WarmUp()
    {
        using var none = new SocketFd(-1);
        TcpEndpoint nowhere = TcpEndpoint.V4(0, 0);
        _ = SetSockOpt(none, SocketOption.ReuseAddr, OptionValue.Of(0));
        _ = GetSockOpt(none, SocketOption.ReuseAddr);
        _ = Bind(none, nowhere);
        _ = Listen(none, 0);
        _ = Accept4(none, false, out _);
        _ = Connect(none, nowhere);
        _ = Read(none, 1);
        _ = Recv(none, 1, dontWait: true);
        _ = Write(none, [0]);
        _ = Send(none, [0], dontWait: true);
        _ = Shutdown(none, ShutdownHow.Both);
        _ = GetSockName(none, false);
        _ = Libc.Close(-1);
    }

    private static CallResult Receive(string call, SocketFd fd, int count, bool dontWait)
    {
        byte[] octets = new byte[count];
        fixed (byte* buffer = octets)
        {
            long start = KernelClock.Monotonic();
            nint r = call == "read" ? Libc.Read(fd.Number, buffer, (nuint)count) : Libc.Recv(fd.Number, buffer, (nuint)count, Flags(dontWait));
            CallResult ended = Ended(r, start);
            byte[]? came = ended.Succeeded ? octets[..Math.Min((int)r, CallArguments.MaxOctets)] : null;
            return ended with
            {
                Call = call,
                Args = new CallArguments
                {
                    Fd = fd.Number,
                    Octets = came,
                    Length = count,
                    DontWait = dontWait,
                    Pointer = came is null ? (nuint)buffer : null,
                },
            };
        }
    }

    private static CallResult Send(string call, SocketFd fd, byte[] octets, bool dontWait)
    {
        fixed (byte* buffer = octets)
        {
            long start = KernelClock.Monotonic();
            nint r =
                call == "write" ? Libc.Write(fd.Number, buffer, (nuint)octets.Length) : Libc.Send(fd.Number, buffer, (nuint)octets.Length, Flags(dontWait));
            return Ended(r, start) with
            {
                Call = call,
                Args = new CallArguments
                {
                    Fd = fd.Number,
                    Octets = octets[..Math.Min(octets.Length, CallArguments.MaxOctets)],
                    Length = octets.Length,
                    DontWait = dontWait,
                },
            };
        }
    }

    // The first thing after each call: the duration ends here, and nothing may come between the call and its errno.
    private static CallResult Ended(long result, long start)
    {
        long duration = KernelClock.Monotonic() - start;
        return new CallResult("", None, result, result < 0 ? Marshal.GetLastPInvokeError() : 0, start, duration);
    }

    // Without SOCK_CLOEXEC, as the scenario's programs make it; a program that the agent starts is not to inherit it all the same.
    private static SocketFd? Made(int fd)
    {
        if (fd < 0)
            return null;
        _ = Libc.Fcntl(fd, CapabilityConstants.F_SETFD, CapabilityConstants.FD_CLOEXEC);
        return new SocketFd(fd);
    }

    private static int Flags(bool dontWait) => dontWait ? Constants.MSG_DONTWAIT : 0;

    private static int? Other(uint room, uint length) => length == room ? null : (int)length;

    private static CallArguments Named(SocketFd fd, byte* buffer, uint room, uint length, bool succeeded)
    {
        TcpEndpoint? address = succeeded ? SockAddr.Read(buffer, length) : null;
        return new CallArguments
        {
            Fd = fd.Number,
            Address = address,
            Size = (int)room,
            SizeBack = Other(room, length),
            Pointer = address is null ? (nuint)buffer : null,
        };
    }
}
