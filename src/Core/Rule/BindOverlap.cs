using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>
/// Whether two sockets' addresses overlap, as inet_rcv_saddr_equal and the bhash2 look-ups of inet_csk_get_port see it. That is not the same from both sides:
/// an accepted child of [::] on a real IPv6 address
/// hinders 0.0.0.0, and does not hinder ::ffff:0.0.0.0.
/// </summary>
internal static class BindOverlap
{
    private enum Kind : byte
    {
        V4,
        V4Wildcard,
        MappedWildcard,
        V6,
        V6Wildcard,
    }

    /// <returns>Null when it depends on an unknown IPV6_V6ONLY of <paramref name="other"/>.</returns>
    public static bool? Overlaps(BindCandidate candidate, PortSocket other)
    {
        if (candidate.Local.Port != other.Local.Port)
            return false;
        Kind its = KindOf(other.Local);
        return KindOf(candidate.Local) switch
        {
            // To a specific address IPv4 and mapped are the same.
            Kind.V4 => its switch
            {
                Kind.V4 => candidate.Local.Unmapped().SameAddress(other.Local.Unmapped()),
                Kind.V4Wildcard or Kind.MappedWildcard => true,
                Kind.V6Wildcard => !V6Only(other),
                _ => false,
            },
            Kind.V6 => its == Kind.V6Wildcard || its == Kind.V6 && candidate.Local.SameAddress(other.Local),
            // ipv4_rcv_saddr_equal asks for nothing but the other's IPV6_V6ONLY, and an accepted child of [::] has it off even on a real IPv6 address.
            Kind.V4Wildcard => its is Kind.V6 or Kind.V6Wildcard ? !V6Only(other) : true,
            Kind.MappedWildcard => its switch
            {
                Kind.V6 => false,
                Kind.V6Wildcard => !V6Only(other),
                _ => true,
            },
            _ => its is Kind.V6 or Kind.V6Wildcard || !candidate.V6Only,
        };
    }

    private static Kind KindOf(TcpEndpoint local) =>
        local switch
        {
            { IsV6: false } => local.IsWildcard ? Kind.V4Wildcard : Kind.V4,
            { IsV4Mapped: true } => local.Unmapped().IsWildcard ? Kind.MappedWildcard : Kind.V4,
            _ => local.IsWildcard ? Kind.V6Wildcard : Kind.V6,
        };

    // The kernel sets IPV6_V6ONLY itself on a socket that is bound to one IPv6 address (__inet6_bind).
    private static bool? V6Only(PortSocket other) =>
        other.V6Only ?? (other.State is TcpState.Listen or TcpState.BoundInactive && KindOf(other.Local) == Kind.V6 ? true : null);
}
