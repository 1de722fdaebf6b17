namespace ReuseAddrDashboard.Core.Tcp;

/// <summary>Whether two sockets' addresses overlap, as inet_rcv_saddr_equal and the bhash2 look-ups of inet_csk_get_port see it.</summary>
internal static class BindOverlap
{
    /// <returns>Null when it depends on an unknown IPV6_V6ONLY of <paramref name="other"/>.</returns>
    public static bool? Of(BindCandidate candidate, PortSocket other)
    {
        Endpoint mine = candidate.Local.Unmapped(), its = other.Local.Unmapped();
        if (mine.Port != its.Port)
            return false;
        return (mine.IsV6, its.IsV6) switch
        {
            (false, false) or (true, true) => mine.IsWildcard || its.IsWildcard || mine.SameAddress(its),
            // [::] takes IPv4 as well, unless told otherwise; one IPv6 address never does.
            (true, false) => mine.IsWildcard && !candidate.V6Only,
            // An accepted child of [::] keeps IPV6_V6ONLY = 0 even on a real IPv6 address, and then 0.0.0.0 collides with it.
            (false, true) => mine.IsWildcard || its.IsWildcard ? !other.V6Only : false,
        };
    }
}
