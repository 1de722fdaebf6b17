using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Which segment an arrow stands for, by its flags.</summary>
public enum SegmentKind : byte
{
    /// <summary>SYN without ACK.</summary>
    Syn,

    /// <summary>SYN with ACK.</summary>
    SynAck,

    /// <summary>ACK alone, without payload.</summary>
    Ack,

    /// <summary>With ACK set, as every segment of a connection.</summary>
    Fin,

    /// <summary>RST, with or without ACK.</summary>
    Rst,

    /// <summary>Payload, and none of the flags above but ACK.</summary>
    Data,
}

/// <summary>What an inferred segment was concluded from.</summary>
public enum InferredFrom : byte
{
    /// <summary>Not inferred: it was seen.</summary>
    Nothing,

    /// <summary>connect() returned 0, so the three-way handshake took place while it ran.</summary>
    ConnectSucceeded,

    /// <summary>connect() gave ECONNREFUSED: a SYN went out and a RST came back.</summary>
    ConnectRefused,

    /// <summary>connect() gave up without an answer.</summary>
    ConnectUnanswered,

    /// <summary>close() or shutdown() of an end in ESTAB.</summary>
    ActiveClose,

    /// <summary>close() or shutdown() of an end whose peer had closed before (CLOSE-WAIT).</summary>
    PassiveClose,

    /// <summary>The closer was seen in FIN-WAIT-2: its FIN was acknowledged.</summary>
    FinWait2Seen,

    /// <summary>The peer was seen in CLOSE-WAIT: the FIN arrived. Its ACK may have been delayed and have travelled with the next segment.</summary>
    CloseWaitSeen,

    /// <summary>The active closer was seen in TIME-WAIT: both FINs arrived and it acknowledged the second.</summary>
    TimeWaitSeen,

    /// <summary>The passive closer's socket went: its FIN was acknowledged.</summary>
    PassiveSocketGone,
}

/// <summary>A TCP segment between the hosts.</summary>
/// <param name="From">The host that sent it.</param>
/// <param name="To">The host it was sent to.</param>
/// <param name="Kind">Its flags.</param>
/// <param name="Sent">When; for an inferred segment a moment at which it may have been sent.</param>
/// <param name="Received">
/// When it arrived, never before <paramref name="Sent"/>; null when nothing came of it. An end that nobody saw (<see cref="ObservedSegment.Seen"/>) stands at a
/// possible moment.
/// </param>
/// <param name="Source"><see cref="EvidenceSource.Inferred"/> or how it was seen.</param>
/// <param name="Evidence">What an inferred one was concluded from.</param>
/// <param name="Seqs">The events that show it.</param>
/// <param name="Origin">Sender's end.</param>
/// <param name="Target">Receiver's end.</param>
public sealed record Arrow(
    string From,
    string To,
    SegmentKind Kind,
    long Sent,
    long? Received,
    string Source,
    InferredFrom Evidence,
    IReadOnlyList<long> Seqs,
    TcpEndpoint? Origin,
    TcpEndpoint? Target
)
{
    /// <summary>True when nothing came of it: it ends in a cross.</summary>
    public bool Lost => Received is null;

    /// <summary>What the capture read of it; null for an inferred one.</summary>
    public ObservedSegment? Segment { get; init; }

    /// <summary>True when it carries a FIN.</summary>
    public bool HasFin() => Kind == SegmentKind.Fin;

    /// <summary>Its flags as the diagram writes them: <c>FIN+ACK</c> where they were seen.</summary>
    public string Label => Segment?.Flags.Replace(',', '+') ?? Kind.Name();
}

/// <summary>What the diagram calls a kind of segment.</summary>
public static class SegmentKinds
{
    /// <summary>The flags as the diagram writes them.</summary>
    public static string Name(this SegmentKind kind) =>
        kind switch
        {
            SegmentKind.Syn => "SYN",
            SegmentKind.SynAck => "SYN+ACK",
            SegmentKind.Ack => "ACK",
            SegmentKind.Fin => "FIN",
            SegmentKind.Data => "PSH+ACK",
            _ => "RST",
        };
}
