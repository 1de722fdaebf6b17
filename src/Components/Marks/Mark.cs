using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.Marks;

/// <summary>In which list a mark stands.</summary>
public enum MarkKind : byte
{
    /// <summary>A system call.</summary>
    Call,

    /// <summary>A segment, captured or inferred.</summary>
    Segment,

    /// <summary>A change of a socket's state.</summary>
    State,

    /// <summary>What was lost, where sources disagree, and what became of programs and of the hosts' environment.</summary>
    Remark,
}

/// <summary>One thing that happened, as the lists and the panel beside them show it.</summary>
/// <param name="Of">The <see cref="CallMark"/>, <see cref="Arrow"/>, <see cref="StateChange"/>, <see cref="GapEvent"/>, <see cref="Disagreement"/>,
/// <see cref="ProgramEvent"/> or <see cref="EnvironmentEvent"/>.</param>
/// <param name="T">When, nanoseconds on the run's axis.</param>
public sealed record Mark(MarkKey Key, MarkKind Kind, object Of, long T)
{
    /// <summary>Everything that happened, in the order of the axis.</summary>
    public static IReadOnlyList<Mark> All(Timeline timeline) =>
        InOrder([.. timeline.Calls.Select(Made), .. timeline.Arrows.Select(Made), .. timeline.Changes.Select(Made), .. Remarks(timeline)]);

    /// <summary>How many there are of a kind that has a list.</summary>
    public static int Count(Timeline timeline, MarkKind kind) =>
        kind switch
        {
            MarkKind.Segment => timeline.Arrows.Count,
            MarkKind.State => timeline.Changes.Count,
            _ => timeline.Calls.Count,
        };

    /// <summary>At most so many of a kind from a place in its list on, in the order of the axis.</summary>
    public static IReadOnlyList<Mark> From(Timeline timeline, MarkKind kind, int place, int most)
    {
        var marks = new List<Mark>();
        for (int i = place; i < Math.Min(place + most, Count(timeline, kind)); i++)
            marks.Add(
                kind switch
                {
                    MarkKind.Segment => Made(timeline.Arrows[i]),
                    MarkKind.State => Made(timeline.Changes[i]),
                    _ => Made(timeline.Calls[i]),
                }
            );
        return InOrder(marks);
    }

    /// <summary>The one that was chosen; null when the run has none such.</summary>
    public static Mark? Find(IReadOnlyList<Mark> all, MarkKey key) => all.FirstOrDefault(m => m.Is(key));

    /// <summary>The one that was chosen, of a run of any length.</summary>
    /// <param name="timeline">The run.</param>
    /// <param name="key">What was chosen.</param>
    /// <param name="last">Where it was found before: there it is as a rule.</param>
    public static Mark? Find(Timeline timeline, MarkKey key, Mark? last = null) =>
        last is not null && last.Is(key) && Find(Near(timeline, last.T), key) is { } there
            ? there
            : Find(
                InOrder([
                    .. timeline.Calls.Where(c => key.Is(c.Event)).Select(Made),
                    .. timeline.Arrows.Where(key.Is).Select(Made),
                    .. timeline.Changes.Where(key.Is).Select(Made),
                    .. Remarks(timeline),
                ]),
                key
            );

    /// <summary>The mark before another, or after it; the newest where there is no other; null where it is the first, or the last.</summary>
    public static Mark? Beside(Timeline timeline, Mark? mark, int step)
    {
        IReadOnlyList<Mark> near = Near(timeline, mark?.T ?? long.MaxValue);
        int at = mark is null ? near.Count : near.ToList().FindIndex(m => m.Key == mark.Key && m.Kind == mark.Kind);
        if (at < 0 || at + step < 0 || at + step >= near.Count)
            return null;
        // A call and the state that it leads to may have one key, which is the call's: from there it is gone on.
        Mark next = near[at + step];
        return Find(Near(timeline, next.T), next.Key) is { } found && found.Kind != next.Kind ? Beside(timeline, next, step) : next;
    }

