using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket was in one state for a while, as all sources together tell.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer; for a listener the wildcard with port 0.</param>
/// <param name="State">The state.</param>
/// <param name="From">The state before; null when the socket appeared.</param>
/// <param name="Begin">When it was entered, where that was told; else the first moment at which it was seen. Never before what caused it.</param>
/// <param name="After">Last moment at which it was known not to be so: the change lies in (After, Begin]. Null when Begin is exact, or nobody looked before.</param>
/// <param name="End">When it was left, where that was told; else the first moment at which it was seen to be over; null while it lasts.</param>
/// <param name="Source">The source that knows its begin best.</param>
/// <param name="Seq">The event that told of it first; no two bands have the same.</param>
public sealed record StateBand(
    string Host, Endpoint Local, Endpoint Remote, TcpState State, TcpState? From, long Begin, long? After, long? End, EventSource Source, long Seq)
{
    /// <summary>Everyone who saw it.</summary>
    public SourceSet Sources { get; init; } = SourceSet.Of(Source);

    /// <summary>True when <see cref="Begin"/> is the moment of the change itself.</summary>
    public bool Exact { get; init; }

    /// <summary>The socket went with it: <see cref="Gone"/> tells how that is known. False where another state followed, and while it lasts.</summary>
    public bool WasLast => Gone is not null;

    /// <summary>How it is known that the socket went at <see cref="End"/>; null while it is there, and where another state followed.</summary>
    public SocketEnd? Gone { get; init; }

    /// <summary>Other events that show it, in the order of the log, without <see cref="Seq"/> and without those of its end.</summary>
    public SeqList Seen { get; init; } = SeqList.Empty;

    /// <summary>True for an event that this band stands for.</summary>
    public bool Shows(long seq) => seq == Seq || Seen.Contains(seq) || Gone?.Seqs.Contains(seq) == true;

    public bool Covers(long t) => Begin <= t && (End is null || t < End);
}

/// <summary>How the end of a socket is known.</summary>
/// <param name="After">Last moment at which it was known to be there; null when the moment is exact, or nobody knows.</param>
/// <param name="Exact">True when the end itself was told.</param>
/// <param name="Sources">Who told of it.</param>
/// <param name="Seqs">The events that did.</param>
public sealed record SocketEnd(long? After, bool Exact, SourceSet Sources, SeqList Seqs);
