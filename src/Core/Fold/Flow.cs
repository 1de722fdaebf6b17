using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>All that a log tells of one pair of ends, in the order of the log. It never changes: an event more makes another one.</summary>
internal sealed record Flow(FlowKey Key)
{
    public AppendList<StateSighting> States { get; init; } = AppendList<StateSighting>.Empty;

    public AppendList<SegmentEvent> Segments { get; init; } = AppendList<SegmentEvent>.Empty;

    public AppendList<FlowCall> Calls { get; init; } = AppendList<FlowCall>.Empty;

    /// <summary>What has passed for good; null for nothing.</summary>
    public FlowHistory? History { get; init; }

    /// <summary>What the states came to when the flow was drawn last; null before.</summary>
    public SocketStates? Seen { get; init; }

    /// <summary>
    /// True for a connection of a capture file, whose log has what was inferred of all its segments, those that are left out of the log as well.
    /// </summary>
    public bool IsOfFile => Segments.Count > 0 && Segments[0].Source == EvidenceSource.CaptureFile;
}

/// <summary>A socket without a peer by its inode; 0 for all of the port.</summary>
internal readonly record struct LoneKey(string Host, int Port, ulong Inode);

/// <summary>All that a log tells of one or more sockets without a peer: bound ones and listeners. It never changes.</summary>
internal sealed record LoneSockets
{
    public static readonly LoneSockets None = new();

    public AppendList<StateSighting> States { get; init; } = AppendList<StateSighting>.Empty;

    /// <summary>What they came to when they were drawn last; null before.</summary>
    public SocketStates? Seen { get; init; }

    public LoneSockets With(StateSighting s) => this with { States = States.Add(s) };
}
