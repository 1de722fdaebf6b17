using ReuseAddrDashboard.Core.Fold;

namespace ReuseAddrDashboard.Components.Replay;

/// <summary>A live run as it was when a person froze the view: its recording goes on, and what comes is only counted.</summary>
public sealed class FrozenView
{
    private readonly TimelineFold _fold;
    private readonly int _count;
    private readonly long[] _times;
    private int _shown;

    /// <param name="timeline">What was shown.</param>
    /// <param name="fold">The run's log, which grows on.</param>
    public FrozenView(Timeline timeline, TimelineFold fold)
    {
        (Whole, Shown, _fold, _count) = (timeline, timeline, fold, fold.Log.Count);
        _times = [.. fold.Placed.Select(e => e.T).Order()];
        _shown = _times.Length;
        Player = new(new(timeline, fold.Placed));
    }

    /// <summary>Where the view stands in it.</summary>
    public ReplayPlayer Player { get; }

    /// <summary>All that had come by then.</summary>
    public Timeline Whole { get; }

    /// <summary>That up to the present moment.</summary>
    public Timeline Shown { get; private set; }

    /// <summary>How many events have come since.</summary>
    public int More => _fold.Log.Count - _count;

    /// <summary>The player has moved; nothing is folded for a moment that has the same events.</summary>
    public void Show()
    {
        int count = Player.AtEnd ? _times.Length : _times.Before(Player.Cursor + 1, t => t);
        if (count == _shown)
            return;
        (Shown, _shown) = (count == _times.Length ? Whole : _fold.At(Player.Cursor), count);
    }
}
