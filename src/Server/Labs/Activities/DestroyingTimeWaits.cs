using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Destroys TIME-WAIT sockets one after the other: an intervention, logged as the calls it is.</summary>
internal sealed class DestroyingTimeWaits(Lab lab, LabRun run, IReadOnlyList<SocketEvent> rows) : Activity(lab)
{
    private int _next;

    protected override void Begin() => Destroy(null);

    private void Destroy(AgentItem? ended)
    {
        while (_next < rows.Count)
        {
            SocketEvent row = rows[_next++];
            if (Lab.Seat(row.Host!) is not { Connected: true, Facts.CanDestroySockets: true } seat)
                continue;
            Give(run, new OrderContext(null, 0, null, null), seat, new DestroyOrder { Local = row.Local, Remote = row.Remote }, LabLimits.OrderTime, Destroy);
            return;
        }
        End();
    }
}
