using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One attempt to bind again.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Deciding">The call that decided: bind, or the listen after a bind that succeeded.</param>
/// <param name="Bind">The bind call, where the mark stands.</param>
/// <param name="At">Where it is drawn, nanoseconds on the run's axis.</param>
/// <param name="Rule">What the bind rule said of <paramref name="Deciding"/>; null when its address is not in the log.</param>
/// <param name="BindRule">What it said of <paramref name="Bind"/>.</param>
/// <param name="Waited">True for one of those that Wait and bind again made.</param>
public sealed record RebindAttempt(int Attempt, CallEvent Deciding, CallEvent Bind, long At, RuleCheck? Rule, RuleCheck? BindRule, bool Waited)
{
    public bool Succeeded => Deciding.Succeeded;

    internal static IReadOnlyList<RebindAttempt> Of(IReadOnlyList<CallEvent> calls, IReadOnlySet<string> lessons, IReadOnlyList<RuleCheck> checks, IReadOnlyList<NoteEvent> notes)
    {
        var attempts = new List<RebindAttempt>();
        foreach (IGrouping<(string?, int), CallEvent> made in calls.Where(c => c.Step is { } s && lessons.Contains(s)).GroupBy(c => (c.Step, c.Attempt)))
        {
            if (made.LastOrDefault(c => c.Call == "bind") is not { } bind)
                continue;
            CallEvent deciding = bind.Succeeded ? made.LastOrDefault(c => c.Call == "listen" && c.Seq > bind.Seq) ?? bind : bind;
            RuleCheck? Check(CallEvent call) => checks.FirstOrDefault(c => c.Seq == call.Seq);
            attempts.Add(new(made.Key.Item2, deciding, bind, bind.T + bind.Duration, Check(deciding), Check(bind), IsWaiting(notes, bind.Seq)));
        }
        return attempts;
    }

    /// <summary>Whether the lab was waiting to bind again at that place of the log.</summary>
    internal static bool IsWaiting(IReadOnlyList<NoteEvent> notes, long seq) =>
        notes.LastOrDefault(n => n.Seq <= seq && n.Code is NoteCodes.BindingAgain or NoteCodes.BindingAgainEnded)?.Code == NoteCodes.BindingAgain;
}
