using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket was in one state for a while, as all sources together tell, or as it follows from what passed and what was called.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer; for a listener the wildcard with port 0.</param>
/// <param name="State">The state.</param>
/// <param name="From">The state before; null when the socket appeared.</param>
/// <param name="Begin">When it was entered, where that was told or follows; else the first moment at which it was seen. Never before what caused it.</param>
/// <param name="After">Last moment at which it was known not to be so. Null when Begin is exact, or nobody knows.</param>
/// <param name="End">When it was left, where that was told or follows; else the first moment at which it was seen to be over; null while it lasts.</param>
/// <param name="Source">The source that knows its begin best.</param>
/// <param name="Seq">The event that told of it first; negative where nobody saw it. No two bands have the same.</param>
public sealed record StateBand(
    string Host,
    TcpEndpoint Local,
    TcpEndpoint Remote,
    TcpState State,
    TcpState? From,
    long Begin,
    long? After,
    long? End,
    string Source,
    long Seq
)
{
    /// <summary>Everyone who saw it, and <see cref="EvidenceSource.Inferred"/> where its begin or end follows from segments and calls.</summary>
    public SourceSet Sources { get; init; } = SourceSet.Of(Source);

    /// <summary>True when <see cref="Begin"/> is the moment of the change itself.</summary>
    public bool Exact { get; init; }

    /// <summary>
    /// The first moment at which it was surely so: the change lies in (<see cref="After"/>, Before]. Null for <see cref="Begin"/>; of one that nobody saw, null
    /// where nobody knows.
    /// </summary>
    public long? Before { get; init; }

    /// <summary>A bound of <see cref="End"/>: the last moment at which it was known to be so still. Null where nobody knows, and while it lasts.</summary>
    public long? EndAfter { get; init; }

    /// <summary>The other bound: the first moment at which it surely was over. Null where nobody knows, and while it lasts.</summary>
    public long? EndBefore { get; init; }

    /// <summary>When somebody saw it first; null where nobody did, and it was concluded alone.</summary>
    public long? SeenFrom { get; init; }

    /// <summary>True where nobody saw it: it follows from the segments that passed and the calls that were made (RFC 9293, 3.10).</summary>
    public bool IsInferred => SeenFrom is null;

    /// <summary>The events from which its begin was concluded, in the order of the log; empty where it was seen as it began.</summary>
    public SeqList Evidence { get; init; } = SeqList.Empty;

    /// <summary>The socket went with it: <see cref="Gone"/> tells how that is known. False where another state followed, and while it lasts.</summary>
    public bool WasLast => Gone is not null;

    /// <summary>How it is known that the socket went at <see cref="End"/>; null while it is there, and where another state followed.</summary>
    public SocketEnd? Gone { get; init; }

    /// <summary>What ended it where that is more than the next step of the connection; null otherwise.</summary>
    public EndReason? Ended { get; init; }

    /// <summary>Other events that show it, in the order of the log, without <see cref="Seq"/> and without those of its end.</summary>
    public SeqList Seen { get; init; } = SeqList.Empty;

    /// <summary>True for an event that this band stands for.</summary>
    public bool Shows(long seq) => seq == Seq || Seen.Contains(seq) || Gone?.Seqs.Contains(seq) == true;

    /// <summary>Whether it lasted at a moment, nanoseconds on the run's axis; its end is not part of it.</summary>
    public bool Covers(long t) => Begin <= t && (End is null || t < End);
}

/// <summary>How the end of a socket is known.</summary>
/// <param name="After">Last moment at which it was known to be there; null when the moment is exact, or nobody knows.</param>
/// <param name="Exact">True when the end itself was told.</param>
/// <param name="Sources">Who told of it.</param>
/// <param name="Seqs">The events that did; of one that was concluded, the events from which.</param>
public sealed record SocketEnd(long? After, bool Exact, SourceSet Sources, SeqList Seqs);
