using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>What is said of the sockets that have the port: which they are, whose, with which options from where, and how long they stay.</summary>
internal static class VerdictSockets
{
    private const string ReuseAddr = "SO_REUSEADDR",
        ReusePort = "SO_REUSEPORT";

    /// <summary>Why a call fails: what is in the way.</summary>
    public static IEnumerable<Message> InTheWay(VerdictMessages.Told told)
    {
        if (told.Main is not { } main)
            yield break;
        string how = (told.Succeeded, main.Certain) switch
        {
            (true, _) => "shared",
            (false, true) => "blocked",
            (false, false) => "may-have-blocked",
            (null, true) => "blocks",
            _ => "may-block",
        };
        yield return Which(how, main.Socket, told);
        PortOccupant? occupant = told.Find(main.Socket);
        if (Owner(main.Socket, occupant, told.Past) is { } owner)
            yield return owner;
        foreach (Message clause in Clause(main, occupant, told))
            yield return clause;
        if (told.Succeeded == true)
            yield break;
        if (Left(main.Socket, occupant, told) is { } left)
            yield return left;
        int more = told.Verdict.Obstacles.Count - 1;
        if (more > 0)
            yield return Message.Of($"verdict.{(more == 1 ? "one-" : "")}more{(told.Past ? "-had" : "")}", ("count", more));
    }

    /// <summary>Why a call succeeds: what lets it, or that nothing is there.</summary>
    public static IEnumerable<Message> Free(VerdictMessages.Told told)
    {
        if (told.Verdict.Remembered is [var (remembered, _, _), ..])
        {
            yield return Which(told.Past ? "shared" : "shares", remembered, told);
            if (Owner(remembered, told.Find(remembered), told.Past) is { } owner)
                yield return owner;
            yield return Message.Of("verdict.share.remembered", ("option", told.Candidate.ReusePort ? ReusePort : ReuseAddr));
        }
        else if (told.Verdict.Shares is [var other, ..])
        {
            yield return Which(told.Past ? "shared" : "shares", other, told);
            PortOccupant? occupant = told.Find(other);
            if (Owner(other, occupant, told.Past) is { } owner)
                yield return owner;
            bool byAddr = told.Candidate.ReuseAddr && other.ReuseAddr == true && other.State != TcpState.Listen;
            yield return new(
                byAddr ? "verdict.share.reuseaddr"
                : other.State == TcpState.TimeWait ? "verdict.share.reuseport-time-wait"
                : "verdict.share.reuseport"
            );
            if (Origin(occupant, byAddr ? ReuseAddr : ReusePort) is { } origin)
                yield return origin;
        }
        else
        {
            yield return new(
                told.Candidate.ReuseAddr || told.Candidate.ReusePort ? "verdict.free-with-option"
                : told.Past ? "verdict.was-free"
                : "verdict.free"
            );
        }
    }

    /// <summary>Its ends as the sentences have them.</summary>
    public static string Ends(PortSocket socket) => socket.Remote is { } remote ? $"{socket.Local} → {remote}" : socket.Local.ToString();

    private static Message Which(string how, PortSocket socket, VerdictMessages.Told told) =>
        Message.Of(
            $"verdict.{how}.{socket.State switch { TcpState.TimeWait => "time-wait", TcpState.Listen => "listener", TcpState.BoundInactive or TcpState.Close => "bound", _ => "connection" }}",
            ("call", VerdictMessages.Name(told.Verdict.Call)),
            ("ends", Ends(socket)),
            ("state", socket.State.Name())
        );

    private static Message? Owner(PortSocket socket, PortOccupant? of, bool past)
    {
        bool left = socket.State == TcpState.TimeWait || socket.IsOrphan;
        if (of is null || of is { Name: null, Use: not PortUse.NotAccepted })
        {
            return left ? new("verdict.owner.stranger-left")
                : socket.Uid is { } uid ? Message.Of("verdict.owner.stranger", ("uid", uid))
                : new("verdict.owner.stranger-unknown");
        }

        (string, object?)[] args = [("program", of.Program), ("socket", of.Name), ("listener", of.Listener)];
        return Message.Of(
            of switch
            {
                { Use: PortUse.NotAccepted } => "verdict.owner.not-accepted",
                { Program: null } => "verdict.owner.run",
                { Listener: not null } when left => "verdict.owner.left-accepted",
                { Use: PortUse.Connected } when left => "verdict.owner.left-connected",
                { Use: PortUse.Connected } => "verdict.owner.connected",
                _ when left => "verdict.owner.left",
                { Listener: not null } => past ? "verdict.owner.was-accepted" : "verdict.owner.is-accepted",
                _ => past ? "verdict.owner.was" : "verdict.owner.is",
            },
            args
        );
    }

