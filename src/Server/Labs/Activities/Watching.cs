using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Tells every agent which ports to watch: those of all open runs, or those chosen while there is none. A look goes before, so that what went until then is
/// told as gone; with the order all that is
/// there is told anew.
/// </summary>
/// <param name="lab">The lab.</param>
/// <param name="silent">Agents whose answer is not waited for: they have not answered just before.</param>
internal sealed class Watching(Lab lab, IReadOnlyCollection<AgentSeat> silent) : Activity(lab)
{
    protected override void Begin()
    {
        AgentSeat[] seats = [.. Lab.Seats.Where(s => s.Connected)];
        foreach (AgentSeat seat in seats.Where(silent.Contains))
            Lab.Orders.Give(seat, new WatchOrder { Ports = Lab.WatchedPorts }, LabLimits.OrderTime, _ => { });
        AgentSeat[] answering = [.. seats.Where(s => !silent.Contains(s))];
        int left = 2;
        GiveEach(answering, _ => new LookOrder(), LabLimits.OrderTime, Watched);
        GiveEach(answering, _ => new WatchOrder { Ports = Lab.WatchedPorts }, LabLimits.OrderTime, Watched);

        void Watched(IReadOnlyList<AgentSeat> without)
        {
            if (--left == 0)
                End();
        }
    }
}
