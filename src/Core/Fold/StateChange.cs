using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A socket came, changed its state, or went.</summary>
/// <param name="Host">The host that has the socket.</param>
/// <param name="Local">Its own end.</param>
/// <param name="Remote">The peer; for a listener the wildcard with port 0.</param>
/// <param name="From">Null where it came.</param>
/// <param name="To">Null where it went.</param>
/// <param name="T">When: the moment itself where <paramref name="Exact"/>, else the first at which it was seen.</param>
/// <param name="After">The last moment at which it was known not to be so; null where exact, or nobody looked before.</param>
/// <param name="Exact">True when the change itself was told.</param>
/// <param name="Sources">Everyone who saw it.</param>
/// <param name="Seq">The event by which it is chosen.</param>
/// <param name="Seqs">Every event that shows it.</param>
public sealed record StateChange(
    string Host,
    TcpEndpoint Local,
    TcpEndpoint Remote,
    TcpState? From,
    TcpState? To,
    long T,
    long? After,
    bool Exact,
    SourceSet Sources,
    long Seq,
    SeqList Seqs
)
{
    /// <summary>In the order of the axis.</summary>
    public static IReadOnlyList<StateChange> InOrder(IReadOnlyList<StateBand> bands)
    {
        var all = new List<StateChange>(bands.Count * 2);
        foreach (StateBand b in bands)
        {
            all.Add(new(b.Host, b.Local, b.Remote, b.From, b.State, b.Begin, b.After, b.Exact, b.Sources, b.Seq, b.Seen.After(b.Seq)));
            if (b is { Gone: { } gone, End: { } end })
                all.Add(new(b.Host, b.Local, b.Remote, b.State, null, end, gone.After, gone.Exact, gone.Sources, gone.Seqs.First, gone.Seqs));
        }
        return [.. all.OrderBy(c => c.T).ThenBy(c => c.Seq)];
    }
}
