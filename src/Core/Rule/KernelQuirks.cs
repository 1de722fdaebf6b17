using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>A kernel that answers a bind otherwise than the rule, as its history tells.</summary>
/// <param name="Id">A stable name; what it is about stands in the texts as <c>verdict.quirk.ID</c>.</param>
/// <param name="Commit">The commit that mended it; null where it was measured and the commit is not known.</param>
/// <param name="Releases">The releases that have it: from, and the first that has it no more.</param>
/// <param name="Answers">What such a kernel answers.</param>
/// <param name="Meets">Whether a bind is such a one.</param>
public sealed record KernelQuirk(
    string Id,
    string? Commit,
    IReadOnlyList<(KernelVersion From, KernelVersion Until)> Releases,
    BindOutcome Answers,
    Func<BindCandidate, BindVerdict, bool> Meets
);

/// <summary>
/// Kernels that are known to answer otherwise, from their history (net/ipv4/inet_connection_sock.c since bhash2 came with 6.1) or measured. The rule is not
/// bent for them: a kernel that differs is told of, with the name from here.
/// </summary>
public static class KernelQuirks
{
    private static readonly KernelVersion V61 = new(6, 1, 0),
        V62 = new(6, 2, 0),
        V63 = new(6, 3, 0),
        V68 = new(6, 8, 0),
        V69 = new(6, 9, 0);

    /// <summary>In the order of the releases that have them first.</summary>
    public static IReadOnlyList<KernelQuirk> All { get; } =
    [
        // "tcp: Add TIME_WAIT sockets in bhash2": a bind to one address did not meet a TIME-WAIT there.
        new(
            "time-wait-missed",
            "936a192f9740",
            [(V61, new(6, 1, 5))],
            BindOutcome.Ok,
            (mine, rule) => !mine.Local.Unmapped().IsWildcard && rule.Obstacles.Count > 0 && rule.Obstacles.All(o => o.Socket.State == TcpState.TimeWait)
        ),
        // "tcp: Fix bind() conflict check for dual-stack wildcard address."
        new(
            "dual-stack-missed",
            "d9ba99342855",
            [(V61, new(6, 1, 21)), (V62, V63)],
            BindOutcome.Ok,
            (mine, rule) =>
                rule.Obstacles.Count > 0
                && rule.Obstacles.All(o => IsDualWildcard(o.Socket.Local) && IsOneV4(mine.Local) || IsDualWildcard(mine.Local) && IsOneV4(o.Socket.Local))
        ),
        // Measured on 6.1.170, and not on 6.12.115: ::ffff:127.0.0.1 does not meet ::ffff:0.0.0.0. Comparing both as IPv4 came with 6.8. Before the next, which
        // would explain it as well.
        new(
            "mapped-wildcard-missed",
            null,
            [(V61, V68)],
            BindOutcome.Ok,
            (mine, rule) =>
                mine.Local.IsV4Mapped
                && IsOneV4(mine.Local)
                && rule.Obstacles.Count > 0
                && rule.Obstacles.All(o => o.Socket.Local is { IsV4Mapped: true } mapped && mapped.Unmapped().IsWildcard)
        ),
        // "tcp: Fix bind() regression for v6-only wildcard and v4(-mapped-v6) non-wildcard addresses.": a v6-only [::] on the port hid 0.0.0.0 from a third
        // bind. 6.1.170 does so no more.
        new(
            "v6-only-hides-wildcard",
            "ea111449501e",
            [(V61, new(6, 1, 170)), (V62, V69)],
            BindOutcome.Ok,
            (mine, rule) =>
                IsOneV4(mine.Local) && rule.Obstacles.Count > 0 && rule.Obstacles.All(o => o.Socket.Local.Unmapped() is { IsV6: false, IsWildcard: true })
        ),
        // "tcp: Fix bind() regression for v6-only wildcard and v4-mapped-v6 non-wildcard address."
        new(
            "v6-only-meets-mapped",
            "d91ef1e1b55f",
            [(V68, V69)],
            BindOutcome.InUse,
            (mine, rule) => mine.Local.IsV4Mapped && IsOneV4(mine.Local) && rule.Obstacles.Count == 0
        ),
    ];

    /// <summary>The quirk that explains why a kernel answered against the rule; null where none is known.</summary>
    /// <param name="release">uname -r.</param>
    /// <param name="candidate">What was bound.</param>
    /// <param name="verdict">What the rule says.</param>
    /// <param name="answer">What the kernel answered.</param>
    public static KernelQuirk? Find(string release, BindCandidate candidate, BindVerdict verdict, BindOutcome answer) =>
        KernelVersion.Parse(release) is not { } version
            ? null
            : All.FirstOrDefault(q => q.Answers == answer && q.Releases.Any(r => Has(r.From, r.Until, version)) && q.Meets(candidate, verdict));

    // Without its patch a release has what all of its series has.
    private static bool Has(KernelVersion from, KernelVersion until, KernelVersion version) =>
        version.IsExact ? version >= from && version < until : version >= from && new KernelVersion(version.Major, version.Minor, int.MaxValue) < until;

    private static bool IsDualWildcard(TcpEndpoint local) => local is { IsV6: true, IsWildcard: true };

    private static bool IsOneV4(TcpEndpoint local) => local.Unmapped() is { IsV6: false, IsWildcard: false };
}
