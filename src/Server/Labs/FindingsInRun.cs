using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What a run shows of a check that was made before it: a finding whose cause is gone is one no more. Pure.</summary>
internal static class FindingsInRun
{
    /// <summary>The check without what the event disproves; the same one where it disproves nothing.</summary>
    /// <param name="check">What was found.</param>
    /// <param name="portHost">The host whose programs bind the port.</param>
    /// <param name="e">Something that happened since.</param>
    public static LabCheck After(LabCheck check, string portHost, RunEvent e)
    {
        Finding[] left = [.. check.Findings.Where(f => f.Level == FindingLevel.Ok || !Disproves(f, check.Port, portHost, e))];
        return left.Length == check.Findings.Count ? check : check with { Findings = left };
    }

    private static bool Disproves(Finding finding, int port, string portHost, RunEvent e) =>
        finding.About switch
        {
            "answer" => e.Host == finding.Host,
            "port" or "holders" or "privileged" => IsBind(e, port, portHost) || finding.About != "privileged" && Went(e, port, portHost, TcpState.Listen),
            "queue" => Went(e, port, portHost, TcpState.Listen),
            "time-wait" => Went(e, port, portHost, TcpState.TimeWait),
            "reach" => IsReached(e, port),
            _ => false,
        };

    private static bool IsBind(RunEvent e, int port, string portHost) =>
        e is CallEvent { Call: "bind", Succeeded: true } call && call.Host == portHost && call.Args.Address?.Port == port;

    // Answered, with a connection or with the RST of a closed port.
    private static bool IsReached(RunEvent e, int port) =>
        e is CallEvent { Call: "connect" } call
        && call.Args.Address?.Port == port
        && (call.Succeeded || call.Errno == "ECONNREFUSED" && call.Duration < Preflight.SlowRefusal);

    private static bool Went(RunEvent e, int port, string portHost, TcpState from) =>
        e.Host == portHost
        && e switch
        {
            SocketEvent row => row.To is null && row.From == from && row.Local.Port == port,
            StateEvent state => state.To is null && state.From == from && state.Socket.Local.Port == port,
            _ => false,
        };
}
