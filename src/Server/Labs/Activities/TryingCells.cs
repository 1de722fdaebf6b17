using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Has one host try cells of the matrix: one order, of which parts come until its end.</summary>
/// <param name="lab">The lab.</param>
/// <param name="seat">The host.</param>
/// <param name="cells">The cells.</param>
/// <param name="took">Takes what came of some of them.</param>
internal sealed class TryingCells(Lab lab, AgentSeat seat, IReadOnlyList<MatrixCell> cells, Action<MatrixPart> took) : Activity(lab)
{
    private readonly HashSet<MatrixCell> _open = [.. cells];
    private PendingOrder? _order;

    /// <summary>What kept it from its end; null for nothing.</summary>
    public Message? Problem { get; private set; }

    /// <summary>Has the agent stop; the end of its order is the end of this.</summary>
    public void Stop() =>
        Give(
            seat,
            new StopCellsOrder(),
            LabLimits.CellsStop,
            item =>
            {
                if (item is null)
                    End();
            }
        );

    /// <summary>The agent told of some cells. What it was not asked for is passed over.</summary>
    public void Told(AgentSeat by, AgentItem item)
    {
        if (by == seat && item.OrderId == _order?.Id && item.Matrix is { } part && !Ended)
            took(part with { Results = [.. part.Results.Where(r => _open.Remove(r.Cell))] });
    }

    protected override void Begin()
    {
        // Runs go on meanwhile: their ports are not touched, nor are those that somebody has chosen for the next.
        int[] avoid = [.. Lab.WatchedPorts.Concat(Lab.Ports).Concat(Lab.Starting.SelectMany(s => s.Ports)).Distinct().Take(WatchOrder.MaxPorts)];
        _order = Give(
            seat,
            new TryCellsOrder { Cells = cells, Avoid = avoid },
            LabLimits.Cells,
            item =>
            {
                // What nobody waits for any more must not go on.
                if (item is null)
                    Lab.Orders.Give(seat, new StopCellsOrder(), LabLimits.CellsStop, _ => { });
                Problem = item is null ? Message.Of(LabRefusals.CellsUnanswered, ("host", seat.Name)) : item.Refused;
                End();
            }
        );
    }
}
