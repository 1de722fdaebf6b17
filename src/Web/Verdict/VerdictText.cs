using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Web.Verdict;

/// <summary>The bind rule in sentences: why a rebind came out as it did, and what the next bind will return.</summary>
public sealed class VerdictText(IStringLocalizer text)
{
    public string Why(RebindAttempt attempt) => attempt switch
    {
        { Deciding.Errno: "EACCES" } => text["A port below 1024 needs the right CAP_NET_BIND_SERVICE (or a lower net.ipv4.ip_unprivileged_port_start). Choose a higher port."],
        { Rule: null or { Match: RuleMatch.Outside } } => text["The error speaks for itself; no other socket has to do with it."],
        { Rule: { Match: RuleMatch.Unknown } rule } => Join(Doubt(rule.Doubt), rule.Doubt is RuleDoubt.Options or RuleDoubt.Moved ? InTheWay(rule.Verdict) : null),
        { Rule: { Match: RuleMatch.Differs } rule } => rule.Verdict.Outcome == BindOutcome.Ok ? text["No socket is left on the port that would be in the way."] : InTheWay(rule.Verdict),
        { Succeeded: false, Rule: var rule } => InTheWay(rule.Verdict),
        { Rule.Verdict.Shares: [var other, ..] } => other.ReuseAddr == true
            ? text["The {0} socket {1} is still there. Both it and the new socket have SO_REUSEADDR, so the kernel lets them share the port.", other.State.Name(), Ends(other)]
            : text["The {0} socket {1} is still there. Both it and the new socket have SO_REUSEPORT, so the kernel lets them share the port.", other.State.Name(), Ends(other)],
        _ => text["No socket was left on the port, so there was nothing that SO_REUSEADDR would have had to allow."],
    };

    /// <summary>The rule beside the real result.</summary>
    public string Beside(RuleCheck rule) => rule.Match switch
    {
        RuleMatch.Same => text["The kernel's rule says the same."],
        RuleMatch.Differs => rule.Verdict.Outcome == BindOutcome.Ok
            ? text["The kernel's rule says that {0}() succeeds. Rule and kernel differ: something is on the port that was not seen, or the rule is wrong.", Call(rule.Verdict)]
            : text["The kernel's rule says EADDRINUSE. Rule and kernel differ: a socket is not what it seems, or the rule is wrong."],
        _ => text["The kernel's rule could not be certain."],
    };

    /// <summary>What the next call will return.</summary>
    public string Forecast(BindPreview next) => (next.Verdict.Outcome, next.Doubt) switch
    {
        (BindOutcome.Ok, RuleDoubt.None) => text["{0}() will succeed", Call(next.Verdict)],
        (BindOutcome.Ok, _) => text["{0}() should succeed", Call(next.Verdict)],
        (BindOutcome.InUse, _) => text["{0}() will fail with EADDRINUSE", Call(next.Verdict)],
        _ => text["What {0}() will return cannot be told", Call(next.Verdict)],
    };

    /// <summary>Why it will, and what would make it succeed.</summary>
    public string Why(BindPreview next) => next.Verdict switch
    {
        { Outcome: BindOutcome.Ok, Shares: [var other, ..] } =>
            Join(text["The {0} socket {1} is on the port, and both have the option.", other.State.Name(), Ends(other)], Unsure(next)),
        { Outcome: BindOutcome.Ok } => Join(text["No socket is left on the port that would be in the way."], Unsure(next)),
        var verdict => Join(InTheWay(verdict), Cures(verdict), Unsure(next)),
    };

    private string? Unsure(BindPreview next) => next.Doubt is RuleDoubt.BoundUnseen or RuleDoubt.Lost ? Doubt(next.Doubt) : null;

    private string Doubt(RuleDoubt doubt) => doubt switch
    {
        RuleDoubt.Options => text["Whether that had to be depends on what nobody here can know."],
        RuleDoubt.Moved => text["The sockets changed about the moment of the call."],
        RuleDoubt.BoundUnseen => text["This host has no sock_diag: a socket that is bound and does not listen would hold the port unseen."],
        RuleDoubt.Lost => text["Something was lost on the way to the log, so not every socket of the port may be known."],
        _ => text["The sockets are being looked at."],
    };

    private string InTheWay(BindVerdict verdict)
    {
        if (verdict.Obstacles is not [var (socket, clause, certain), ..])
            return "";
        string what = socket.State switch
        {
            TcpState.Listen => text["A LISTEN socket on {0}", socket.Local],
            TcpState.BoundInactive => text["A socket that is bound to {0} and does not listen", socket.Local],
            var state => text["The {0} socket {1}", state.Name(), Ends(socket)],
        };
        string more = verdict.Obstacles.Count > 1 ? " " + text["(And {0} more.)", verdict.Obstacles.Count - 1] : "";
        return Join(certain ? text["{0} is in the way.", what] : text["{0} may be in the way.", what], Clause(socket, clause)) + more;
    }

    private string Clause(PortSocket socket, BindClause clause) => clause switch
    {
        BindClause.OtherListens => text["Over a listener SO_REUSEADDR never lets a second socket bind."],
        BindClause.NeitherReuseAddr => text["Neither it nor the new socket has SO_REUSEADDR; on Linux both need it."],
        BindClause.CandidateLacksReuseAddr when socket.ReuseAddr is null => text["The new socket has no SO_REUSEADDR; what the one in the way has nobody here can know. On Linux both need it."],
        BindClause.CandidateLacksReuseAddr => text["It has SO_REUSEADDR from the first listener; the new socket has not. On Linux both need it."],
        BindClause.OtherLacksReuseAddr => text["The new socket has SO_REUSEADDR; the one in the way, which took its value from the first listener, has not. On Linux both need it."],
        BindClause.OtherUser => text["Both have SO_REUSEPORT, but it belongs to another user."],
        BindClause.OtherV6OnlyUnknown => text["Whether it takes IPv4 as well (IPV6_V6ONLY) nobody here can know."],
        BindClause.OtherMoved => text["It came, went or changed about then, and on which side of the call nobody saw."],
        _ => text["It is none of this run's sockets: whether it has SO_REUSEADDR nobody here can know."],
    };

    private string? Cures(BindVerdict verdict) => verdict.Remedies.Count == 0 ? null
        : text["It would succeed if {0}.", string.Join(text[", or if "], verdict.Remedies.Select(Cure))].Value;

    private string Cure(BindRemedy remedy) => remedy switch
    {
        BindRemedy.CandidateReuseAddr => text["the new socket had SO_REUSEADDR too"],
        BindRemedy.OtherReuseAddr => text["the first listener had had SO_REUSEADDR too"],
        BindRemedy.BothReuseAddr => text["both had SO_REUSEADDR"],
        BindRemedy.CandidateReusePort => text["the new socket had SO_REUSEPORT"],
        BindRemedy.BothReusePort => text["both had SO_REUSEPORT and the same user"],
        BindRemedy.SameUser => text["both belonged to the same user"],
        BindRemedy.CandidateV6Only => text["the new socket had IPV6_V6ONLY"],
        BindRemedy.CloseListener => text["the listener were closed"],
        _ => text["TIME-WAIT were over"],
    };

    private static string Call(BindVerdict verdict) => verdict.Call == PortCall.Bind ? "bind" : "listen";

    private static string Ends(PortSocket socket) => socket.Remote is { } remote ? $"{socket.Local} → {remote}" : socket.Local.ToString();

    private static string Join(params string?[] sentences) => string.Join(' ', sentences.Where(s => !string.IsNullOrEmpty(s)));
}
