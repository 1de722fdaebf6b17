using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>
/// What this browser knows of the lab: its state and the logs of all its open runs, of which the page shows one. Batches may come twice, late, or before the state that announces their run.
/// </summary>
public sealed class LabStore(TimeProvider time)
{
    /// <summary>Most logs kept of runs that no state has announced yet.</summary>
    private const int MaxUnannounced = 4;

    private readonly Dictionary<string, OpenLog> _logs = [];
    private readonly List<string> _unannounced = [];
    private LabState? _state;
    private IReadOnlyList<Scenario> _scenarios = [];
    private LinkStatus _link;
    private long _stamp;
    private string? _chosen;
    private LabView? _view;

    /// <summary>Something changed; <see cref="View"/> has it.</summary>
    public event Action? Changed;

    /// <summary>The run that is shown: the one that was chosen, else the one opened last; null while none is open.</summary>
    public string? Run => Shown?.Header.Id;

    /// <summary>The last seq of its log, of which none is missing before.</summary>
    public long LastSeq => Run is { } run && _logs.TryGetValue(run, out OpenLog? log) ? log.LastSeq : 0;

    /// <summary>Whether the dashboard is there.</summary>
    public LinkStatus Link => _link;

    /// <summary>The lab as it was told last, without any log being folded for it; null before.</summary>
    public LabState? State => _state;

    /// <summary>The catalogue.</summary>
    public IReadOnlyList<Scenario> Scenarios => _scenarios;

    /// <summary>What this browser has, and from which process of the dashboard: joining again goes on from there.</summary>
    public (IReadOnlyDictionary<string, long> Events, string? Server) Has => (_logs.ToDictionary(l => l.Key, l => l.Value.LastSeq), _state?.Server);

    /// <summary>What is known now; another object after each change.</summary>
    public LabView View => _view ??= new LabView
    {
        Link = _link,
        State = _state,
        Scenarios = _scenarios,
        Run = Shown,
        Timeline = Shown is { } run ? LogOf(run.Header.Id).Timeline(run.Header) : null,
        Clock = new(Shown?.Now ?? 0, _stamp),
        Loading = Shown is { } shown && LogOf(shown.Header.Id) is { IsBehind: true } log ? (log.LastSeq, log.Total) : null,
    };

    private OpenRun? Shown => _state?.FindRun(_chosen) ?? (_state?.Runs is [.., var newest] ? newest : null);

    /// <summary>The lab has changed; one that is older than what is known is passed over.</summary>
    public void Apply(LabState state)
    {
        if (_state is { } old && old.Server == state.Server && state.Version < old.Version)
            return;
        SetState(state);
        Change();
    }

    /// <summary>Events of a run; those that are known already are passed over.</summary>
    /// <returns>False where events are missing before these: join again.</returns>
    public bool Apply(RunBatch batch)
    {
        OpenLog log = LogOf(batch.Run);
        long before = log.LastSeq;
        bool whole = log.Append(batch);
        if (log.LastSeq != before && batch.Run == Run)
            Change();
        return whole;
    }

    /// <summary>The catalogue has changed.</summary>
    public void Apply(IReadOnlyList<Scenario> scenarios)
    {
        _scenarios = scenarios;
        Change();
    }

    /// <summary>The link was made or lost.</summary>
    public void SetLink(LinkStatus link)
    {
        if (_link == link)
            return;
        _link = link;
        Change();
    }

    /// <summary>Shows a run as long as it is open, or is about to be.</summary>
    public void Show(string run)
    {
        if (_chosen == run)
            return;
        _chosen = run;
        Change();
    }

    private void SetState(LabState state)
    {
        // Another process of the dashboard: its logs come anew.
        if (_state is { } other && other.Server != state.Server)
        {
            _logs.Clear();
            _unannounced.Clear();
        }
        foreach (OpenRun over in _state?.Runs.Where(r => state.FindRun(r.Header.Id) is null) ?? [])
            _logs.Remove(over.Header.Id);
        _unannounced.RemoveAll(run => state.FindRun(run) is not null);
        _state = state;
        _stamp = time.GetTimestamp();
    }

    private OpenLog LogOf(string run)
    {
        if (_logs.TryGetValue(run, out OpenLog? log))
            return log;
        if (_state?.FindRun(run) is null)
        {
            if (_unannounced.Count >= MaxUnannounced)
            {
                _logs.Remove(_unannounced[0]);
                _unannounced.RemoveAt(0);
            }
            _unannounced.Add(run);
        }
        return _logs[run] = new();
    }

    private void Change()
    {
        _view = null;
        Changed?.Invoke();
    }
}
