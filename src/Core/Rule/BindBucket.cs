using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>What a kernel's bind buckets remember.</summary>
public enum BucketMemory : byte
{
    /// <summary>Before 6.8: SO_REUSEADDR and SO_REUSEPORT of the sockets that were bound.</summary>
    Both,

    /// <summary>Since 6.8 (8002d44fe84d): SO_REUSEPORT alone, for the address it was bound with: update_fastreuse no longer meets an empty bucket.</summary>
    ReusePort,

    /// <summary>A release that nobody can place, or one into which a distribution puts parts of later ones.</summary>
    Unknown,
}

/// <summary>
/// What the bucket of a port remembers of sockets that were bound to it (struct inet_bind_bucket: fastreuse, fastreuseport, fastuid, fast_rcv_saddr). By that
/// the kernel lets a socket pass without a look at the others
/// (inet_csk_get_port, sk_reuseport_match), even where they have cleared the option since. A bucket lives as long as any socket has the port, a TIME-WAIT too.
/// </summary>
public sealed record BindBucket
{
    /// <summary>Remembers nothing; also that of a port which no socket has.</summary>
    public static readonly BindBucket Empty = new();

    /// <summary>What it remembers is not known: sockets were bound to it that nobody followed.</summary>
    public static BindBucket Unknown(BucketMemory memory) => new() { ReuseAddr = memory == BucketMemory.ReusePort ? false : null, IsUnknown = true };

    private BindBucket() { }

    /// <summary>fastreuse: every socket was bound with SO_REUSEADDR, and none listened. Null when nobody knows.</summary>
    public bool? ReuseAddr { get; private init; } = false;

    /// <summary>fastreuseport: the socket with SO_REUSEPORT that was bound last; null when it remembers none.</summary>
    public BindCandidate? ReusePort { get; private init; }

    /// <summary>FASTREUSEPORT_ANY: any address passes; otherwise only one that <see cref="ReusePort"/>'s covers.</summary>
    public bool AnyAddress { get; private init; }

    /// <summary>True where nobody knows what it remembers.</summary>
    public bool IsUnknown { get; private init; }

    /// <summary>True when it lets nobody pass.</summary>
    public bool RemembersNothing => this == Empty;

    /// <summary>What the kernel of a host remembers.</summary>
    /// <param name="release">uname -r.</param>
    public static BucketMemory Memory(string release) =>
        KernelVersion.Parse(release) is not { } version || release.Contains(".el", StringComparison.Ordinal) ? BucketMemory.Unknown
        : version < new KernelVersion(6, 8, 0) ? BucketMemory.Both
        : BucketMemory.ReusePort;

    /// <summary>Whether a call passes by what is remembered, whatever other sockets there are; null when nobody knows.</summary>
    public bool? Lets(PortCall call, BindCandidate candidate)
    {
        bool? byAddr = ReuseAddr & (candidate.ReuseAddr && call == PortCall.Bind),
            byPort = IsUnknown && candidate.ReusePort ? null : Matches(candidate);
        return BindRule.Or(byAddr, byPort);
    }

    /// <summary>The bucket after a bind or listen that succeeded (inet_csk_update_fastreuse).</summary>
    /// <param name="call">The call.</param>
    /// <param name="candidate">The socket, with its options at that moment.</param>
    /// <param name="first">True when no other socket had the port; null when nobody knows.</param>
    /// <param name="memory">Of the host's kernel.</param>
    public BindBucket After(PortCall call, BindCandidate candidate, bool? first, BucketMemory memory)
    {
        // listen() is TCP_LISTEN already when it asks again: it never counts as SO_REUSEADDR.
        bool reuse = candidate.ReuseAddr && call == PortCall.Bind;
        bool? empty = memory switch
        {
            BucketMemory.ReusePort => false,
            BucketMemory.Unknown when first != false => null,
            _ => call == PortCall.Bind ? first : false,
        };
        bool? reuseAddr = empty switch
        {
            true => reuse,
            false => ReuseAddr & reuse,
            null => reuse
                ? ReuseAddr == true
                    ? true
                    : null
                : false,
        };
        if (!candidate.ReusePort)
            return new() { ReuseAddr = reuseAddr };
        bool matches = !IsUnknown && Matches(candidate);
        bool known = empty == true || !IsUnknown && (empty == false || matches && AnyAddress);
        return !known
            ? new() { ReuseAddr = reuseAddr, IsUnknown = true }
            : new()
            {
                ReuseAddr = reuseAddr,
                ReusePort = empty != true && matches ? ReusePort : candidate,
                AnyAddress = empty == true || matches && AnyAddress,
            };
    }

    /// <summary>The bucket where it is not known whether it was this one or a new one.</summary>
    public BindBucket OrNew(BucketMemory memory) => RemembersNothing ? this : Unknown(memory);

    private bool Matches(BindCandidate candidate) =>
        ReusePort is { } last && candidate.ReusePort && candidate.Uid == last.Uid && (AnyAddress || Covers(last, candidate));

    // ipv6_rcv_saddr_equal and ipv4_rcv_saddr_equal with match_sk1_wildcard: a wildcard that is remembered covers the others of its family, one of the
    // candidate covers none but itself.
    private static bool Covers(BindCandidate last, BindCandidate candidate)
    {
        TcpEndpoint its = last.Local,
            mine = candidate.Local;
        bool v6Only = IsV6Only(candidate);
        if (!its.IsV6 || its.IsV4Mapped && (!mine.IsV6 || mine.IsV4Mapped))
            return !v6Only && (its.Unmapped().IsWildcard || V4(mine) == V4(its));
        bool itsAny = its.IsWildcard,
            mineV4 = !mine.IsV6 || mine.IsV4Mapped;
        return itsAny && (mine is { IsV6: true, IsWildcard: true } || !(last.V6Only && mineV4)) || mine.IsV6 && mine.SameAddress(its);
    }

    // What sk_rcv_saddr holds: of a socket on a real IPv6 address LOOPBACK4_IPV6, which equals no IPv4 address in use.
    private static UInt128? V4(TcpEndpoint local) =>
        !local.IsV6 || local.IsV4Mapped ? local.Unmapped().Bits
        : local.IsWildcard ? UInt128.Zero
        : null;

    private static bool IsV6Only(BindCandidate candidate) =>
        candidate.Local is { IsV6: true, IsV4Mapped: false } && (candidate.V6Only || !candidate.Local.IsWildcard);
}
