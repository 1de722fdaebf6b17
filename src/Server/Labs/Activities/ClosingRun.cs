using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Ends a run on every host and puts it away with its outcome: what blocks, its sockets, programs and changes, and what it left in TIME-WAIT where the hosts
/// may, so that the next run finds a clean port.
/// Its events are stored before it leaves the lab; while they cannot be, it stays without holding its ports.
/// </summary>
internal sealed class ClosingRun(Lab lab, LabRun run) : Activity(lab)
{
    /// <summary>The hosts whose agents did not answer.</summary>
    public IReadOnlyList<AgentSeat> Silent { get; private set; } = [];

    protected override void Begin()
    {
        run.Closing = true;
        run.Doing?.Cancel();
        run.Beside?.Cancel();
        Lab.Idle(run);
        GiveEach([.. Lab.Seats.Where(s => s.Connected)], _ => new CloseRunOrder { Run = run.Id }, LabLimits.CloseRun, Closed);
    }

    private void Closed(IReadOnlyList<AgentSeat> silent)
    {
        Silent = silent;
        // Who did not answer is not asked again.
        GiveEach([.. Lab.Seats.Where(s => s.Connected && !silent.Contains(s))], _ => new LookOrder(), LabLimits.Look, _ => Looked());
    }

    private void Looked()
    {
        if (Silent.Count == 0)
            Do(new Settling(Lab, run), Settled);
        else
            Settled();
    }

    private void Settled()
    {
        SocketEvent[] left = [.. run.Rows.Where(r => r.To == TcpState.TimeWait && run.Sockets.IsOwn(r.Local, r.Remote) && Silent.All(s => s.Name != r.Host))];
        Do(new DestroyingTimeWaits(Lab, run, left), PutAway);
    }

    private void PutAway()
    {
        if (run.Over is null && run.Progress.Outcome == Outcome.Running)
            run.Append(new EndEvent { T = run.T(Lab.Now), Outcome = run.Header.Script.Free ? Outcome.Completed : Outcome.Reset });
        run.TellRest(run.T(Lab.Now));
        run.Over ??= run.T(Lab.Now);
        Lab.PutAway(run);
        End();
    }
}
