using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Why the lab does not do what was asked, and what to do instead.</summary>
internal static class LabRefusals
{
    public const string UnknownScenario = "unknown-scenario", UnknownRun = "unknown-run", UnknownStep = "unknown-step", BadOptions = "bad-options",
        RunOpen = "run-open", RunNotOpen = "run-not-open", Busy = "busy", OutOfOrder = "step-out-of-order", HostsMissing = "hosts-missing",
        NothingLeft = "nothing-left", NoTimeWait = "no-time-wait", CannotDestroy = "cannot-destroy", StepFailed = "step-failed", NotInUse = "not-in-use";

    public static LabReply Scenario(string asked, IEnumerable<Scenario> all) =>
        new(UnknownScenario, $"There is no scenario '{Short(asked)}'. Choose one of: {string.Join(", ", all.Select(s => s.Id))}.");

    public static LabReply RunIsOpen(string run) =>
        new(RunOpen, $"Run {run} is not finished. Finish it, or press Reset (POST /api/labs/local/reset) first.", run);

    public static LabReply NoSuchOpenRun(string asked) =>
        new(RunNotOpen, $"Run '{Short(asked)}' is not the open run of this lab. Start a new run (POST /api/labs/local/runs).");

    public static LabReply StillBusy(string run) =>
        new(Busy, "The lab is still making calls. Wait until the step has ended, or press Reset.", run);

    public static LabReply Step(string asked, Scenario script) =>
        new(UnknownStep, $"There is no step '{Short(asked)}'. This scenario has: {string.Join(", ", script.Steps.Select(s => s.Id))}.");

    public static LabReply Order(StepProgress step, string run) => new(OutOfOrder, step.Why switch
    {
        BlockedBecause.EarlierStep => $"'{step.Step.Title}' has to wait: '{step.WhyStep!.Title}' comes first.",
        BlockedBecause.AlreadyDone => $"'{step.Step.Title}' is done. Go on with the next step, or press Reset to begin again.",
        _ => RunIsOver(run).Text!,
    }, run);

    public static LabReply RunIsOver(string run) => new(OutOfOrder, "This run has ended. Press Reset and start a new one.", run);

    public static LabReply NothingWaits(string run) => new(NoTimeWait, "No socket of this run is in TIME-WAIT: there is no wait to skip.", run);

    public static LabReply NothingInUse(string run) =>
        new(NotInUse, "There is nothing to wait for: the last rebind did not fail with EADDRINUSE. Run 'Rebind' first.", run);

    public static LabReply MayNotDestroy(string host, string run) => new(CannotDestroy,
        $"The {host}'s agent may not destroy sockets. Give it CAP_NET_ADMIN on a kernel with CONFIG_INET_DIAG_DESTROY, or wait until TIME-WAIT has ended.", run);

    public static LabReply Missing(IEnumerable<string> hosts) =>
        new(HostsMissing, $"No agent is connected for: {string.Join(", ", hosts)}. Start reuseaddr-agent there, or wait until it is back.");

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
