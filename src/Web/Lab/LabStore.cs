using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>
/// What this browser knows of the lab. Batches may come twice, late, or before the state that announces their run: what is known is dropped, what lies
/// behind a hole waits until the hole is filled.
/// </summary>
public sealed class LabStore(TimeProvider time)
{
    /// <summary>Most events held back behind a hole; beyond that a fresh snapshot is cheaper.</summary>
    private const int MaxWaiting = 4096;

    private readonly List<RunEvent> _log = [];
    private readonly SortedDictionary<long, RunEvent> _waiting = [];
    private string? _waitingRun;
    private LabState? _state;
    private IReadOnlyList<Scenario> _scenarios = [];
    private LinkStatus _link;
    private RunClock _clock;
    private LabView? _view;

    /// <summary>Something changed; <see cref="View"/> has it.</summary>
    public event Action? Changed;

    /// <summary>The last seq of the log, of which none is missing before.</summary>
    public long LastSeq => _log.Count == 0 ? 0 : _log[^1].Seq;

    public string? Run => _state?.Run?.Id;

    public LinkStatus Link => _link;

    /// <summary>The run and the seq after which events are missing; null when nothing is.</summary>
    public (string Run, long After)? Hole => Run is { } run && run == _waitingRun && _waiting.Count > 0 ? (run, LastSeq) : null;

    public LabView View => _view ??= new LabView
    {
        Link = _link,
        State = _state,
        Scenarios = _scenarios,
        Timeline = _state?.Run is { } header ? Timeline.Of(header, _log) : null,
        Clock = _clock,
    };

    public void Apply(LabSnapshot snapshot)
    {
        _scenarios = snapshot.Scenarios;
        _log.Clear();
        if (_state?.Run?.Id != snapshot.State.Run?.Id && _waitingRun != snapshot.State.Run?.Id)
            _waiting.Clear();
        SetState(snapshot.State);
        foreach (RunEvent e in snapshot.Events)
            Take(e);
        TakeWaiting();
        Change();
    }

    public void Apply(LabState state)
    {
        if (_state is { } old && state.Version <= old.Version)
            return;
        bool newRun = state.Run?.Id != Run;
        SetState(state);
        if (newRun)
        {
            _log.Clear();
            TakeWaiting();
        }
        Change();
    }

    public void Apply(RunBatch batch)
    {
        if (batch.Run != Run)
        {
            if (batch.Run != _waitingRun)
                _waiting.Clear();
            _waitingRun = batch.Run;
            Wait(batch.Events);
            return;
        }
        long before = LastSeq;
        foreach (RunEvent e in batch.Events)
            Take(e);
        TakeWaiting();
        if (LastSeq != before)
            Change();
    }

    public void SetLink(LinkStatus link)
    {
        if (_link == link)
            return;
        _link = link;
        Change();
    }

    private void SetState(LabState state)
    {
        _state = state;
        _clock = new RunClock(state.RunTime, time.GetTimestamp());
    }

    private void Take(RunEvent e)
    {
        if (e.Seq == LastSeq + 1)
            _log.Add(e);
        else if (e.Seq > LastSeq)
        {
            if (_waitingRun != Run)
                _waiting.Clear();
            _waitingRun = Run;
            Wait([e]);
        }
    }

    private void Wait(IEnumerable<RunEvent> events)
    {
        foreach (RunEvent e in events)
        {
            if (_waiting.Count < MaxWaiting)
                _waiting[e.Seq] = e;
        }
    }

    private void TakeWaiting()
    {
        if (_waitingRun != Run)
            return;
        while (_waiting.Count > 0)
        {
            (long seq, RunEvent e) = _waiting.First();
            if (seq > LastSeq + 1)
                return;
            _waiting.Remove(seq);
            if (seq == LastSeq + 1)
                _log.Add(e);
        }
    }

    private void Change()
    {
        _view = null;
        Changed?.Invoke();
    }
}
