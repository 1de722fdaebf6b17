using ReuseAddrDashboard.Core.Log;
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
    string Host,
    TcpEndpoint Local,
    TcpEndpoint Remote,
    long T,
    string Source,
    TcpState? State,
    string Other,
    TcpState? OtherState,
    long OtherSince,
    long Seq,
    long Band
)
{
    /// <summary>Nanoseconds after which a source would have told of a change, if its host has told of anything later.</summary>
    private const long Patience = 500_000_000;

    /// <summary>Without those that an event still on its way may explain, or one that was lost.</summary>
    /// <param name="found">In any order.</param>
    /// <param name="told">Up to when each host has told of itself.</param>
    /// <param name="gaps">What was lost.</param>
    internal static IReadOnlyList<Disagreement> Settled(
        IReadOnlyList<Disagreement> found,
        IReadOnlyDictionary<string, long> told,
        IReadOnlyList<GapEvent> gaps
    ) =>
        found.Count == 0
            ? []
            :
            [
                .. found
                    .Where(d =>
                        told.TryGetValue(d.Host, out long last)
                        && last >= d.T + Patience
                        && !gaps.Any(g => g.Concerns(d.Host, d.Source) || g.Concerns(d.Host, d.Other))
                    )
                    .OrderBy(d => d.T)
                    .ThenBy(d => d.Seq),
            ];
}
