using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// The bind rule in words: why a deciding call came out as it did, and what the next bind or listen will return. Pure; the sentences stand in
/// <c>Texts/LANGUAGE/rule.json</c>.
/// </summary>
public static class VerdictMessages
{
    /// <summary>Of an attempt of a deciding step: of the call that decided it.</summary>
    public static VerdictWords Words(StepResult result) => Words(result.Deciding);

    /// <summary>Of one deciding call.</summary>
    public static VerdictWords Words(ResultMark mark) =>
        mark.Rule is { Match: not RuleMatch.Outside } rule
            ? Words(rule)
            : new()
            {
                Result = Result(mark.Result.Errno),
                Why = VerdictErrors.Explain(mark.Call),
                Match = mark.Rule?.Match,
            };

    /// <summary>Of a bind or listen that was made on one of the run's ports.</summary>
    public static VerdictWords Words(RuleCheck check)
    {
        if (check.Match == RuleMatch.Outside)
        {
            return new()
            {
                Result = Result(check.Errno),
                Why = VerdictErrors.Explain(Name(check.Verdict.Call), check.Errno!),
                Match = check.Match,
            };
        }

        var told = new Told(check.Candidate, check.Verdict, check.Occupants, check.At, check.Errno is null);
        List<Message> why =
        [
            .. check.Verdict.Outcome switch
            {
                BindOutcome.Ok when check.Errno is null => VerdictSockets.Free(told),
                BindOutcome.Ok => [new("verdict.none-seen")],
                BindOutcome.Invalid => [new("verdict.mapped-on-v6only")],
                _ => VerdictSockets.InTheWay(told),
            },
        ];
        if (Doubt(check.Doubt) is { } doubt)
            why.Add(doubt);
        foreach (ProvedOptions proved in check.Proved)
            why.AddRange(Proved(proved));
        if (check.Quirk is { } quirk)
            why.Add(new($"verdict.quirk.{quirk}"));
        return new()
        {
            Result = Result(check.Errno),
            Why = why,
            Remedies = check.Errno is null ? [] : VerdictRemedies.Explain(told),
            Match = check.Match,
            Rule = check.Match switch
            {
                RuleMatch.Same => new("verdict.rule.same"),
                RuleMatch.Unknown => new(check.Proved.Count > 0 ? "verdict.rule.learnt" : "verdict.rule.unknown"),
                _ when check.Verdict.Outcome == BindOutcome.Ok => Message.Of("verdict.rule.differs-ok", ("call", Name(check.Verdict.Call))),
                _ => Message.Of("verdict.rule.differs-error", ("call", Name(check.Verdict.Call)), ("errno", check.Verdict.Outcome.Name())),
            },
        };
    }

    /// <summary>Of the bind or listen that comes next.</summary>
    /// <param name="next">What the rule says of it.</param>
    /// <param name="now">The moment for which to say what time is left, nanoseconds on the run's axis; null for that of the preview.</param>
    public static VerdictWords Words(BindPreview next, long? now = null)
    {
        var told = new Told(next.Candidate, next.Verdict, next.Occupants, now ?? next.At, Succeeded: null);
        List<Message> why =
        [
            .. next.Verdict.Outcome switch
            {
                BindOutcome.Ok => VerdictSockets.Free(told),
                BindOutcome.Invalid => [new("verdict.mapped-on-v6only")],
                _ => VerdictSockets.InTheWay(told),
            },
        ];
        if (next.Doubt is RuleDoubt.BoundUnseen or RuleDoubt.Lost && Doubt(next.Doubt) is { } doubt)
            why.Add(doubt);
        return new()
        {
            Result = Message.Of(
                (next.Verdict.Outcome, next.Doubt) switch
                {
                    (BindOutcome.Ok, RuleDoubt.None) => "verdict.next.ok",
                    (BindOutcome.Ok, _) => "verdict.next.ok-likely",
                    (BindOutcome.InUse, _) => "verdict.next.in-use",
                    (BindOutcome.Invalid, _) => "verdict.next.invalid",
                    _ => "verdict.next.unknown",
                },
                ("call", Name(next.Verdict.Call))
            ),
            Why = why,
            Remedies = VerdictRemedies.Explain(told),
        };
    }

    /// <summary>The call in C's spelling.</summary>
    public static string Name(PortCall call) => call == PortCall.Bind ? "bind" : "listen";

    private static Message Result(string? errno) => errno is null ? new("verdict.success") : Message.Of("verdict.errno", ("errno", errno));

    private static Message? Doubt(RuleDoubt doubt) =>
        doubt switch
        {
            RuleDoubt.BoundUnseen => new("verdict.doubt.bound-unseen"),
            RuleDoubt.Lost => new("verdict.doubt.lost"),
            RuleDoubt.NotLooked => new("verdict.doubt.not-looked"),
            // Options and moments are told of with the socket that has them.
            _ => null,
        };

    private static IEnumerable<Message> Proved(ProvedOptions proved)
    {
        if (proved.Socket.ReuseAddr is null && proved.ReuseAddr is { } addr)
            yield return Message.Of(addr ? "verdict.proved.on" : "verdict.proved.off", ("option", "SO_REUSEADDR"));
        if (proved.Socket.ReusePort is null && proved.ReusePort is { } port)
            yield return Message.Of(port ? "verdict.proved.on" : "verdict.proved.off", ("option", "SO_REUSEPORT"));
    }

    /// <summary>What the sentences are about.</summary>
    /// <param name="Candidate">The socket that asks for the port.</param>
    /// <param name="Verdict">The rule's.</param>
    /// <param name="Occupants">The sockets that it names.</param>
    /// <param name="At">The moment for which to say what time is left.</param>
    /// <param name="Succeeded">Whether the call that was made succeeded; null of one that comes next.</param>
    internal sealed record Told(BindCandidate Candidate, BindVerdict Verdict, IReadOnlyList<PortOccupant> Occupants, long At, bool? Succeeded)
    {
        public bool Past => Succeeded is not null;

        public PortOccupant? Find(PortSocket socket) =>
            Occupants.FirstOrDefault(o => ReferenceEquals(o.Socket, socket)) ?? Occupants.FirstOrDefault(o => o.Socket == socket);

        /// <summary>The socket that the sentences are about: what is certain before what is not, a listener before others.</summary>
        public BindObstacle? Main =>
            Verdict.Obstacles.OrderByDescending(o => o.Certain).ThenByDescending(o => o.Socket.State == TcpState.Listen).FirstOrDefault();
    }
}
