using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Components.Replay;

/// <summary>What a person steps by.</summary>
public enum StopKind : byte
{
    /// <summary>Steps of the lesson, as they begin.</summary>
    Step,

    /// <summary>System calls.</summary>
    Call,

    /// <summary>Segments, captured or inferred, as they are sent.</summary>
    Segment,

    /// <summary>Changes of a socket's state.</summary>
    State,

    /// <summary>Whatever comes next.</summary>
    Any,
}

/// <summary>A step that began.</summary>
/// <param name="Step">Its id in the scenario.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
/// <param name="T">When, nanoseconds on the run's axis.</param>
public sealed record ReplayStep(string Step, int Attempt, long T);

/// <summary>
/// A run's time as a line from 0 to 1, with silence compressed as the diagram does it: from one mark to the next it is as long as the diagram makes it without
/// regard to labels. Between two marks time
/// passes evenly. Longer is never shorter, and every place is one moment.
/// </summary>
public sealed class ReplayAxis
{
    /// <summary>A silence of a second on the diagram, px: at speed 1 it lasts a second.</summary>
    private static readonly double Second = Length(1_000_000_000);

    // Marks' moments, and how far down the line they are, px.
    private readonly List<long> _moments = [];
    private readonly List<double> _places = [];
    private readonly IReadOnlyDictionary<StopKind, long[]> _stops;

    /// <param name="timeline">The whole run.</param>
    /// <param name="log">Its events as the fold placed them: steps are read from it.</param>
    public ReplayAxis(Timeline timeline, IEnumerable<RunEvent> log)
    {
        Steps = [.. log.OfType<StepEvent>().Where(e => e.Status == StepStatus.Started).Select(e => new ReplayStep(e.Step, e.Attempt, e.T)).OrderBy(s => s.T)];
        Dictionary<StopKind, long[]> stops = new()
        {
            [StopKind.Step] = Sorted(Steps.Select(s => s.T)),
            [StopKind.Call] = Sorted(timeline.Calls.Select(c => c.At)),
            [StopKind.Segment] = Sorted(timeline.Arrows.Select(a => a.Sent)),
            [StopKind.State] = Sorted(timeline.Changes.Select(c => c.T)),
        };
        stops[StopKind.Any] = Sorted(stops.Values.SelectMany(s => s));
        _stops = stops;
        long[] all = stops[StopKind.Any];
        Begin = Math.Min(0, all.Length > 0 ? all[0] : 0);
        End = Math.Max(Math.Max(timeline.End, Begin + 1), all.Length > 0 ? all[^1] : Begin + 1);
        foreach (long t in Sorted([Begin, .. all, End]))
        {
            _places.Add(_moments.Count == 0 ? 0 : _places[^1] + Length(t - _moments[^1]));
            _moments.Add(t);
        }
    }

    /// <summary>The first moment, nanoseconds on the run's axis: its begin, or what happened before.</summary>
    public long Begin { get; }

    /// <summary>The last moment, nanoseconds on the run's axis; always later than <see cref="Begin"/>.</summary>
    public long End { get; }

    /// <summary>Steps as they began, in the order of time; one that was tried again stands for each attempt.</summary>
    public IReadOnlyList<ReplayStep> Steps { get; }

    /// <summary>How long it lasts to play all of it at speed 1.</summary>
    public TimeSpan Lasts => TimeSpan.FromSeconds(_places[^1] / Second);

    /// <summary>Moments of a kind, in the order of time, each once.</summary>
    public IReadOnlyList<long> Stops(StopKind kind) => _stops[kind];

    /// <summary>Where a moment is, from 0 to 1; one outside the run stands at its end.</summary>
    public double PlaceOf(long t)
    {
        if (t <= Begin)
            return 0;
        if (t >= End)
            return 1;
        int next = _moments.Before(t + 1, m => m),
            last = next - 1;
        double share = (double)(t - _moments[last]) / (_moments[next] - _moments[last]);
        return (_places[last] + share * (_places[next] - _places[last])) / _places[^1];
    }

    /// <summary>The moment at a place, nanoseconds on the run's axis.</summary>
    /// <param name="place">From 0 to 1; what lies beyond is the end there.</param>
    public long MomentAt(double place)
    {
        double at = place * _places[^1];
        if (!(at > 0))
            return Begin;
        if (at >= _places[^1])
            return End;
        int found = _places.BinarySearch(at),
            last = found >= 0 ? found : ~found - 1;
        double share = (at - _places[last]) / (_places[last + 1] - _places[last]);
        return _moments[last] + (long)Math.Round(share * (_moments[last + 1] - _moments[last]));
    }

    /// <summary>How far a time at that speed leads, of the line from 0 to 1.</summary>
    public double Way(TimeSpan time, double speed) => time.TotalSeconds * speed * Second / _places[^1];

    /// <summary>The next moment of a kind after another, or the end.</summary>
    public long Next(StopKind kind, long after) => _stops[kind] is var stops && stops.Before(after + 1, t => t) is var i && i < stops.Length ? stops[i] : End;

    /// <summary>The last moment of a kind before another, or the begin.</summary>
    public long Previous(StopKind kind, long before) => _stops[kind] is var stops && stops.Before(before, t => t) is > 0 and var i ? stops[i - 1] : Begin;

    /// <summary>The step that began last; null before the first.</summary>
    public ReplayStep? StepAt(long t) => Steps.Before(t + 1, s => s.T) is > 0 and var count ? Steps[count - 1] : null;

    private static double Length(long silence) => Spacing.Easy.Moment + Spacing.Easy.Silence * Math.Log10(1 + silence / 1e6);

    private static long[] Sorted(IEnumerable<long> moments) => [.. moments.Distinct().Order()];
}
