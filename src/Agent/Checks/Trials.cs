using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>Real calls outside any run, undone at once.</summary>
internal static unsafe class Trials
{
    public const string NoError = "none";

    /// <summary>connect gives up after so many seconds: a lost SYN is sent again after one.</summary>
    public const int ReachSeconds = 2;

    /// <summary>Binds the port on every address without any option, and closes. The errno's name, or <see cref="NoError"/>.</summary>
    public static string Bind(ushort port)
    {
        using SocketFd fd = Open(v6: false);
        byte* address = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(TcpEndpoint.V4(0, port), address);
        return fd.IsInvalid || Libc.Bind(fd.Number, address, length) != 0 ? Errno.Name(Marshal.GetLastPInvokeError()) : NoError;
    }

    /// <summary>Connects for a moment. Where somebody listens the connection is reset (SO_LINGER with 0 s), so that neither end keeps TIME-WAIT.</summary>
    public static ReachTest Reach(TcpEndpoint to)
    {
        using SocketFd fd = Open(to.IsV6);
        if (fd.IsInvalid)
            return new(to, ReachResult.Unreachable, Errno.Name(Marshal.GetLastPInvokeError()), 0);
        nint* limit = stackalloc nint[2] { ReachSeconds, 0 }; // struct timeval: seconds, microseconds
        _ = Libc.SetSockOpt(fd.Number, Constants.SOL_SOCKET, Constants.SO_SNDTIMEO, limit, 2 * (uint)sizeof(nint));
        var reset = new Linger { OnOff = 1, Seconds = 0 };
        _ = Libc.SetSockOpt(fd.Number, Constants.SOL_SOCKET, Constants.SO_LINGER, &reset, (uint)sizeof(Linger));
        byte* address = stackalloc byte[SockAddr.MaxSize];
        uint length = SockAddr.Write(to, address);
        long start = KernelClock.Monotonic();
        string? errno = Libc.Connect(fd.Number, address, length) == 0 ? null : Errno.Name(Marshal.GetLastPInvokeError());
        long took = KernelClock.Monotonic() - start;
        return new(
            to,
            errno switch
            {
                null => ReachResult.Open,
                "ECONNREFUSED" => ReachResult.Refused,
                // SO_SNDTIMEO ends a connect with EINPROGRESS (socket(7)).
                "EINPROGRESS" or "ETIMEDOUT" or "EAGAIN" => ReachResult.Filtered,
                _ => ReachResult.Unreachable,
            },
            errno,
            took
        );
    }

    // Unlike a program's it is not left to a program that the agent executes; who traces the agent can tell the two apart by that.
    private static SocketFd Open(bool v6) =>
        new(Libc.Socket(v6 ? Constants.AF_INET6 : Constants.AF_INET, Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC, Constants.IPPROTO_IP));
}