    // All of a moment, and of each kind all of the last moment before it and of the first after it: within a moment a list has another order than the walk.
    private static IReadOnlyList<Mark> Near(Timeline timeline, long t)
    {
        IReadOnlyList<Mark> remarks = Remarks(timeline);
        return InOrder([
            .. Around(timeline.Calls, c => c.At).Select(Made),
            .. Around(timeline.Arrows, a => a.Sent).Select(Made),
            .. Around(timeline.Changes, c => c.T).Select(Made),
            .. Around(remarks, r => r.T),
        ]);

        IEnumerable<T> Around<T>(IReadOnlyList<T> list, Func<T, long> of)
        {
            int first = list.Before(t, of),
                end = t == long.MaxValue ? list.Count : list.Before(t + 1, of);
            if (first > 0)
                first = list.Before(of(list[first - 1]), of);
            if (end < list.Count)
                end = list.Before(of(list[end]) + 1, of);
            for (int i = first; i < end; i++)
                yield return list[i];
        }
    }

    private static IReadOnlyList<Mark> Remarks(Timeline timeline) =>
        InOrder([
            .. timeline.Disagreements.Select(d => new Mark(new(d.Seq), MarkKind.Remark, d, d.T)),
            .. timeline.Programs.Select(p => new Mark(new(p.Seq), MarkKind.Remark, p, p.T)),
            .. timeline.Environment.Select(e => new Mark(new(e.Seq), MarkKind.Remark, e, e.T)),
            .. timeline.Gaps.Where(g => g.Lost > 0).Select(g => new Mark(new(g.Seq), MarkKind.Remark, g, g.T)),
        ]);

    /// <summary>A call.</summary>
    public static Mark Made(CallMark c) => new(new(c.Event.Seq), MarkKind.Call, c, c.At);

    /// <summary>A segment.</summary>
    public static Mark Made(Arrow a) => new(MarkKey.Of(a), MarkKind.Segment, a, a.Sent);

    /// <summary>A change of a state.</summary>
    public static Mark Made(StateChange c) => new(new(c.Seq), MarkKind.State, c, c.T);

    private static IReadOnlyList<Mark> InOrder(IEnumerable<Mark> marks) => [.. marks.OrderBy(m => m.T).ThenBy(m => m.Kind).ThenBy(m => m.Key.Seq)];

    /// <summary>Whether it is the one of that key.</summary>
    public bool Is(MarkKey key) =>
        Of switch
        {
            CallMark c => key.Is(c.Event),
            Arrow a => key.Is(a),
            StateChange c => key.Is(c),
            // What contradicts belongs to its band too; the remark is meant only where no state has that event.
            _ => key == Key,
        };

    /// <summary>All that its row shows, comparable by value.</summary>
    public object Drawn => Of is Arrow a ? (Key, a.Label, a.From, a.Source, a.Sent, a.Received, a.Segment) : (Key, Of);

    /// <summary>The sockets it is about: host, own end, peer.</summary>
    public IEnumerable<(string Host, TcpEndpoint Local, TcpEndpoint Remote)> Sockets =>
        Of switch
        {
            CallMark { Event: { Host: { } host, Local: { } local } e } => [(host, local, e.Remote ?? local.WithPort(0))],
            Arrow { Origin: { } origin, Target: { } target } a => [(a.From, origin, target), (a.To, target, origin)],
            StateChange c => [(c.Host, c.Local, c.Remote)],
            Disagreement d => [(d.Host, d.Local, d.Remote)],
            _ => [],
        };

    /// <summary>True for a row of the socket table that it is about.</summary>
    public bool IsAbout(SocketNow row) =>
        Sockets.Any(s =>
            s.Host == row.Host
            && s.Local.Unmapped() == row.Local.Unmapped()
            && (s.Remote.Unmapped() == row.Remote.Unmapped() || s.Remote.Port == 0 && row.Remote.Port == 0)
        );
}
