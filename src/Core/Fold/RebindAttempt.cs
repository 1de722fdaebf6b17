using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>One attempt to bind again.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Deciding">The call that decided: bind, or the listen after a bind that succeeded.</param>
/// <param name="Bind">The bind call, where the mark stands.</param>
/// <param name="At">Where it is drawn, nanoseconds on the run's axis.</param>
/// <param name="Rule">What the bind rule said of <paramref name="Deciding"/>; null when its address is not in the log.</param>
/// <param name="BindRule">What it said of <paramref name="Bind"/>.</param>
public sealed record RebindAttempt(int Attempt, CallEvent Deciding, CallEvent Bind, long At, RuleCheck? Rule, RuleCheck? BindRule)
{
    public bool Succeeded => Deciding.Succeeded;

    internal static IReadOnlyList<RebindAttempt> Of(IReadOnlyList<CallEvent> calls, IReadOnlySet<string> lessons, IReadOnlyList<RuleCheck> checks)
    {
        var attempts = new List<RebindAttempt>();
        foreach (IGrouping<(string?, int), CallEvent> made in calls.Where(c => c.Step is { } s && lessons.Contains(s)).GroupBy(c => (c.Step, c.Attempt)))
        {
            if (made.LastOrDefault(c => c.Call == "bind") is not { } bind)
                continue;
            CallEvent deciding = bind.Succeeded ? made.LastOrDefault(c => c.Call == "listen" && c.Seq > bind.Seq) ?? bind : bind;
            RuleCheck? Check(CallEvent call) => checks.FirstOrDefault(c => c.Seq == call.Seq);
            attempts.Add(new(made.Key.Item2, deciding, bind, bind.T + bind.Duration, Check(deciding), Check(bind)));
        }
        return attempts;
    }
}
