using System.Net;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>
/// One round of checks: first the port's host reads and tries how fit it is, then the others do, side by side. Where something listens on the port they connect
/// only if a person asked for the check:
/// it may be a stranger's.
/// </summary>
/// <param name="lab">The lab.</param>
/// <param name="before">The check before; null for none.</param>
/// <param name="whole">False to leave what another host found of the way to the port as it is, unless the port's listener came or went since.</param>
/// <param name="byRequest">True where somebody asked for it.</param>
internal sealed class CheckingHosts(Lab lab, LabCheck? before, bool whole, bool byRequest) : Activity(lab)
{
    private readonly Dictionary<string, HostChecked> _found = [];

    /// <summary>What was found; null before the end.</summary>
    public LabCheck? Check { get; private set; }

    protected override void Begin()
    {
        (int port, string portHost) = (Lab.Ports[0], Lab.PortHost);
        // Inside a run a trial would be taken for a part of it.
        bool during = Lab.Runs.Any(r => r.Over is null) || Lab.Starting.Count > 0;
        Ask(Lab.Seat(portHost), port, null, tryBind: !during, () => Others(port, portHost, during));
    }

    private void Others(int port, string portHost, bool during)
    {
        TcpEndpoint? reach =
            !during && Lab.Seat(portHost).Facts is { } facts && IPAddress.TryParse(facts.Address, out IPAddress? address)
                ? TcpEndpoint.Of(address, port)
                : null;
        if (reach is { } to && !byRequest && !Preflight.MayConnect(_found[portHost].Check, to))
            reach = null;
        foreach (AgentSeat seat in Lab.Seats.Where(s => s.Name != portHost))
        {
            if (
                !whole
                && !during
                && before is { DuringRun: false }
                && before.Port == port
                && before.Hosts.FirstOrDefault(h => h.Host == seat.Name && h.Check?.Reach is { } way && StillHolds(way, port, portHost)) is { } known
            )
            {
                _found[seat.Name] = known;
            }
            else
            {
                Ask(seat, port, reach, tryBind: false, () => JudgeAll(port, portHost, during));
            }
        }
        JudgeAll(port, portHost, during);
    }

    private void Ask(AgentSeat seat, int port, TcpEndpoint? reach, bool tryBind, Action then) =>
        Give(
            seat,
            new CheckOrder
            {
                Port = port,
                Reach = reach,
                TryBind = tryBind,
            },
            LabLimits.OrderTime,
            item =>
            {
                _found[seat.Name] = new(seat.Name, item?.Check is { } check && check.Port == port ? check : null, Lab.Moment.Wall);
                then();
            }
        );

    private void JudgeAll(int port, string portHost, bool during)
    {
        if (Ended || _found.Count < Lab.Seats.Count)
            return;
        HostChecked[] hosts = [.. Lab.Seats.Select(s => _found[s.Name])];
        int[] runPorts = [.. Lab.Runs.Where(r => r.Over is null).SelectMany(r => r.Ports)];
        Check = new(port, Lab.Moment.Wall, hosts, Preflight.Judge(port, portHost, hosts, runPorts, before?.Port == port ? before : null), during);
        End();
    }

    // A way that was open or free stays so while the listener does; what was in the way is tried again each time.
    private bool StillHolds(ReachTest way, int port, string portHost)
    {
        bool listens = Lab.Loose.Rows.Any(row => row.Host == portHost && row.Local.Port == port && row.To == TcpState.Listen);
        return way.Result is ReachResult.Open or ReachResult.Refused && way.Result == ReachResult.Open == listens;
    }
}
