using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>A made call as the log's event.</summary>
internal static class CallReport
{
    /// <param name="result">The call.</param>
    /// <param name="socket">The lab's name of the socket.</param>
    /// <param name="asked">The socket whose addresses belong into the event; null for none.</param>
    /// <param name="accepted">accept4: the lab's name of the accepted socket.</param>
    /// <param name="remark">What else is to be known, in a sentence.</param>
    /// <param name="made">The socket that the call made; null for none.</param>
    public static CallEvent Of(in CallResult result, string socket, SocketFd? asked = null, string? accepted = null, string? remark = null, LessonSocket? made = null)
    {
        Endpoint? local = asked is null ? null : SocketNames.Local(asked);
        Endpoint? remote = asked is null ? null : SocketNames.Remote(asked);
        return new CallEvent
        {
            T = result.Start, Source = EventSource.Call, Socket = socket, Accepted = accepted, Call = result.Call, Args = result.Args, Result = result.Result,
            Errno = result.Succeeded ? null : Errno.Name(result.Errno), ErrnoNumber = result.Succeeded ? null : result.Errno,
            ErrnoText = result.Succeeded ? null : Errno.Text(result.Errno), Duration = result.Duration, Remark = remark, Local = local, Remote = remote, Inode = made?.Inode ?? 0,
        };
    }
}
