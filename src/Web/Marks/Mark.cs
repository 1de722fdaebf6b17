using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Marks;

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
/// <param name="Of">The <see cref="CallMark"/>, <see cref="Arrow"/>, <see cref="StateChange"/>, <see cref="GapEvent"/>, <see cref="Disagreement"/>, <see cref="ProgramEvent"/> or <see cref="EnvironmentEvent"/>.</param>
/// <param name="T">When, nanoseconds on the run's axis.</param>
public sealed record Mark(MarkKey Key, MarkKind Kind, object Of, long T)
{
    /// <summary>Everything that happened, in the order of the axis.</summary>
    public static IReadOnlyList<Mark> All(Timeline timeline) =>
    [
        .. timeline.Calls.Select(c => new Mark(new(c.Event.Seq), MarkKind.Call, c, c.At))
            .Concat(timeline.Arrows.Select(a => new Mark(MarkKey.Of(a), MarkKind.Segment, a, a.Sent)))
            .Concat(timeline.Changes.Select(c => new Mark(new(c.Seq), MarkKind.State, c, c.T)))
            .Concat(timeline.Disagreements.Select(d => new Mark(new(d.Seq), MarkKind.Remark, d, d.T)))
            .Concat(timeline.Programs.Select(p => new Mark(new(p.Seq), MarkKind.Remark, p, p.T)))
            .Concat(timeline.Environment.Select(e => new Mark(new(e.Seq), MarkKind.Remark, e, e.T)))
            .Concat(timeline.Gaps.Where(g => g.Lost > 0).Select(g => new Mark(new(g.Seq), MarkKind.Remark, g, g.T)))
            .OrderBy(m => m.T).ThenBy(m => m.Kind).ThenBy(m => m.Key.Seq),
    ];

    /// <summary>The one that was chosen; null when the run has none such.</summary>
    public static Mark? Find(IReadOnlyList<Mark> all, MarkKey key) => all.FirstOrDefault(m => m.Is(key));

    /// <summary>Whether it is the one of that key.</summary>
    public bool Is(MarkKey key) => Of switch
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
    public IEnumerable<(string Host, TcpEndpoint Local, TcpEndpoint Remote)> Sockets => Of switch
    {
        CallMark { Event: { Host: { } host, Local: { } local } e } => [(host, local, e.Remote ?? local.WithPort(0))],
        Arrow { Origin: { } origin, Target: { } target } a => [(a.From, origin, target), (a.To, target, origin)],
        StateChange c => [(c.Host, c.Local, c.Remote)],
        Disagreement d => [(d.Host, d.Local, d.Remote)],
        _ => [],
    };

    /// <summary>True for a row of the socket table that it is about.</summary>
    public bool IsAbout(SocketNow row) => Sockets.Any(s => s.Host == row.Host && s.Local.Unmapped() == row.Local.Unmapped()
        && (s.Remote.Unmapped() == row.Remote.Unmapped() || s.Remote.Port == 0 && row.Remote.Port == 0));
}
