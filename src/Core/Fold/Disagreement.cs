using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Two sources that cannot both be right about a socket. Both stay in the picture; nothing is decided for the reader.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer; for a listener the wildcard with port 0.</param>
/// <param name="T">When the first source said it.</param>
/// <param name="Source">The source that contradicts.</param>
/// <param name="State">The state it tells; null for a socket that is gone.</param>
/// <param name="Other">The source it contradicts.</param>
/// <param name="OtherState">What that one told for the same time; null for a socket that is gone.</param>
/// <param name="OtherSince">Since when.</param>
/// <param name="Seq">The event that contradicts.</param>
/// <param name="Band">The band beside which it stands, by its <see cref="StateBand.Seq"/>.</param>
public sealed record Disagreement(
    string Host, Endpoint Local, Endpoint Remote, long T, EventSource Source, TcpState? State, EventSource Other, TcpState? OtherState, long OtherSince, long Seq, long Band);
