using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Checks;

/// <summary>Real calls outside any lesson, undone at once.</summary>
internal static unsafe class Trials
{
    public const string NoError = "none";

    /// <summary>connect gives up after so many seconds: a lost SYN is sent again after one.</summary>
    public const int ReachSeconds = 2;

    /// <summary>Binds the port on every address without any option, and closes. The errno's name, or <see cref="NoError"/>.</summary>
    public static string Bind(ushort port)
    {
        CallResult made = SocketCalls.Socket(v6: false, out SocketFd? fd);
        using (fd)
        {
            CallResult result = fd is null ? made : SocketCalls.Bind(fd, Endpoint.V4(0, port));
            return result.Succeeded ? NoError : Errno.Name(result.Errno);
        }
    }

    /// <summary>Connects for a moment. Where somebody listens the connection is reset (SO_LINGER with 0 s), so that neither end keeps TIME-WAIT.</summary>
    public static ReachTest Reach(Endpoint to)
    {
        CallResult made = SocketCalls.Socket(to.IsV6, out SocketFd? fd);
        if (fd is null)
            return new(to, ReachResult.Unreachable, Errno.Name(made.Errno), 0);
        using (fd)
        {
            nint* limit = stackalloc nint[2] { ReachSeconds, 0 }; // struct timeval: seconds, microseconds
            _ = Libc.SetSockOpt(fd.Number, Constants.SOL_SOCKET, Constants.SO_SNDTIMEO, limit, 2 * (uint)sizeof(nint));
            _ = SocketCalls.SetSockOpt(fd, SocketOption.Linger, 0);
            CallResult result = SocketCalls.Connect(fd, to);
            string? errno = result.Succeeded ? null : Errno.Name(result.Errno);
            return new(to, errno switch
            {
                null => ReachResult.Open,
                "ECONNREFUSED" => ReachResult.Refused,
                // SO_SNDTIMEO ends a connect with EINPROGRESS (socket(7)).
                "EINPROGRESS" or "ETIMEDOUT" or "EAGAIN" => ReachResult.Filtered,
                _ => ReachResult.Unreachable,
            }, errno, result.Duration);
        }
    }
}
