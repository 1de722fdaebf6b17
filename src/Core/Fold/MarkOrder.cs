namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// Calls, segments and states of a run counted in the order of their time, without going through them: each kind is in that order already, so a moment's place
/// in all of them is found by halving.
/// </summary>
public static class MarkOrder
{
    /// <summary>How many there are.</summary>
    public static int Marks(this Timeline timeline) => timeline.Calls.Count + timeline.Arrows.Count + timeline.Bands.Count;

    /// <summary>How many lie before a moment.</summary>
    public static int MarksBefore(this Timeline timeline, long t) =>
        timeline.Calls.Before(t, c => c.At) + timeline.Arrows.Before(t, a => a.Sent) + timeline.Bands.Before(t, b => b.Begin);

    /// <summary>The moment of the mark that has so many before it; of one beyond the last the end of time.</summary>
    public static long MomentOf(this Timeline timeline, int mark)
    {
        if (mark <= 0)
            return long.MinValue;
        if (mark >= timeline.Marks())
            return long.MaxValue;
        long least = First(timeline),
            most = Math.Max(timeline.End, Last(timeline));
        while (least < most)
        {
            long middle = least + (most - least) / 2;
            if (timeline.MarksBefore(middle + 1) > mark)
                most = middle;
            else
                least = middle + 1;
        }
        return least;
    }

    /// <summary>How many of a list in the order of time lie before a moment.</summary>
    public static int Before<T>(this IReadOnlyList<T> list, long t, Func<T, long> of)
    {
        int least = 0,
            most = list.Count;
        while (least < most)
        {
            int middle = (least + most) / 2;
            if (of(list[middle]) < t)
                least = middle + 1;
            else
                most = middle;
        }
        return least;
    }

    /// <summary>Those of a list in the order of time that lie between two moments, the second excluded.</summary>
    public static IReadOnlyList<T> Within<T>(this IReadOnlyList<T> list, long from, long until, Func<T, long> of)
    {
        int first = list.Before(from, of),
            end = until == long.MaxValue ? list.Count : list.Before(until, of);
        if (first == 0 && end == list.Count)
            return list;
        var within = new List<T>(end - first);
        for (int i = first; i < end; i++)
            within.Add(list[i]);
        return within;
    }

    private static long First(Timeline t) =>
        Math.Min(
            t.Calls.Count > 0 ? t.Calls[0].At : long.MaxValue,
            Math.Min(t.Arrows.Count > 0 ? t.Arrows[0].Sent : long.MaxValue, t.Bands.Count > 0 ? t.Bands[0].Begin : long.MaxValue)
        );

    private static long Last(Timeline t) =>
        Math.Max(
            t.Calls.Count > 0 ? t.Calls[^1].At : long.MinValue,
            Math.Max(t.Arrows.Count > 0 ? t.Arrows[^1].Sent : long.MinValue, t.Bands.Count > 0 ? t.Bands[^1].Begin : long.MinValue)
        );
}
