using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Link;

/// <summary>
/// The log of one run as far as it has come; what is known already is dropped. What is new is folded at once where that is little; a long log is folded in
/// slices (<see cref="Fold"/>), and shown once it is whole,
/// so that a page that joins it neither stands still nor draws what grows under its eyes.
/// </summary>
/// <param name="time">Measures slices.</param>
internal sealed class OpenLog(TimeProvider time)
{
    /// <summary>A long log is folded for so long, and then the browser may do what a person asks for.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(25),
        Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>More events than come in two pieces are not folded at once.</summary>
    private const int Little = 200;

    /// <summary>Events between two looks at the clock.</summary>
    private const int Glance = 8;

    /// <summary>What a page shows that lags behind a run on which too much happens is no older than this.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(2);

    private readonly List<RunEvent> _events = [];
    private TimelineFold? _fold;
    private Timeline? _shown;
    private long _shownAt;
    private bool _wasWhole;

    /// <summary>The last seq; 0 for none.</summary>
    public long LastSeq => _events.Count == 0 ? 0 : _events[^1].Seq;

    /// <summary>How many events the run has, as last told.</summary>
    public long Total { get; private set; }

    /// <summary>How many are folded.</summary>
    public int Folded => _fold?.Log.Count ?? 0;

    /// <summary>True while so much is missing, or not folded, that it takes its time.</summary>
    public bool IsBehind => Math.Max(Total, LastSeq) - Folded > Little;

    /// <summary>True while <see cref="Fold"/> has something to do.</summary>
    public bool MayFold => IsBehind && Folded < _events.Count;

    /// <summary>What the log shows: all of it; of one that is behind, what it showed before.</summary>
    public Timeline Timeline(RunHeader header)
    {
        _fold ??= new(header);
        bool whole = !IsBehind;
        if (whole)
            _fold.Append(_events.Skip(Folded));
        if (whole || _shown is null || _wasWhole && time.GetElapsedTime(_shownAt) > Oldest)
            (_shown, _shownAt) = (_fold.Now, time.GetTimestamp());
        _wasWhole |= whole;
        return _shown;
    }

    /// <summary>What was folded, for a look at earlier moments; null before the first event.</summary>
    public TimelineFold? Whole => _fold;

    /// <summary>Folds on for so long.</summary>
    public void Fold(RunHeader header, TimeSpan slice)
    {
        _fold ??= new(header);
        long begin = time.GetTimestamp();
        do _fold.Append(_events.Skip(Folded).Take(Glance));
        while (MayFold && time.GetElapsedTime(begin) < slice);
    }

    /// <returns>False where events are missing before these.</returns>
    public bool Append(RunBatch batch)
    {
        Total = Math.Max(Total, batch.Total);
        foreach (RunEvent e in batch.Events)
        {
            if (e.Seq > LastSeq + 1)
                return false;
            if (e.Seq == LastSeq + 1)
                _events.Add(e);
        }
        return true;
    }
}
