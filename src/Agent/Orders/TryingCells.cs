using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Matrix;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>Cells of the matrix that are tried on a thread of their own: they hold up no other order. One trial goes on at a time.</summary>
/// <param name="outbox">Takes what came of the cells, and the orders' ends.</param>
/// <param name="start">Starts a thread in this agent's network namespace.</param>
internal sealed class TryingCells(Outbox outbox, Func<string, Action, Thread> start)
{
    // What stands when it is stopped is closed within this: two seconds for what is left to come about, and as much for a connect that nobody answers.
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private Thread? _thread;

    /// <summary>Begins a trial; one that is going on is stopped first.</summary>
    /// <param name="order">Which cells.</param>
    /// <param name="guard">Ends the order where the trial meets a defect.</param>
    public void Begin(TryCellsOrder order, Action<Action> guard)
    {
        Stop();
        lock (_gate)
        {
            var stop = _stop = new CancellationTokenSource();
            _thread = start("matrix", () => guard(() => Try(order, stop.Token)));
        }
    }

    /// <summary>Stops what goes on, and waits until everything of it is closed.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stop?.Cancel();
            _thread?.Join(StopsWithin);
            (_stop, _thread) = (null, null);
        }
    }

    private void Try(TryCellsOrder order, CancellationToken stop)
    {
        var cause = new Cause(null, order.Id);
        outbox.Add(new MatrixPart([], MatrixHostReader.Read()), cause);
        var trials = new CellTrials(order.Avoid);
        trials.Run(order.Cells, results => outbox.Add(new MatrixPart(results, LeftInTimeWait: trials.LeftInTimeWait), cause), stop);
        outbox.End(order.Id);
    }
}