    private static IEnumerable<Message> Clause(BindObstacle obstacle, PortOccupant? of, VerdictMessages.Told told)
    {
        (PortSocket other, BindCandidate mine) = (obstacle.Socket, told.Candidate);
        switch (obstacle.Clause)
        {
            case BindClause.OtherListens:
                yield return new(told.Verdict.Call == PortCall.Listen ? "verdict.clause.two-listeners" : "verdict.clause.other-listens");
                if (mine.ReusePort && other.ReusePort == false)
                    yield return new("verdict.clause.listener-lacks-reuseport");
                else if (!mine.ReusePort && other.ReusePort == true)
                    yield return new("verdict.clause.candidate-lacks-reuseport");
                yield break;
            case BindClause.NeitherReuseAddr:
                yield return new("verdict.clause.neither-reuseaddr");
                break;
            case BindClause.CandidateLacksReuseAddr:
                yield return new(other.ReuseAddr is null ? "verdict.clause.candidate-lacks-reuseaddr-unknown" : "verdict.clause.candidate-lacks-reuseaddr");
                break;
            case BindClause.OtherLacksReuseAddr:
                yield return new("verdict.clause.other-lacks-reuseaddr");
                break;
            case BindClause.OptionsDiffer:
                yield return new(mine.ReuseAddr ? "verdict.clause.options-differ" : "verdict.clause.options-differ-reversed");
                break;
            case BindClause.OtherUser:
                yield return other.Uid is { } uid
                    ? Message.Of("verdict.clause.other-user", ("uid", mine.Uid), ("other", uid))
                    : new("verdict.clause.user-unknown");
                yield break;
            case BindClause.OtherOptionsUnknown:
                yield return Message.Of(
                    "verdict.clause.options-unknown",
                    (
                        "option",
                        !mine.ReusePort ? ReuseAddr
                        : !mine.ReuseAddr || other.State == TcpState.Listen ? ReusePort
                        : $"{ReuseAddr} / {ReusePort}"
                    )
                );
                yield break;
            case BindClause.OtherV6OnlyUnknown:
                yield return new("verdict.clause.v6only-unknown");
                yield break;
            case BindClause.MemoryUnknown:
                yield return new("verdict.clause.memory-unknown");
                yield break;
            default:
                yield return new(told.Past ? "verdict.clause.moved" : "verdict.clause.may-be-gone");
                yield break;
        }
        if (Origin(of, ReuseAddr) is { } origin)
            yield return origin;
    }

    // Where the option comes from, where that is worth a sentence.
    private static Message? Origin(PortOccupant? of, string option)
    {
        if (of is null || (option == ReuseAddr ? of.Socket.ReuseAddr : of.Socket.ReusePort) is not { } on)
            return null;
        OptionOrigin from = option == ReuseAddr ? of.ReuseAddrFrom : of.ReusePortFrom;
        return (from, on, of.Listener) switch
        {
            (OptionOrigin.Own, false, _) => Message.Of("verdict.origin.off-own", ("option", option), ("socket", of.Name)),
            (OptionOrigin.Own, true, not null) => Message.Of("verdict.origin.on-own", ("option", option), ("socket", of.Name)),
            (OptionOrigin.Inherited, true, { } listener) => Message.Of("verdict.origin.on-inherited", ("option", option), ("listener", listener)),
            (OptionOrigin.Inherited or OptionOrigin.Default, false, { } listener) => Message.Of(
                "verdict.origin.off-inherited",
                ("option", option),
                ("listener", listener)
            ),
            (OptionOrigin.Proved, _, _) => Message.Of(on ? "verdict.origin.on-proved" : "verdict.origin.off-proved", ("option", option)),
            _ => null,
        };
    }

    private static Message? Left(PortSocket socket, PortOccupant? of, VerdictMessages.Told told)
    {
        long? left = of?.Ends is { } ends ? Math.Max(0, ends - told.At) : null;
        return socket.State switch
        {
            TcpState.TimeWait when left is not null => Message.Of(told.Past ? "verdict.left.time-wait-had" : "verdict.left.time-wait", ("left", left)),
            TcpState.TimeWait => new("verdict.left.time-wait-by-itself"),
            TcpState.FinWait2 when socket.IsOrphan || left is not null => left is null
                ? new("verdict.left.orphan")
                : Message.Of(told.Past ? "verdict.left.orphan-had" : "verdict.left.orphan-timer", ("left", left)),
            TcpState.FinWait1 or TcpState.Closing or TcpState.LastAck when socket.IsOrphan => new("verdict.left.closing"),
            TcpState.FinWait2 => new("verdict.left.fin-wait-2"),
            TcpState.CloseWait => new(of?.Use == PortUse.NotAccepted ? "verdict.left.close-wait-not-accepted" : "verdict.left.close-wait"),
            TcpState.Established => new("verdict.left.established"),
            _ => null,
        };
    }
}
