using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>A program forks: a real process of its host keeps some of its sockets.</summary>
internal sealed class Forking(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    protected override void Begin()
    {
        var order = new ForkOrder
        {
            Program = Action.Program!,
            Child = Action.Child!,
            Sockets = Action.Keeps ?? [],
        };
        Give(
            Run,
            new OrderContext(Planned.Step.Id, Planned.Attempt, Planned.Index, Action.Program),
            Lab.Seat(Host),
            order,
            LabLimits.ProgramTime,
            item => Do(new Looking(Lab), () => Finish(item is null ? LabTexts.Silent(Host) : item.Refused))
        );
    }
}
