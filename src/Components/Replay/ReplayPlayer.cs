namespace ReuseAddrDashboard.Components.Replay;

/// <summary>
/// Where a replay stands, and whether it goes on by itself. It goes along the line as that is drawn: at speed 1 a silence of a second lasts a second, one of a
/// minute a second and a half, and two segments
/// of one handshake a tenth of a second.
/// </summary>
/// <param name="axis">The run's time.</param>
public sealed class ReplayPlayer(ReplayAxis axis)
{
    /// <summary>The speeds there are.</summary>
    public static IReadOnlyList<double> Speeds { get; } = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

    /// <summary>A frame lasts no longer: what a page that was hidden missed is not made up for.</summary>
    public static readonly TimeSpan LongestFrame = TimeSpan.FromMilliseconds(250);

    private long _cursor = axis.End;
    private double _place = 1;

    /// <summary>The run's time.</summary>
    public ReplayAxis Axis => axis;

    /// <summary>The present moment, nanoseconds on the run's axis, within it.</summary>
    public long Cursor => _cursor;

    /// <summary>Where that is on the line, from 0 to 1.</summary>
    public double Place => _place;

    /// <summary>True while it goes on by itself.</summary>
    public bool Playing { get; private set; }

    /// <summary>One of <see cref="Speeds"/>; 1 at first.</summary>
    public double Speed { get; private set; } = 1;

    /// <summary>True at the end of the run: nothing comes any more.</summary>
    public bool AtEnd => _cursor >= axis.End;

    /// <summary>Goes on, or stops. At the end it goes on from the begin.</summary>
    public void Toggle()
    {
        if (!Playing && AtEnd)
            Go(axis.Begin);
        Playing = !Playing;
    }

    /// <summary>Stops.</summary>
    public void Pause() => Playing = false;

    /// <summary>Chooses how fast it goes.</summary>
    /// <param name="speed">The nearest of <see cref="Speeds"/> is taken.</param>
    public void Choose(double speed) => Speed = Speeds.MinBy(s => Math.Abs(s - speed));

    /// <summary>Goes to a moment, clamped to the run; what plays goes on from there, and stops where that is the end.</summary>
    public void Go(long t)
    {
        _cursor = Math.Clamp(t, axis.Begin, axis.End);
        _place = axis.PlaceOf(_cursor);
        Playing &= !AtEnd;
    }

    /// <summary>A hand takes it to a place on the line: it stops there.</summary>
    public void Drag(double place)
    {
        Playing = false;
        _place =
            place is >= 0 and <= 1 ? place
            : place > 1 ? 1
            : 0;
        _cursor = axis.MomentAt(_place);
    }

    /// <summary>A hand steps: it stops at the next moment of a kind, or at the one before.</summary>
    public void Step(StopKind kind, bool forward)
    {
        Playing = false;
        Go(forward ? axis.Next(kind, _cursor) : axis.Previous(kind, _cursor));
    }

    /// <summary>Goes on by so much time, as long as it plays; at the end of the run it stops.</summary>
    /// <returns>Whether it moved.</returns>
    public bool Advance(TimeSpan elapsed)
    {
        if (!Playing || elapsed <= TimeSpan.Zero)
            return false;
        _place = Math.Min(1, _place + axis.Way(elapsed < LongestFrame ? elapsed : LongestFrame, Speed));
        _cursor = Math.Max(_cursor, axis.MomentAt(_place));
        Playing = !AtEnd;
        return true;
    }
}
