using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What the socket tables show at the end of a log: /proc's rows alone, whatever other sources say.</summary>
internal static class SocketRows
{
    /// <summary>In the order of ss.</summary>
    public static IReadOnlyList<SocketNow> Of(IEnumerable<RunEvent> log, RowOwners owners)
    {
        var rows = new Dictionary<SocketIdentity, (SocketNow Row, long First)>();
        foreach (RunEvent e in log)
        {
            if (e is not SocketEvent { Host: { } host } s || !owners.IsOwn(s))
                continue;
            SocketIdentity key = s.Identity;
            if (s.To is null)
                rows.Remove(key);
            else if (rows.TryGetValue(key, out (SocketNow Row, long First) old) && old.Row.State == s.To)
                rows[key] = old with { Row = old.Row with { Reading = s } };
            else
                rows[key] = (new SocketNow(host, s, s.T), s.Seq);
        }
        return [.. rows.Values.OrderBy(r => r.First).Select(r => r.Row).InTableOrder(r => r.Reading)];
    }
}
