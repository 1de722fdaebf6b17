using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// What the kernel's answer proves of sockets whose options nobody knew: EADDRINUSE to a bind with SO_REUSEADDR over one TIME-WAIT proves that it lacked the
/// option; success proves that it had it.
/// Every combination of the unknowns that gives another answer is ruled out; what all that are left have in common is proved.
/// </summary>
internal static class BindProof
{
    private static readonly bool[] Either = [false, true];

    public static IReadOnlyList<ProvedOptions> Proved(BindCandidate candidate, BindVerdict verdict, BindOutcome answer)
    {
        // One of several in the way is enough: which one is not said. Whether a socket was there, or takes IPv4, may be the reason as well.
        if (
            verdict.Outcome != BindOutcome.Unknown
            || verdict.Obstacles.Any(o => o.Clause != BindClause.OtherOptionsUnknown)
            || answer == BindOutcome.InUse && verdict.Obstacles.Count > 1
        )
        {
            return [];
        }

        return [.. verdict.Obstacles.Select(o => Proved(candidate, o.Socket, free: answer == BindOutcome.Ok)).OfType<ProvedOptions>()];
    }

    private static ProvedOptions? Proved(BindCandidate candidate, PortSocket socket, bool free)
    {
        uint other = candidate.Uid + 1;
        PortSocket[] left =
        [
            .. from addr in Values(socket.ReuseAddr)
            from port in Values(socket.ReusePort)
            from uid in socket.Uid is { } known ? [known] : (uint[])[candidate.Uid, other]
            select socket with
            {
                ReuseAddr = addr,
                ReusePort = port,
                Uid = uid,
            } into world
            where BindRule.IsFree(candidate, world) == free
            select world,
        ];
        bool? reuseAddr = Common(left, w => w.ReuseAddr),
            reusePort = Common(left, w => w.ReusePort);
        bool isNew = socket.ReuseAddr is null && reuseAddr is not null || socket.ReusePort is null && reusePort is not null;
        return isNew ? new(socket, reuseAddr, reusePort) : null;
    }

    private static bool[] Values(bool? option) => option is { } known ? [known] : Either;

    private static bool? Common(PortSocket[] worlds, Func<PortSocket, bool?> of) =>
        worlds.Length > 0 && worlds.All(w => of(w) == of(worlds[0])) ? of(worlds[0]) : null;
}
