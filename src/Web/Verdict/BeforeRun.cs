using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Steps;

namespace ReuseAddrDashboard.Web.Verdict;

/// <summary>The rule on the first bind of a run that is not open yet.</summary>
public static class BeforeRun
{
    /// <summary>
    /// What the first bind would come to over the sockets that are on the port now; null where nothing that /proc shows is in its way. Then nothing is said: there is
    /// no log yet in which sock_diag would have told of a socket that is bound and does not listen. The lab's check, which tries, finds those.
    /// </summary>
    public static BindPreview? Of(LabState? state, Scenario? script, RunForm? form)
    {
        if (state is not { Run: null } || script is null || form?.PortNumber is not { } port || port != state.Port || state.Hosts.Any(h => h.Facts is null))
            return null;
        var header = new RunHeader
        {
            Id = "",
            Lab = state.Id,
            Scenario = script.Id,
            Options = new() { Port = port, ListenerReuseAddr = form.ListenerReuseAddr, RebindReuseAddr = form.RebindReuseAddr },
            Hosts = [.. state.Hosts.Select(h => h.Facts!)],
            Script = script,
        };
        return BindChecks.Of(header, state.Sockets).Next is { Verdict.Outcome: not BindOutcome.Ok } next ? next : null;
    }
}
