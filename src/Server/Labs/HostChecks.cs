using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs.Activities;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// Checks of the hosts before a run: by themselves when all have joined, when the port changes, when what holds it comes or goes and after a run; and whenever
/// somebody asks.
/// One round goes on at a time. Whoever asks gets one that began afterwards.
/// </summary>
internal sealed class HostChecks(Lab lab)
{
    // A busy service moves the port all the time, and each check makes real calls.
    private static readonly TimeSpan PortChecksApart = TimeSpan.FromSeconds(3);

    // Whoever starts the next run at once is not held up.
    private static readonly TimeSpan AfterReset = TimeSpan.FromSeconds(2);

    private readonly List<Action> _asked = [],
        _idle = [];
    private CheckingHosts? _round;
    private LabTimer? _timer;
    private bool _next,
        _nextIsWhole,
        _wholeDue;
    private int _forgets;
    private long? _portChecked;

    /// <summary>What the last round found; null once it holds no more.</summary>
    public LabCheck? Last { get; private set; }

    /// <summary>Checks every host anew.</summary>
    /// <param name="then">Told when a round that began afterwards has ended.</param>
    public void Ask(Action then)
    {
        _asked.Add(then);
        Next(whole: true);
    }

    /// <summary>Calls back when no round goes on: at once where none does.</summary>
    public void WhenIdle(Action then)
    {
        if (_round is null)
            then();
        else
            _idle.Add(then);
    }

    /// <summary>What was found before holds no more, and is found anew.</summary>
    public void Anew()
    {
        Forget();
        BySelf(whole: true);
    }

    /// <summary>Something happened in a run: what it disproves of the last check is dropped.</summary>
    public void Saw(RunEvent e)
    {
        if (Last is not { } last || FindingsInRun.After(last, lab.PortHost, e) is var left && ReferenceEquals(left, last))
            return;
        Last = left;
        lab.Changed();
    }

    public void Forget() => (Last, _forgets) = (null, _forgets + 1);

    /// <summary>What was found during a run says nothing of the next one.</summary>
    public void AfterRun()
    {
        if (Last is { DuringRun: true })
            Forget();
        _wholeDue = true;
        In(AfterReset);
    }

    /// <summary>A clock was measured: perhaps the last host is ready now.</summary>
    public void Ready()
    {
        if (Last is null)
            BySelf(whole: true);
    }

    /// <summary>A listener came or went, or a TIME-WAIT ended: the host of the port is asked again, and others where the way to it may have changed.</summary>
    public void PortMoved()
    {
        if (_portChecked is { } last && TimeSpan.FromTicks((lab.Now - last) / 100) is var passed && passed < PortChecksApart)
        {
            In(PortChecksApart - passed);
            return;
        }
        _portChecked = lab.Now;
        BySelf(whole: false);
    }

    private void In(TimeSpan wait) =>
        _timer ??= lab.After(
            wait,
            () =>
            {
                _timer = null;
                if (_wholeDue)
                    BySelf(whole: true);
                else
                    PortMoved();
                _wholeDue = false;
            }
        );

    private void BySelf(bool whole)
    {
        if (lab.Runs.Count == 0 && lab.Starting.Count == 0 && lab.Seats.All(s => s.Ready))
            Next(whole);
    }

    private void Next(bool whole)
    {
        (_next, _nextIsWhole) = (true, _nextIsWhole | whole);
        // Once the present turn has ended, so that what it still changes is in it.
        if (_round is null)
            lab.Soon(Begin);
    }

    private void Begin()
    {
        if (!_next || _round is not null)
            return;
        Action[] asked = [.. _asked];
        _asked.Clear();
        int forgets = _forgets;
        var round = _round = new CheckingHosts(lab, Last, _nextIsWhole, byRequest: asked.Length > 0);
        (_next, _nextIsWhole) = (false, false);
        round.Begin(() =>
        {
            _round = null;
            if (forgets == _forgets || asked.Length > 0)
                Found(round.Check!);
            foreach (Action then in asked)
                then();
            if (_next)
                lab.Soon(Begin);
            Action[] idle = [.. _idle];
            _idle.Clear();
            foreach (Action then in idle)
                WhenIdle(then);
        });
    }

    private void Found(LabCheck check)
    {
        foreach (
            Finding finding in check.Findings.Where(f =>
                f.Level == FindingLevel.Blocker && Last?.Findings.Any(b => (b.Level, b.Host, b.About) == (f.Level, f.Host, f.About)) != true
            )
        )
        {
            lab.Log(LogLevel.Warning, finding.Found);
        }

        Last = check;
        lab.Changed();
    }
}
