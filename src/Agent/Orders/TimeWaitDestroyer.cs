using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>SOCK_DESTROY of one TIME-WAIT socket.</summary>
internal sealed class TimeWaitDestroyer(Reporter reporter, SocketWatcher watcher)
{
    /// <returns>Null when it was destroyed; else why not.</returns>
    public Message? Destroy(DestroyOrder order)
    {
        var pair = new SocketPair(order.Local, order.Remote);
        if (!watcher.Takes(pair))
            return Message.Of(AgentCodes.NotWatched, ("local", pair.Local));
        using SockDiag? diag = SockDiag.Open(out int errno);
        if (diag is null)
            return Message.Of(AgentCodes.NoDiag, ("errno", Errno.Name(errno)));
        if (diag.Find(pair, out errno) is not { } socket)
        {
            return errno == Constants.ENOENT
                ? Message.Of(AgentCodes.NoSuchTimeWait, ("local", pair.Local), ("remote", pair.Remote))
                : Message.Of(AgentCodes.DiagFailed, ("errno", Errno.Name(errno)));
        }

        if (socket.State != TcpState.TimeWait)
            return Message.Of(AgentCodes.NotTimeWait, ("local", pair.Local), ("remote", pair.Remote), ("state", socket.State.Name()));

        CallResult result = diag.Destroy(socket);
        reporter.Tell(CallReport.Make(result, DestroyOrder.SocketName) with { Local = pair.Local, Remote = pair.Remote }, new(order.Run, order.Id));
        return result.Errno switch
        {
            0 => null,
            Constants.ENOENT => new Message(AgentCodes.EndedBefore),
            Constants.EPERM => new Message(AgentCodes.DestroyNotAllowed),
            Constants.EOPNOTSUPP => new Message(AgentCodes.NoDestroy),
            _ => Message.Of(AgentCodes.DestroyFailed, ("errno", Errno.Name(result.Errno))),
        };
    }
}
