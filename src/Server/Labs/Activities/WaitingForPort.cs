using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// What an earlier connection left in TIME-WAIT would meet the first bind, when the rule says so; a trainer would wait, and so does Play all. So it does for a
/// connection that nobody owns and that
/// is still closing.
/// </summary>
internal sealed class WaitingForPort(Lab lab, LabRun run) : Activity(lab)
{
    /// <summary>The rows that hold the port up; empty when the next bind meets none.</summary>
    public IReadOnlyList<SocketEvent> InTheWay { get; private set; } = [];

    protected override void Begin()
    {
        Find();
        if (InTheWay.Count == 0)
        {
            End();
            return;
        }
        SocketEvent first = InTheWay[0];
        run.Append(
            new NoteEvent
            {
                T = run.T(Lab.Now),
                Host = first.Host,
                Message = Message.Of(NoteCodes.WaitingForPort, ("host", first.Host), ("port", first.Local.Port), ("limit", LabLimits.TimeWait.Nanoseconds())),
            }
        );
        After(LabLimits.TimeWait, End);
    }

    public override void Pause() => End();

    protected override void OnMoved()
    {
        Find();
        if (InTheWay.Count == 0)
            End();
    }

    private void Find()
    {
        BindPreview? next = run.NextBind;
        PortSocket[] obstacles = next is not { Verdict.Outcome: not BindOutcome.Ok } ? [] : [.. next.Verdict.Obstacles.Select(o => o.Socket)];
        // A listener would not go away by itself, and so the bind may as well meet it.
        InTheWay =
            obstacles.Length > 0 && obstacles.All(Ends)
                ? [.. run.Rows.Where(r => r.Host == next!.Host && obstacles.Any(o => o.Local == r.Local && (o.Remote ?? default) == r.Remote))]
                : [];
    }

    private static bool Ends(PortSocket socket) =>
        socket.State == TcpState.TimeWait || socket is { Inode: 0, State: TcpState.FinWait1 or TcpState.FinWait2 or TcpState.Closing or TcpState.LastAck };
}
