using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>A made call as the log's event.</summary>
internal static class CallReport
{
    /// <param name="result">The call.</param>
    /// <param name="socket">The run's name of the socket.</param>
    /// <param name="program">The program that made it; null for none.</param>
    /// <param name="asked">The socket whose addresses belong into the event; null for none.</param>
    /// <param name="remark">What else is to be known.</param>
    /// <param name="made">The socket that the call made; null for none.</param>
    public static CallEvent Make(
        in CallResult result,
        string socket,
        string? program = null,
        SocketFd? asked = null,
        Message? remark = null,
        RunSocket? made = null
    )
    {
        TcpEndpoint? local = asked is null ? null : SocketNames.Local(asked);
        TcpEndpoint? remote = asked is null ? null : SocketNames.Remote(asked);
        return new CallEvent
        {
            T = result.Start,
            Source = EvidenceSource.Call,
            Program = program,
            Socket = socket,
            Accepted = result.Call == "accept4" ? made?.Name : null,
            Call = result.Call,
            Args = result.Args,
            Result = result.Result,
            Errno = result.Succeeded ? null : Errno.Name(result.Errno),
            ErrnoNumber = result.Succeeded ? null : result.Errno,
            ErrnoText = result.Succeeded ? null : Errno.Text(result.Errno),
            Duration = result.Duration,
            Remark = remark,
            Local = local,
            Remote = remote,
            Inode = made?.Inode ?? 0,
        };
    }
}
