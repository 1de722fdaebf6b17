using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Closes sockets of the run by name, one after the other, outside of what the scenario lists.</summary>
/// <param name="lab">The lab.</param>
/// <param name="run">The run.</param>
/// <param name="made">The attempt that its calls are written under.</param>
/// <param name="sockets">Their names and hosts.</param>
internal sealed class ClosingSockets(Lab lab, LabRun run, MadeIn made, IReadOnlyList<(string Host, string Socket, string? Program)> sockets) : Activity(lab)
{
    private int _next;

    protected override void Begin() => Close(null);

    private void Close(AgentItem? ended)
    {
        if (_next >= sockets.Count)
        {
            End();
            return;
        }
        (string host, string socket, string? program) = sockets[_next++];
        Give(
            run,
            new OrderContext(made.Step, made.Attempt, null, program),
            Lab.Seat(host),
            new CallOrder
            {
                Program = program,
                Socket = socket,
                Call = SocketCall.Close,
            },
            LabLimits.OrderTime,
            Close
        );
    }
}
