using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Components.StateMachine;

/// <summary>A state where it stands in the picture.</summary>
/// <param name="State">The state.</param>
/// <param name="Name">As RFC 9293 spells it.</param>
/// <param name="X">The middle, px.</param>
/// <param name="Y">The middle, px.</param>
public sealed record StateNode(TcpState State, string Name, double X, double Y);

/// <summary>What RFC 9293, figure 5 allows.</summary>
/// <param name="From">Null for CLOSED.</param>
/// <param name="To">Null for CLOSED.</param>
public readonly record struct Transition(TcpState? From, TcpState? To);

/// <summary>How one host's sockets went through the diagram.</summary>
/// <param name="Host">The host.</param>
/// <param name="Way">The transitions that its sockets made.</param>
/// <param name="Visited">The states that they were in.</param>
/// <param name="Now">The states that they are in.</param>
public sealed record HostPath(string Host, IReadOnlySet<Transition> Way, IReadOnlySet<TcpState> Visited, IReadOnlySet<TcpState> Now);

/// <summary>The state machine of RFC 9293, figure 5, and the ways through it that a run's bands show.</summary>
public static class TcpDiagram
{
    /// <summary>The picture's size, px.</summary>
    public const double Width = 560,
        Height = 470;

    /// <summary>A node's half width and half height, px.</summary>
    public const double HalfWidth = 62,
        HalfHeight = 16;

    /// <summary>From the top down; CLOSED is the one without a state of its own in the bands.</summary>
    public static IReadOnlyList<StateNode> Nodes { get; } =
    [
        new(TcpState.Close, "CLOSED", 280, 26),
        new(TcpState.Listen, "LISTEN", 120, 96),
        new(TcpState.SynSent, "SYN-SENT", 440, 96),
        new(TcpState.SynRecv, "SYN-RECEIVED", 120, 176),
        new(TcpState.Established, "ESTABLISHED", 280, 236),
        new(TcpState.FinWait1, "FIN-WAIT-1", 120, 306),
        new(TcpState.CloseWait, "CLOSE-WAIT", 440, 306),
        new(TcpState.FinWait2, "FIN-WAIT-2", 70, 376),
        new(TcpState.Closing, "CLOSING", 230, 376),
        new(TcpState.LastAck, "LAST-ACK", 440, 376),
        new(TcpState.TimeWait, "TIME-WAIT", 150, 444),
    ];

    /// <summary>Every transition of the figure.</summary>
    public static IReadOnlyList<Transition> All { get; } =
    [
        new(null, TcpState.Listen),
        new(null, TcpState.SynSent),
        new(TcpState.Listen, null),
        new(TcpState.Listen, TcpState.SynRecv),
        new(TcpState.Listen, TcpState.SynSent),
        new(TcpState.SynSent, null),
        new(TcpState.SynSent, TcpState.SynRecv),
        new(TcpState.SynSent, TcpState.Established),
        new(TcpState.SynRecv, TcpState.Listen),
        new(TcpState.SynRecv, TcpState.Established),
        new(TcpState.SynRecv, TcpState.FinWait1),
        new(TcpState.Established, TcpState.FinWait1),
        new(TcpState.Established, TcpState.CloseWait),
        new(TcpState.FinWait1, TcpState.FinWait2),
        new(TcpState.FinWait1, TcpState.Closing),
        new(TcpState.FinWait2, TcpState.TimeWait),
        new(TcpState.Closing, TcpState.TimeWait),
        new(TcpState.CloseWait, TcpState.LastAck),
        new(TcpState.LastAck, null),
        new(TcpState.TimeWait, null),
    ];

    /// <summary>The ways of each host, in the order of the lanes.</summary>
    /// <param name="timeline">The run.</param>
    /// <param name="until">Up to this moment, nanoseconds on the run's axis; null for all of it.</param>
    public static IReadOnlyList<HostPath> Paths(Timeline timeline, long? until = null)
    {
        long end = until ?? long.MaxValue;
        StateBand[] bands = [.. timeline.Bands.Where(b => b.Begin <= end && Shown(b.State) is not null).Select(b => b.End > end ? b with { End = null } : b)];
        return [.. timeline.Lanes.Select(l => Path(l.Host, [.. bands.Where(b => b.Host == l.Host)]))];
    }

    private static HostPath Path(string host, IReadOnlyList<StateBand> bands)
    {
        var way = new HashSet<Transition>();
        var visited = new HashSet<TcpState>();
        var now = new HashSet<TcpState>();
        foreach (IGrouping<(TcpEndpoint, TcpEndpoint), StateBand> ends in bands.GroupBy(b => (b.Local, b.Remote)))
        {
            StateBand? before = null;
            foreach (StateBand band in ends)
            {
                // Another socket of the same two ends.
                if (before?.End < band.Begin)
                {
                    Closes(before);
                    before = null;
                }
                TcpState state = Shown(band.State)!.Value;
                visited.Add(state);
                // A connection's first state follows from its listener's, or from nothing.
                Takes(
                    new(
                        before is null
                            ? state == TcpState.SynRecv
                                ? TcpState.Listen
                                : null
                            : Shown(before.State),
                        state
                    )
                );
                before = band;
            }
            if (before!.End is null)
                now.Add(Shown(before.State)!.Value);
            else
                Closes(before);
        }
        return new(host, way, visited, now);

        // A connection that was refused before it was open leaves its listener as it was.
        void Closes(StateBand last) => Takes(Shown(last.State) is TcpState.SynRecv ? new(TcpState.SynRecv, TcpState.Listen) : new(Shown(last.State), null));

        void Takes(Transition step)
        {
            if (All.Contains(step))
                way.Add(step);
        }
    }

    /// <summary>The state of the figure that one of the kernel's is; null for one that it has none for.</summary>
    public static TcpState? Shown(TcpState state) =>
        state switch
        {
            TcpState.NewSynRecv => TcpState.SynRecv,
            TcpState.BoundInactive or TcpState.Close => null,
            _ when Nodes.Any(n => n.State == state) => state,
            _ => null,
        };

    /// <summary>Where a transition is drawn: from one node's edge to the other's.</summary>
    /// <param name="transition">The transition.</param>
    /// <param name="aside">How far beside the straight line, px.</param>
    public static (double X1, double Y1, double X2, double Y2) Line(Transition transition, double aside = 0)
    {
        // Each of two opposite ways keeps to its own side.
        if (All.Contains(new(transition.To, transition.From)))
            aside += 7;
        StateNode from = Node(transition.From),
            to = Node(transition.To);
        double dx = to.X - from.X,
            dy = to.Y - from.Y,
            length = Math.Sqrt(dx * dx + dy * dy),
            nx = -dy / length * aside,
            ny = dx / length * aside;
        (double x1, double y1) = Edge(from, dx, dy);
        (double x2, double y2) = Edge(to, -dx, -dy);
        return (x1 + nx, y1 + ny, x2 + nx, y2 + ny);
    }

    private static StateNode Node(TcpState? state) => Nodes.First(n => n.State == (state ?? TcpState.Close));

    // Where the line from a node's middle leaves its box.
    private static (double X, double Y) Edge(StateNode node, double dx, double dy)
    {
        double byWidth = dx == 0 ? double.MaxValue : HalfWidth / Math.Abs(dx),
            byHeight = dy == 0 ? double.MaxValue : HalfHeight / Math.Abs(dy),
            share = Math.Min(byWidth, byHeight);
        return (node.X + dx * share, node.Y + dy * share);
    }
}
