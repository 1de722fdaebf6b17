using ReuseAddrDashboard.Components.Steps;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Verdict;

/// <summary>The rule on the first bind of a run that is not open yet.</summary>
public static class BeforeRun
{
    /// <summary>
    /// What the first bind would come to over the sockets that are on the ports now; null where nothing that /proc shows is in its way. Then nothing is said:
    /// there is
    /// no log yet in which sock_diag would have told of a socket that is bound and does not listen. The lab's check, which tries, finds those.
    /// </summary>
    public static BindPreview? Preview(LabState? state, RunForm? form) =>
        state is not null
        && form?.Planned(state) is { } header
        && header.Ports.Values.All(state.Ports.Contains)
        && BindChecks.Judge(header, state.Sockets).Next is { Verdict.Outcome: not BindOutcome.Ok } next
            ? next
            : null;
}
