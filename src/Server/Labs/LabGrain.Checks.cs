using Orleans.Concurrency;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// Checks of the hosts before a run: by themselves when both have joined, when the port changes, when what holds it comes or goes and after Reset; and whenever somebody asks.
/// One round goes on at a time. Whoever asks gets one that began afterwards.
/// </summary>
internal sealed partial class LabGrain
{
    // A busy service moves the port all the time, and each check makes real calls.
    private static readonly TimeSpan PortChecksApart = TimeSpan.FromSeconds(3);

    // Whoever starts the next run at once is not held up.
    private static readonly TimeSpan CheckAfterReset = TimeSpan.FromSeconds(2);

    private LabCheck? _check;
    private int _forgets;
    private TaskCompletionSource<LabCheck>? _nextRound;
    private bool _nextIsWhole, _rounds;
    private Task _round = Task.CompletedTask;
    private IGrainTimer? _checkTimer;
    private long? _portChecked;

    public async Task<Immutable<LabCheck>> Check() => (await NextCheck(whole: true)).AsImmutable();

    /// <summary>What was found before holds no more, and is found anew.</summary>
    private void CheckAnew()
    {
        ForgetCheck();
        CheckSoon(whole: true);
    }

    private void ForgetCheck() => (_check, _forgets) = (null, _forgets + 1);

    /// <summary>What was found during a run says nothing of the next one.</summary>
    private void CheckAfterRun()
    {
        if (_check is { DuringRun: true })
            ForgetCheck();
        CheckIn(CheckAfterReset);
    }

    /// <summary>A listener came or went, or a TIME-WAIT ended: the server is asked again, and the client where the way may have changed.</summary>
    private void CheckPort()
    {
        if (_portChecked is { } last && time.GetElapsedTime(last) is var passed && passed < PortChecksApart)
        {
            CheckIn(PortChecksApart - passed);
            return;
        }
        _portChecked = time.GetTimestamp();
        CheckSoon(whole: false);
    }

    private void CheckIn(TimeSpan wait) => _checkTimer ??= this.RegisterGrainTimer(
        _ =>
        {
            _checkTimer?.Dispose();
            _checkTimer = null;
            CheckPort();
            return Task.CompletedTask;
        },
        new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true });

    private void CheckSoon(bool whole)
    {
        if (_run is null && !_opening && Seats.All(s => s.Ready))
            _ = NextCheck(whole);
    }

    /// <summary>The next round to begin; the first begins once the present turn has ended.</summary>
    private Task<LabCheck> NextCheck(bool whole)
    {
        _nextIsWhole |= whole;
        TaskCompletionSource<LabCheck> next = _nextRound ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_rounds)
        {
            _rounds = true;
            _ = Rounds();
        }
        return next.Task;

        async Task Rounds()
        {
            await Task.Yield();
            while (_nextRound is { } asked)
            {
                bool all = _nextIsWhole;
                (_nextRound, _nextIsWhole) = (null, false);
                await (_round = Round(asked, all));
            }
            _rounds = false;
        }
    }

    private async Task Round(TaskCompletionSource<LabCheck> asked, bool whole)
    {
        try
        {
            int forgets = _forgets;
            LabCheck check = await CheckHosts(whole ? null : _check);
            if (forgets == _forgets)
            {
                foreach (Finding finding in check.Findings.Where(f => f.Level == FindingLevel.Blocker && _check?.Findings.Any(b => (b.Level, b.Host, b.About) == (f.Level, f.Host, f.About)) != true))
                    LogBlocker(finding.Host ?? "network", finding.Text);
                _check = check;
                Changed();
            }
            asked.SetResult(check);
        }
        catch (Exception e)
        {
            LogCheckFailed(e);
            asked.SetException(e);
        }
    }

    /// <param name="before">What the client found of the way stays, unless the port's listener came or went since: each try connects to whoever listens there. Null to ask both.</param>
    private async Task<LabCheck> CheckHosts(LabCheck? before)
    {
        int port = _port;
        // Inside a run a trial would be taken for a part of it.
        bool during = _run is not null || _opening;
        Endpoint? reach = !during && _server.Facts is { } facts && Endpoint.TryParse($"{(facts.Address.Contains(':') ? $"[{facts.Address}]" : facts.Address)}:{port}", out Endpoint at) ? at : null;
        HostChecked? client = during || before is not { DuringRun: false } ? null : before.Hosts.FirstOrDefault(h => h.Host == _client.Name && h.Check?.Reach is { } way && StillHolds(way));
        HostChecked[] hosts = await Task.WhenAll(Seats.Select(async seat =>
        {
            if (seat == _client && client is not null)
                return client;
            AgentItem? answer = await Order(seat, id => seat.Orders!.Check(new(id, port, seat == _client ? reach : null, TryBind: seat == _server && !during)), OrderGrace);
            return new HostChecked(seat.Name, answer?.Check is { } check && check.Port == port ? check : null);
        }));
        return new(port, time.GetUtcNow(), hosts, Preflight.Judge(port, hosts), during);
    }

    private bool StillHolds(ReachTest way)
    {
        bool listens = _idleSockets.Values.Any(row => row.Host == _server.Name && row.Local.Port == _port && row.To == TcpState.Listen);
        return way.Result is not (ReachResult.Open or ReachResult.Refused) || way.Result == ReachResult.Open == listens;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Check of the hosts, {Host}: {Text}")]
    private partial void LogBlocker(string host, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "A check of the hosts failed")]
    private partial void LogCheckFailed(Exception fault);
}
