using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>
/// What of a timeline is drawn: all of the lesson, and of other connections on its port the newest marks. Strangers may use the port thousands of times a second;
/// a picture of all that nobody could read, and no browser could draw. The lists and the run file have the rest.
/// </summary>
/// <param name="Timeline">The part that is drawn.</param>
/// <param name="Left">Segments and states that are not.</param>
public sealed record DrawnPart(Timeline Timeline, int Left)
{
    /// <summary>Segments, and as many states, of connections that no call of the run made.</summary>
    public const int MostOfOthers = 300;

    /// <summary>The part of a run that is drawn.</summary>
    public static DrawnPart Of(Timeline timeline)
    {
        if (timeline.Arrows.Count <= MostOfOthers && timeline.Bands.Count <= MostOfOthers)
            return new(timeline, 0);
        var own = OwnSockets.Of(timeline);
        IReadOnlyList<Arrow> arrows = Newest(timeline.Arrows, a => !own.Has(a));
        IReadOnlyList<StateBand> bands = Newest(timeline.Bands, b => !own.Has(b));
        HashSet<long> drawn = [.. bands.Where(b => b.State == TcpState.TimeWait).Select(b => b.Seq)];
        int left = timeline.Arrows.Count - arrows.Count + timeline.Bands.Count - bands.Count;
        return left == 0 ? new(timeline, 0) : new(timeline with { Arrows = arrows, Bands = bands, TimeWaits = [.. timeline.TimeWaits.Where(bar => drawn.Contains(bar.Seq))] }, left);
    }

    private static IReadOnlyList<T> Newest<T>(IReadOnlyList<T> marks, Func<T, bool> isOther)
    {
        int skip = Math.Max(0, marks.Count(isOther) - MostOfOthers);
        return skip == 0 ? marks : [.. marks.Where(mark => !isOther(mark) || skip-- <= 0)];
    }
}
