using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Matrix;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Orders;

/// <summary>Cells of the matrix that are tried on threads of their own: they hold up no other order. One trial goes on at a time.</summary>
/// <param name="outbox">Takes what came of the cells, and the orders' ends.</param>
/// <param name="start">Starts a thread in this agent's network namespace.</param>
internal sealed class TryingCells(Outbox outbox, Func<string, Action, Thread> start) : IDisposable
{
    // A connect that nobody answers, and what is left to come about, take two seconds each.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private Thread? _thread;

    /// <summary>Begins a trial; one that is going on is stopped, and the new one waits for its end.</summary>
    /// <param name="order">Which cells.</param>
    /// <param name="guard">Ends the order where the trial meets a defect.</param>
    public void Begin(TryCellsOrder order, Action<Action> guard)
    {
        lock (_gate)
        {
            _stop?.Cancel();
            Thread? before = _thread;
            var stop = _stop = new CancellationTokenSource();
            _thread = start(
                "matrix",
                () =>
                    guard(() =>
                    {
                        before?.Join();
                        Try(order, stop.Token);
                    })
            );
        }
    }

    /// <summary>Stops what goes on.</summary>
    /// <param name="ended">Called when everything of it is closed.</param>
    public void Stop(Action ended)
    {
        lock (_gate)
        {
            _stop?.Cancel();
            if (_thread is { IsAlive: true } trial)
            {
                start(
                    "matrix-stop",
                    () =>
                    {
                        trial.Join();
                        ended();
                    }
                );
            }
            else
            {
                ended();
            }
        }
    }

    /// <summary>Stops what goes on, and waits until everything of it is closed.</summary>
    public void Dispose()
    {
        Thread? trial;
        lock (_gate)
        {
            _stop?.Cancel();
            trial = _thread;
        }
        trial?.Join(EndsWithin);
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
