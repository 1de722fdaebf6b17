using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// Puts away a connection that is none of the lesson's, by SO_LINGER with 0 s and close: the RST ends both ends. After a plain close this end would stay on the
/// port in FIN-WAIT-2 for as long as the peer keeps its own.
/// </summary>
internal sealed class AbortingConnection(Lab lab, LabRun run, MadeIn made, string host, string socket, string? program) : Activity(lab)
{
    protected override void Begin() =>
        Give(
            run,
            new OrderContext(made.Step, made.Attempt, null, program),
            Lab.Seat(host),
            new CallOrder
            {
                Program = program,
                Socket = socket,
                Call = SocketCall.SetSockOpt,
                Option = SocketOption.Linger,
                Value = OptionValue.Linger(true, 0),
            },
            LabLimits.OrderTime,
            _ => Do(new ClosingSockets(Lab, run, made, [(host, socket, program)]), End)
        );
}
