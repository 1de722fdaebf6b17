using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Programs;
using ReuseAddrDashboard.Agent.Watch;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>
/// Tells what orders caused, and their ends. The lab goes on after the end of an order, so what the order changed has to be in the outbox before it.
/// </summary>
internal sealed class Reporter(Outbox outbox, SocketWatcher watcher)
{
    public void Tell(RunEvent happened, Cause cause)
    {
        outbox.Add(happened, cause);
        if (happened is CallEvent call)
            watcher.Made(call);
    }

    public void Tell(CallOrder order, in CallResult result, SocketFd? asked = null, Message? remark = null, RunSocket? made = null) =>
        Tell(CallReport.Make(result, order.Socket, order.Program, asked, remark, made), new(order.Run, order.Id));

    /// <summary>Looks at the sockets: what changed is in the outbox when this returns.</summary>
    public void Look() => watcher.Look();

    /// <summary>Ends an order that changed something, or may have.</summary>
    public void End(long order, Message? refused = null)
    {
        watcher.Look();
        outbox.End(order, refused);
    }

    /// <summary>Ends an order of which nothing came that a look would show.</summary>
    public void EndAtOnce(long order, Message? refused = null, HostCheck? check = null) => outbox.End(order, refused, check);
}
