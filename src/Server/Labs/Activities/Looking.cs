using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>A look at the sockets of every host: what came of a call on the wire is in the logs when it ends.</summary>
internal sealed class Looking(Lab lab) : Activity(lab)
{
    protected override void Begin() => GiveEach([.. Lab.Seats.Where(s => s.Connected)], _ => new LookOrder(), LabLimits.Look, _ => End());
}
