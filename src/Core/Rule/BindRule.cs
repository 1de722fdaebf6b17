using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Rule;

/// <summary>
/// Linux's rule for who may have a TCP port: inet_csk_get_port, inet_csk_bind_conflict, inet_bind_conflict (net/ipv4/inet_connection_sock.c).
/// A socket of the port whose address overlaps is in the way, unless
/// (a) both have SO_REUSEADDR and it does not listen, or
/// (b) both have SO_REUSEPORT and it is in TIME-WAIT or belongs to the same user, or
/// (c) the port's bucket remembers options that let the call pass (<see cref="BindBucket"/>).
/// Sockets bound to an interface are not considered.
/// </summary>
public static class BindRule
{
    /// <summary>
    /// Judges <paramref name="call"/> over the sockets there are at that moment. For <see cref="PortCall.Listen"/> leave out the candidate itself;
    /// the rule is the same, but others may listen by then and the candidate's options may have changed.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="candidate">The socket it is made on.</param>
    /// <param name="sockets">The others that have the port.</param>
    /// <param name="bucket">What the port's bucket remembers; null for nothing.</param>
    public static BindVerdict Judge(PortCall call, BindCandidate candidate, IReadOnlyCollection<PortSocket> sockets, BindBucket? bucket = null)
    {
        // __inet6_bind refuses it before it asks for the port.
        if (call == PortCall.Bind && candidate is { V6Only: true, Local.IsV4Mapped: true })
            return new(call, BindOutcome.Invalid, [], [], []);
        List<BindObstacle> obstacles = [.. sockets.Select(socket => Obstacle(candidate, socket)).OfType<BindObstacle>().OrderByDescending(o => o.Certain)];
        bool? remembered = obstacles.Count == 0 ? false : (bucket ?? BindBucket.Empty).Lets(call, candidate);
        if (remembered == true)
            return new(call, BindOutcome.Ok, [], [], [.. sockets.Where(s => BindOverlap.Overlaps(candidate, s) != false)]) { Remembered = obstacles };
        if (remembered is null)
        {
            obstacles =
            [
                .. obstacles
                    .Select(o => o.Certain && !IsSureOfStranger(candidate, o.Socket) ? o with { Clause = BindClause.MemoryUnknown, Certain = false } : o)
                    .OrderByDescending(o => o.Certain),
            ];
        }

        BindOutcome outcome = obstacles switch
        {
            [] => BindOutcome.Ok,
            [{ Certain: true }, ..] => BindOutcome.InUse,
            _ => BindOutcome.Unknown,
        };
        return new(
            call,
            outcome,
            obstacles,
            outcome == BindOutcome.Ok ? [] : BindRemedies.For(candidate, [.. obstacles.Select(o => o.Socket)]),
            [.. sockets.Where(s => BindOverlap.Overlaps(candidate, s) != false && IsFree(candidate, s) == true)]
        );
    }

    /// <summary>True when the socket leaves the candidate alone, false when it is in its way, null when that depends on what nobody knows.</summary>
    internal static bool? IsFree(BindCandidate candidate, PortSocket other) => Or(Not(BindOverlap.Overlaps(candidate, other)), MayShare(candidate, other));

    // Over another user's listener no bucket remembers the candidate's user: nobody of that user could have been bound over it, and its own listen made the
    // bucket remember its own.
    private static bool IsSureOfStranger(BindCandidate candidate, PortSocket other) =>
        other is { State: TcpState.Listen, Uid: { } uid } && uid != candidate.Uid;

    private static BindObstacle? Obstacle(BindCandidate candidate, PortSocket other) =>
        IsFree(candidate, other) switch
        {
            true => null,
            false when !other.Sure => new(other, BindClause.OtherMoved, Certain: false),
            var free => new(other, Clause(candidate, other, free), Certain: free == false),
        };

    private static bool? MayShare(BindCandidate candidate, PortSocket other) =>
        Or(
            And(candidate.ReuseAddr, And(other.ReuseAddr, other.State != TcpState.Listen)),
            And(candidate.ReusePort, And(other.ReusePort, Or(other.State == TcpState.TimeWait, other.Uid == null ? null : other.Uid == candidate.Uid)))
        );

    private static BindClause Clause(BindCandidate candidate, PortSocket other, bool? free)
    {
        if (free is null && MayShare(candidate, other) == false)
            return BindClause.OtherV6OnlyUnknown;
        if (free is null)
            return BindClause.OtherOptionsUnknown;
        if (candidate.ReusePort && other is { ReusePort: true, State: not TcpState.TimeWait } && other.Uid != candidate.Uid)
            return BindClause.OtherUser;
        if (other.State == TcpState.Listen)
            return BindClause.OtherListens;
        if (candidate.ReuseAddr != candidate.ReusePort && other.ReuseAddr == candidate.ReusePort && other.ReusePort == candidate.ReuseAddr)
            return BindClause.OptionsDiffer;
        return (candidate.ReuseAddr, other.ReuseAddr) switch
        {
            (false, false) => BindClause.NeitherReuseAddr,
            (false, _) => BindClause.CandidateLacksReuseAddr,
            _ => BindClause.OtherLacksReuseAddr,
        };
    }

    // Three-valued, with null for unknown: what is certain whatever the unknown is, stays certain.
    internal static bool? And(bool? a, bool? b) => a & b;

    internal static bool? Or(bool? a, bool? b) => a | b;

    internal static bool? Not(bool? a) => !a;
}
