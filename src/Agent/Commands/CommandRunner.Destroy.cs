using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Commands;

/// <summary>SOCK_DESTROY of one TIME-WAIT socket.</summary>
internal sealed partial class CommandRunner
{
    /// <summary><see cref="IAgentClient.Destroy"/>.</summary>
    public void Destroy(DestroyOrder order) => Enqueue(order.Id, () =>
    {
        string? refused = CommandCheck.Refusal(order) ?? OfAnotherRun(order.Run) ?? DestroyNow(order, new SocketPair(order.Local, order.Remote));
        _watcher.Look();
        _outbox.End(order.Id, refused);
    });

    private string? OfAnotherRun(string run)
    {
        lock (_gate)
            return _sockets.Count > 0 && _run != run ? $"Sockets of run {_run} are still open; reset the lab first." : null;
    }

    private string? DestroyNow(DestroyOrder order, SocketPair pair)
    {
        if (!_watcher.Takes(pair))
            return $"{pair.Local} is not watched by this agent; it destroys only sockets of the ports it watches.";
        using SockDiag? diag = SockDiag.Open(out int errno);
        if (diag is null)
            return $"This host has no sock_diag ({Errno.Name(errno)}); the wait cannot be skipped, let it run out.";
        if (diag.Find(pair, out errno) is not { } socket)
        {
            return errno == Constants.ENOENT
                ? $"There is no connection {pair.Local} with {pair.Remote} any more; its TIME-WAIT has ended."
                : $"sock_diag could not look for the socket ({Errno.Name(errno)}); try again.";
        }
        if (socket.State != TcpState.TimeWait)
            return $"{pair.Local} with {pair.Remote} is in {socket.State.Name()}; only a socket in TIME-WAIT is destroyed.";

        CallResult result = diag.Destroy(socket);
        _outbox.Add(CallReport.Of(result, DestroyOrder.SocketName) with { Local = pair.Local, Remote = pair.Remote }, order.Id);
        return result.Errno switch
        {
            0 => null,
            Constants.ENOENT => "The socket's TIME-WAIT ended by itself just before.",
            Constants.EPERM => "The kernel does not let this agent destroy sockets (EPERM); start it with CAP_NET_ADMIN, or let the wait run out.",
            Constants.EOPNOTSUPP => "This kernel cannot destroy sockets (EOPNOTSUPP: built without CONFIG_INET_DIAG_DESTROY); let the wait run out.",
            _ => $"The socket could not be destroyed ({Errno.Name(result.Errno)}).",
        };
    }
}
