using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket was in one state for a while, as its host's socket tables said.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer; for a listener the wildcard with port 0.</param>
/// <param name="State">The state.</param>
/// <param name="From">The state before; null when the socket appeared.</param>
/// <param name="Begin">First moment at which the state was seen, and never before what caused it.</param>
/// <param name="After">Last moment at which it was known not to be so: the change lies in (After, Begin]. Null when nobody looked before.</param>
/// <param name="End">First moment at which it was seen to be over; null while it lasts.</param>
/// <param name="Source">How it was seen.</param>
/// <param name="Seq">The event that showed it.</param>
public sealed record StateBand(
    string Host, Endpoint Local, Endpoint Remote, TcpState State, TcpState? From, long Begin, long? After, long? End, EventSource Source, long Seq)
{
    public bool Covers(long t) => Begin <= t && (End is null || t < End);
}
