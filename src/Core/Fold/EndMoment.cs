using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

internal enum EndMomentKind : byte
{
    /// <summary>A call begins.</summary>
    Begins,

    Receives,
    Sends,

    /// <summary>A call has returned.</summary>
    Returns,
}

/// <summary>Something that happened at one end of a connection.</summary>
/// <param name="Kind">What.</param>
/// <param name="T">When, as near as is known.</param>
/// <param name="Segment">The segment that was sent or received; null for a call.</param>
/// <param name="Call">The call; null for a segment.</param>
internal sealed record EndMoment(EndMomentKind Kind, long T, Arrow? Segment, FlowCall? Call)
{
    /// <summary>No earlier; null where only the other end captured what it sent, and its clock is another.</summary>
    public long? Least { get; init; }

    /// <summary>No later; null where nobody knows.</summary>
    public long? Most { get; init; }

    /// <summary>True when this end's own host stamped it.</summary>
    public bool Exact { get; init; }

    /// <summary>SEG.SEQ; of an inferred segment as if both ends had begun at 0.</summary>
    public uint Seq { get; init; }

    public uint Ack { get; init; }

    public bool HasAck { get; init; }

    /// <summary>The sequence number after it.</summary>
    public uint End { get; init; }

    /// <summary>Everything that happened at an end, in the order of time.</summary>
    public static IEnumerable<EndMoment> Collect(TcpEndpoint own, IReadOnlyList<Arrow> arrows, IEnumerable<FlowCall> calls)
    {
        var all = new List<EndMoment>();
        foreach (FlowCall call in calls)
        {
            if (call.Own != own || call.FoundNoPort || call is { Succeeded: false, Act: not FlowAct.Connect })
                continue;
            all.Add(new(EndMomentKind.Begins, call.T, null, call));
            all.Add(new(EndMomentKind.Returns, call.Until, null, call));
        }
        foreach (Arrow a in arrows)
        {
            if (a.Origin == own)
                all.Add(Sent(a));
            if (a.Target == own && a.Received is not null)
                all.Add(Arrived(a));
        }
        return all.OrderBy(m => m.T).ThenBy(m => m.Kind);
    }

    private static EndMoment Sent(Arrow a)
    {
        bool own = a.Segment is { Seen: not SeenAt.Receiver };
        return Numbered(
            new(EndMomentKind.Sends, a.Sent, a, null)
            {
                Exact = own,
                Least = own ? a.Sent : null,
                Most = own || a.Received is null ? a.Sent : a.Received,
            },
            a
        );
    }

    private static EndMoment Arrived(Arrow a)
    {
        bool own = a.Segment is { Seen: not SeenAt.Sender };
        return Numbered(
            new(EndMomentKind.Receives, a.Received!.Value, a, null)
            {
                Exact = own,
                Least = own ? a.Received : a.Sent,
                Most = own ? a.Received : null,
            },
            a
        );
    }

    private static EndMoment Numbered(EndMoment m, Arrow a)
    {
        (uint seq, uint? ack, int length) = a.Segment is { } s ? (s.SeqNo, s.Ack, s.Len) : Guessed(a);
        uint span = (uint)length + (a.Kind is SegmentKind.Syn or SegmentKind.SynAck ? 1u : 0) + (a.HasFin() ? 1u : 0);
        return m with { Seq = seq, Ack = ack ?? 0, HasAck = ack is not null, End = seq + span };
    }

    // The segments that calls and states imply have no payload: a handshake, then one FIN of each end.
    private static (uint Seq, uint? Ack, int Length) Guessed(Arrow a) =>
        a.Kind switch
        {
            SegmentKind.Syn => (0, null, 0),
            SegmentKind.SynAck => (0, 1, 0),
            SegmentKind.Rst => (0, 1, 0),
            SegmentKind.Fin => (1, a.Evidence == InferredFrom.PassiveClose ? 2u : 1, 0),
            _ => (
                a.Evidence == InferredFrom.ConnectSucceeded ? 1u
                : a.Evidence is InferredFrom.TimeWaitSeen or InferredFrom.PassiveSocketGone ? 2u
                : 1,
                a.Evidence == InferredFrom.ConnectSucceeded ? 1u : 2,
                0
            ),
        };
}
