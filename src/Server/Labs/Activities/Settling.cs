using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// On a busy machine the last FIN may still be on its way: the run's connections that are closing are looked at until they wait in TIME-WAIT or are gone, for a
/// second at most.
/// </summary>
internal sealed class Settling(Lab lab, LabRun run) : Activity(lab)
{
    private long _until;

    protected override void Begin()
    {
        _until = Lab.Now + LabLimits.Settle.Nanoseconds();
        Look();
    }

    private void Look()
    {
        if (!IsClosing() || Lab.Now >= _until)
            End();
        else
            After(LabLimits.SettlePause, () => Do(new Looking(Lab), Look));
    }

    private bool IsClosing() =>
        run.Rows.Any(row =>
            run.Sockets.IsOwn(row.Local, row.Remote)
            && row.To switch
            {
                TcpState.LastAck or TcpState.FinWait1 or TcpState.Closing => true,
                // The other end has gone, so its FIN was sent.
                TcpState.FinWait2 => OtherEndSeen(row)
                    && !run.Rows.Any(r => r.Local.Unmapped() == row.Remote.Unmapped() && r.Remote.Unmapped() == row.Local.Unmapped()),
                _ => false,
            }
        );

    // Only of an end that a host of the lab has can it be said that it has gone.
    private bool OtherEndSeen(SocketEvent row) => Lab.HostWith(row.Remote) is not null;
}
