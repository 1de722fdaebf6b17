using Orleans.Concurrency;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Checks of the hosts before a run: by themselves when both have joined, when the port changes and when what holds it goes, and whenever somebody asks.</summary>
internal sealed partial class LabGrain
{
    private LabCheck? _check;
    private Task<LabCheck>? _checking;
    private bool _checkAgain;

    public async Task<Immutable<LabCheck>> Check() => (await CheckNow()).AsImmutable();

    /// <summary>Starts a check once the present turn has ended; what is asked for while one goes on is one more.</summary>
    private void CheckSoon()
    {
        _check = null;
        if (_run is not null || _opening || !Seats.All(s => s.Ready))
            return;
        if (_checking is not null)
            _checkAgain = true;
        else
            _ = CheckNow();
    }

    private Task<LabCheck> CheckNow()
    {
        return _checking ??= Run();

        async Task<LabCheck> Run()
        {
            await Task.Yield();
            try
            {
                LabCheck check;
                do
                {
                    _checkAgain = false;
                    check = await CheckHosts();
                }
                while (_checkAgain && _run is null && !_opening);
                _check = check;
                foreach (Finding finding in check.Findings.Where(f => f.Level == FindingLevel.Blocker))
                    LogBlocker(finding.Host ?? "network", finding.Text);
                return check;
            }
            finally
            {
                _checking = null;
                Changed();
            }
        }
    }

    private async Task<LabCheck> CheckHosts()
    {
        int port = _port;
        // Inside a run a trial would be taken for a part of it.
        bool during = _run is not null || _opening;
        Endpoint? reach = !during && _server.Facts is { } facts && Endpoint.TryParse($"{(facts.Address.Contains(':') ? $"[{facts.Address}]" : facts.Address)}:{port}", out Endpoint at) ? at : null;
        HostChecked[] hosts = await Task.WhenAll(Seats.Select(async seat =>
        {
            AgentItem? answer = await Order(seat, id => seat.Orders!.Check(new(id, port, seat == _client ? reach : null, TryBind: seat == _server && !during)), OrderGrace);
            return new HostChecked(seat.Name, answer?.Check is { } check && check.Port == port ? check : null);
        }));
        return new(port, time.GetUtcNow(), hosts, Preflight.Judge(port, hosts), during);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Check of the hosts, {Host}: {Text}")]
    private partial void LogBlocker(string host, string text);
}
