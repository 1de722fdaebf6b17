using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// What the socket tables show at the end of a log: /proc's rows alone, whatever other sources say. It never changes: a row more makes another one.
/// </summary>
internal sealed class SocketRows
{
    public static readonly SocketRows Empty = new(ImmutableDictionary<SocketIdentity, (SocketNow, long)>.Empty);

    private readonly ImmutableDictionary<SocketIdentity, (SocketNow Row, long First)> _rows;

    private SocketRows(ImmutableDictionary<SocketIdentity, (SocketNow Row, long First)> rows) => _rows = rows;

    /// <summary>With a reading of a host's own row.</summary>
    public SocketRows With(SocketEvent s, string host)
    {
        SocketIdentity key = s.Identity;
        if (s.To is null)
            return new(_rows.Remove(key));
        return new(
            _rows.SetItem(
                key,
                _rows.TryGetValue(key, out (SocketNow Row, long First) old) && old.Row.State == s.To
                    ? old with
                    {
                        Row = old.Row with { Reading = s },
                    }
                    : (new SocketNow(host, s, s.T), s.Seq)
            )
        );
    }

    /// <summary>In the order of ss.</summary>
    public IReadOnlyList<SocketNow> InTableOrder() => [.. _rows.Values.OrderBy(r => r.First).Select(r => r.Row).InTableOrder(r => r.Reading)];
}
