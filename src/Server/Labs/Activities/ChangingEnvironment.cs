using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Sets a sysctl or a packet filter of a host's own namespace; its agent puts it back with the run's end.</summary>
internal sealed class ChangingEnvironment(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    protected override void Begin() =>
        Give(
            Run,
            new OrderContext(Planned.Step.Id, Planned.Attempt, Planned.Index, null),
            Lab.Seat(Host),
            CallOrders.Environment(Run.Header, Action),
            LabLimits.EnvironmentTime,
            item => Do(new Looking(Lab), () => Finish(item is null ? LabTexts.Silent(Host) : item.Refused))
        );
}
