using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>What a lab has shown, kept once for all browsers of this server: each is sent from here what it lacks, at its own pace.</summary>
internal sealed class LabMirror
{
    // Events may come before the state that has their run, which is then the next; a run that no state ever has was put away before.
    private const int MaxUnannounced = 4;

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, List<RunEvent>> _logs = [];
    private LabState? _state;
    private (long Version, ListedScenario[] List) _scenarios = (0, []);
    private long _states;

    /// <summary>The lab's last state with its number here; null before the first.</summary>
    public (long Number, LabState State)? State
    {
        get
        {
            lock (_lock)
                return _state is { } state ? (_states, state) : null;
        }
    }

    /// <summary>The scenarios with their number here: 0 before the first.</summary>
    public (long Number, ListedScenario[] List) Scenarios
    {
        get
        {
            lock (_lock)
                return _scenarios;
        }
    }

    /// <summary>Begins with all there is.</summary>
    public void Take(LabSnapshot snapshot)
    {
        Take(snapshot.Scenarios);
        foreach (RunBatch log in snapshot.Logs)
            Take(log);
        Take(snapshot.State);
    }

    /// <summary>A newer state; runs that it does not have are forgotten.</summary>
    public void Take(LabState state)
    {
        lock (_lock)
        {
            if (_state is { } known && known.Version > state.Version)
                return;
            foreach (string over in _logs.Keys.Where(r => state.FindRun(r) is null && _state?.FindRun(r) is not null).ToArray())
                _logs.Remove(over);
            _state = state;
            _states++;
        }
    }

    public void Take(IReadOnlyList<Scenario> scenarios)
    {
        // Within the lock: of two that come at once the later is listed last.
        lock (_lock)
            _scenarios = (_scenarios.Version + 1, [.. scenarios.Select(ListedScenario.Of)]);
    }

    /// <summary>New events of a run; those that are known stay as they are.</summary>
    /// <returns>False where some are missing before them.</returns>
    public bool Take(RunBatch batch)
    {
        IReadOnlyList<RunEvent> events = BrowserEvents.ForBrowsers(batch.Events);
        lock (_lock)
        {
            if (!_logs.TryGetValue(batch.Run, out List<RunEvent>? log))
            {
                // The rest of a run that has left the lab: nobody shows it any more.
                if (events is [{ Seq: > 1 }, ..] && _state?.FindRun(batch.Run) is null)
                    return true;
                foreach (string unannounced in _logs.Keys.Where(r => _state?.FindRun(r) is null).SkipLast(MaxUnannounced - 1).ToArray())
                    _logs.Remove(unannounced);
                _logs[batch.Run] = log = [];
            }
            foreach (RunEvent e in events)
            {
                if (e.Seq > log.Count + 1)
                    return false;
                if (e.Seq == log.Count + 1)
                    log.Add(e);
            }
            return true;
        }
    }

    /// <summary>The next events that somebody lacks, of the run opened last first.</summary>
    /// <param name="has">How many of each run's events that one has.</param>
    /// <param name="most">How many at once.</param>
    /// <returns>Null when none is missing.</returns>
    public RunBatch? Next(IReadOnlyDictionary<string, long> has, int most)
    {
        lock (_lock)
        {
            foreach (OpenRun run in _state?.Runs.Reverse() ?? [])
            {
                if (_logs.TryGetValue(run.Header.Id, out List<RunEvent>? log) && has.GetValueOrDefault(run.Header.Id) is var from && from < log.Count)
                    return new(run.Header.Id, log.GetRange((int)from, Math.Min(most, log.Count - (int)from)), log.Count);
            }
            return null;
        }
    }

    /// <summary>How many events somebody lacks.</summary>
    public long Behind(IReadOnlyDictionary<string, long> has)
    {
        lock (_lock)
        {
            return (_state?.Runs ?? []).Sum(run =>
                _logs.TryGetValue(run.Header.Id, out List<RunEvent>? log) ? Math.Max(0, log.Count - has.GetValueOrDefault(run.Header.Id)) : 0
            );
        }
    }

    /// <summary>When a run's axis begins; null for one that the lab does not have.</summary>
    public DateTimeOffset? Began(string run)
    {
        lock (_lock)
            return _state?.FindRun(run)?.Header.StartedAt;
    }

    /// <summary>How many events of a run were shown.</summary>
    public int Count(string run)
    {
        lock (_lock)
            return _logs.TryGetValue(run, out List<RunEvent>? log) ? log.Count : 0;
    }
}
