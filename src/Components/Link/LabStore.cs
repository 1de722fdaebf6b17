using System.Runtime.ExceptionServices;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>
/// What this browser knows of the lab: its state and the logs of all its open runs; which of them a page shows is the page's. Batches may come twice, late, or
/// before the state that announces their run.
/// </summary>
public sealed class LabStore(TimeProvider time)
{
    /// <summary>Most logs kept of runs that no state has announced yet.</summary>
    private const int MaxUnannounced = 4;

    /// <summary>How often a page tells how far it has come.</summary>
    private static readonly TimeSpan Progress = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, OpenLog> _logs = [];
    private readonly List<string> _unannounced = [];
    private LabState? _state;
    private IReadOnlyList<ListedScenario> _scenarios = [];
    private LinkStatus _link;
    private long _stamp;

    // What was made since the last change, by the run that was chosen: a page may show several.
    private readonly Dictionary<string, LabView> _views = [];

    // The runs that are shown and folded in slices.
    private readonly HashSet<string> _slow = [];
    private bool _folding;
    private ExceptionDispatchInfo? _fault;
    private long _told;

    /// <summary>Something changed; <see cref="ViewOf"/> has it.</summary>
    public event Action? Changed;

    /// <summary>True where what changed last is worth no drawing of its own, if more comes at once: that a step begins or ends, or that the lab is busy.</summary>
    public bool CanWait { get; private set; }

    /// <summary>Whether the dashboard is there.</summary>
    public LinkStatus Link => _link;

    /// <summary>Why the dashboard shows this browser no lab; null where it does, and before it was asked.</summary>
    public Message? Refusal { get; private set; }

    /// <summary>The lab as it was told last, without any log being folded for it; null before.</summary>
    public LabState? State => _state;

    /// <summary>The catalogue.</summary>
    public IReadOnlyList<ListedScenario> Scenarios => _scenarios;

    /// <summary>What this browser has, and from which process of the dashboard: joining again goes on from there.</summary>
    public (IReadOnlyDictionary<string, long> Events, string? Server) Has => (_logs.ToDictionary(l => l.Key, l => l.Value.LastSeq), _state?.Server);

    /// <summary>What a page shows that has chosen a run, or none; another object after each change.</summary>
    /// <param name="chosen">The run to show as long as it is open; else it is the one opened last.</param>
    public LabView ViewOf(string? chosen)
    {
        if (!_views.TryGetValue(chosen ?? "", out LabView? view))
            _views[chosen ?? ""] = view = Make(_state?.FindRun(chosen) ?? (_state?.Runs is [.., var newest] ? newest : null));
        return view;
    }

    /// <summary>The log of an open run, folded as far as it was shown, for a look at earlier moments; null for none.</summary>
    public TimelineFold? FoldOf(string run) => _logs.TryGetValue(run, out OpenLog? log) ? log.Whole : null;

    /// <summary>The lab has changed; one that is older than what is known is passed over.</summary>
    public void Apply(LabState state) => Take(state, canWait: false);

    /// <summary>The lab has changed in what changes often.</summary>
    public void Apply(LabNow now)
    {
        if (_state is { } before)
            Take(now.After(before), canWait: true);
    }

    /// <summary>Events of a run; those that are known already are passed over.</summary>
    /// <returns>False where events are missing before these: join again.</returns>
    public bool Apply(RunBatch batch)
    {
        OpenLog log = LogOf(batch.Run);
        long before = log.LastSeq;
        bool whole = log.Append(batch);
        if (log.LastSeq != before && (!log.IsBehind || !_slow.Contains(batch.Run)))
            Change(canWait: batch.Events.All(e => e is StepEvent or ActionEvent or ProgramEvent));
        _ = FoldOn();
        return whole;
    }

    /// <summary>The catalogue has changed.</summary>
    public void Apply(IReadOnlyList<ListedScenario> scenarios)
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

    /// <summary>The dashboard has taken this browser in, or said why not.</summary>
    public void SetRefusal(Message? refusal)
    {
        if (Refusal?.Code == refusal?.Code)
            return;
        Refusal = refusal;
        Change();
    }

    private LabView Make(OpenRun? shown)
    {
        _fault?.Throw();
        OpenLog? log = shown is null ? null : LogOf(shown.Header.Id);
        Timeline? timeline = log?.Timeline(shown!.Header);
        if (log is { IsBehind: true })
            _slow.Add(shown!.Header.Id);
        _ = FoldOn();
        return new()
        {
            Link = _link,
            State = _state,
            Scenarios = _scenarios,
            Run = shown,
            Timeline = timeline,
            Clock = new(shown?.Now ?? 0, _stamp),
            Loading = log is { IsBehind: true } ? (log.Folded, Math.Max(log.Total, log.LastSeq)) : null,
        };
    }

    /// <summary>Folds what is shown slice by slice, as long as it has more than can be folded at once.</summary>
    private async Task FoldOn()
    {
        if (_folding)
            return;
        _folding = true;
        try
        {
            await FoldSlices();
        }
        catch (Exception e)
        {
            // Whoever draws next is told: nobody waits for this.
            _fault = ExceptionDispatchInfo.Capture(e);
            Change();
        }
        finally
        {
            _folding = false;
        }
    }

    private async Task FoldSlices()
    {
        while (NextSlow() is var (run, log))
        {
            await Task.Delay(OpenLog.Pause, time);
            log.Fold(run.Header, OpenLog.Slice);
            if (log.IsBehind && time.GetElapsedTime(_told) < Progress)
                continue;
            _told = time.GetTimestamp();
            Change();
        }
    }

    private (OpenRun Run, OpenLog Log)? NextSlow()
    {
        _slow.RemoveWhere(id => _state?.FindRun(id) is null || !_logs.TryGetValue(id, out OpenLog? log) || !log.IsBehind);
        foreach (string id in _slow)
        {
            if (_logs[id] is { MayFold: true } log)
                return (_state!.FindRun(id)!, log);
        }
        return null;
    }

    private void Take(LabState state, bool canWait)
    {
        if (_state is { } old && old.Server == state.Server && state.Version < old.Version)
            return;
        SetState(state);
        Change(canWait);
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
        return _logs[run] = new(time);
    }

    private void Change(bool canWait = false)
    {
        CanWait = canWait;
        _views.Clear();
        Changed?.Invoke();
    }
}
