using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Folds a run's log into a <see cref="Timeline"/>, event by event: an event more costs the same however long the log is, and a timeline once made never
/// changes. Every hundred events or so the
/// state is kept, so that the timeline of any earlier moment is the state kept last before it and the few events since. What the bind rule knows is kept less
/// often, as a copy of it costs as much as there
/// were sockets.
/// </summary>
/// <param name="header">What was settled at the start.</param>
public sealed class TimelineFold(RunHeader header)
{
    /// <summary>Events between two states that are kept: fewer make a cursor cheaper and reading a long log dearer.</summary>
    private const int Between = 128;

    /// <summary>States of the bind rule that are kept: once there are more, every second goes, and from then on the next lies twice as far away.</summary>
    private const int MostRules = 32;

    // Every kept state with how many events went into it and the latest of their times.
    private readonly List<(int Count, long Latest, FoldState State)> _kept = [];
    private readonly List<(int Count, long Latest, BindChecksFold Rule)> _keptRules = [];
    private readonly List<RunEvent> _told = [],
        _log = [];

    // The earliest time among this event and those after it, for the first _sure events; a late one makes it be counted anew from where it stands.
    private readonly List<long> _earliest = [];
    private readonly Dictionary<string, long> _shifts = [];
    private FoldState _state = new(header, ClockSpread.Unknown);
    private BindChecksFold _rule = new(header);
    private ClockSpread _clocks = ClockSpread.Unknown;
    private long _latest = long.MinValue;
    private int _betweenRules = Between;
    private Timeline? _now;

    /// <summary>What was settled when the run started.</summary>
    public RunHeader Header => header;

    /// <summary>The log as it was told, in order of seq.</summary>
    public IReadOnlyList<RunEvent> Log => _told;

    /// <summary>The same with each event where its host's clock puts it: <see cref="At"/> goes by these times.</summary>
    public IReadOnlyList<RunEvent> Placed => _log;

    /// <summary>The whole log.</summary>
    public Timeline Now
    {
        get
        {
            if (_now is null)
            {
                ScenarioProgress progress = _state.Progress;
                RunVerdict verdict = _rule.Verdict(progress);
                int told = _told.Count;
                // What may come next is asked of the newest alone.
                _now = _state.Timeline((_, of) => ReferenceEquals(of, progress) ? verdict : new(told == _told.Count ? _rule.Next(of) : null, verdict.Made));
            }
            return _now;
        }
    }

    /// <summary>Takes the next event of the log.</summary>
    public void Append(RunEvent e)
    {
        _told.Add(e);
        _now = null;
        if (e is ClockEvent { Host: { } host } clock)
        {
            bool moves = _shifts.GetValueOrDefault(host) != clock.Shift;
            _shifts[host] = clock.Shift;
            // The last measure of a clock counts for all of its host's events.
            if (moves || header.Hosts.Count < 2 || !header.Hosts.All(h => h.SharesClockWith(header.Hosts[0])))
            {
                Again();
                return;
            }
        }
        Apply(e);
    }

    /// <summary>Takes the next events of the log, in order of seq.</summary>
    public void Append(IEnumerable<RunEvent> events)
    {
        foreach (RunEvent e in events)
            Append(e);
    }

    /// <summary>The log up to a moment.</summary>
    /// <param name="cursor">Later events are left out: nanoseconds on the run's axis.</param>
    public Timeline At(long cursor)
    {
        if (cursor >= _latest)
            return Now;
        CountEarliest();
        int kept = _kept.FindLastIndex(k => k.Latest <= cursor),
            rule = _keptRules.FindLastIndex(k => k.Latest <= cursor);
        (int from, FoldState state) = kept < 0 ? (0, new FoldState(header, _clocks)) : (_kept[kept].Count, _kept[kept].State.Copy());
        for (int i = from; i < _log.Count && _earliest[i] <= cursor; i++)
        {
            if (_log[i].T <= cursor)
                state.Append(_log[i]);
        }
        (int ruled, BindChecksFold known) = rule < 0 ? (0, new BindChecksFold(header)) : (_keptRules[rule].Count, _keptRules[rule].Rule);
        return state.Timeline(
            (log, progress) =>
            {
                BindChecksFold checks = known.Copy();
                for (int i = ruled; i < log.Count; i++)
                    checks.Append(log[i]);
                return checks.Verdict(progress);
            }
        );
    }

    private void Apply(RunEvent told)
    {
        RunEvent e = HostClocks.Placed(told, _shifts);
        _log.Add(e);
        _latest = Math.Max(_latest, e.T);
        _state.Append(e);
        _rule.Append(e);
        if (_log.Count % Between != 0)
            return;
        _state.Draw();
        _kept.Add((_log.Count, _latest, _state.Copy()));
        if (_log.Count % _betweenRules == 0)
            KeepRule();
    }

    private void KeepRule()
    {
        // Judged once here, not by every cursor that goes on from here.
        _ = _rule.Made();
        _keptRules.Add((_log.Count, _latest, _rule.Copy()));
        if (_keptRules.Count <= MostRules)
            return;
        _betweenRules *= 2;
        _keptRules.RemoveAll(k => k.Count % _betweenRules != 0);
    }

    private void Again()
    {
        _kept.Clear();
        _keptRules.Clear();
        _betweenRules = Between;
        _log.Clear();
        _earliest.Clear();
        _latest = long.MinValue;
        _clocks = ClockSpread.Fold(_told);
        _state = new(header, _clocks);
        _rule = new(header);
        foreach (RunEvent e in _told)
            Apply(e);
    }

    private void CountEarliest()
    {
        int counted = _earliest.Count;
        for (int i = counted; i < _log.Count; i++)
            _earliest.Add(_log[i].T);
        // From the end on back, until nothing changes any more.
        for (int i = _log.Count - 2; i >= 0; i--)
        {
            if (_earliest[i] > _earliest[i + 1])
                _earliest[i] = _earliest[i + 1];
            else if (i < counted)
                break;
        }
    }
}
