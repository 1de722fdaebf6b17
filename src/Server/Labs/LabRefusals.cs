using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What kind of failure a refusal is.</summary>
internal enum RefusalKind : byte
{
    /// <summary>What was asked cannot be understood, or is outside its bounds.</summary>
    Bad,

    /// <summary>It names something that is not there.</summary>
    Unknown,

    /// <summary>It cannot be done now, or not in this order.</summary>
    Conflict,

    /// <summary>Something that the lab needs is missing.</summary>
    Unavailable,
}

/// <summary>Why the lab does not do what was asked, and what to do instead.</summary>
internal static class LabRefusals
{
    public const string UnknownScenario = "lab.unknown-scenario",
        UnknownValue = "lab.unknown-value",
        BadValue = "lab.bad-value",
        UnknownPort = "lab.unknown-port",
        BadPort = "lab.bad-port",
        PortTwice = "lab.port-twice",
        BadPause = "lab.bad-pause",
        TooManyPorts = "lab.too-many-ports",
        NoScenario = "lab.no-scenario",
        PortTaken = "lab.port-taken",
        TooManyRuns = "lab.too-many-runs",
        RunNotOpen = "lab.run-not-open",
        RunOver = "lab.run-over",
        Busy = "lab.busy",
        UnknownStep = "lab.unknown-step",
        StepWaits = "lab.step-waits",
        StepDone = "lab.step-done",
        NothingLeft = "lab.nothing-left",
        NoTimeWait = "lab.no-time-wait",
        CannotDestroy = "lab.cannot-destroy",
        NotInUse = "lab.not-in-use",
        HostsMissing = "lab.hosts-missing",
        HostSilent = "lab.host-silent",
        NotStored = "lab.cannot-store",
        UnknownCommand = "lab.unknown-command",
        TooFast = "lab.too-fast",
        Fault = "lab.fault",
        NoSuchLab = "lab.no-such-lab",
        TooManyViewers = "lab.too-many-viewers",
        Incomplete = "lab.incomplete",
        NotJoined = "lab.not-joined",
        NoQuestion = "lab.no-question",
        UnknownChoice = "lab.unknown-choice",
        TooLate = "lab.too-late",
        TooManyPredictions = "lab.too-many-predictions",
        CellsBusy = "matrix.busy",
        BadCells = "matrix.bad-cells",
        CellsStopped = "matrix.stopped",
        CellsUnanswered = "matrix.no-answer";

    /// <summary>The kind of a refusal; a reason why a step failed is a conflict.</summary>
    public static RefusalKind Kind(string code) =>
        code switch
        {
            UnknownScenario
            or UnknownValue
            or BadValue
            or UnknownPort
            or BadPort
            or PortTwice
            or BadPause
            or TooManyPorts
            or NoScenario
            or UnknownCommand
            or BadCells
            or FreePlay.UnknownCall => RefusalKind.Bad,
            UnknownStep or UnknownChoice => RefusalKind.Unknown,
            HostsMissing or HostSilent or NotStored or Fault or CellsUnanswered => RefusalKind.Unavailable,
            // What is wrong with a script that was sent along.
            _ when code.StartsWith("scenario.", StringComparison.Ordinal) || code.StartsWith("condition.", StringComparison.Ordinal) => RefusalKind.Bad,
            _ => RefusalKind.Conflict,
        };

    public static Message Scenario(string? asked, IEnumerable<Scenario> all) =>
        string.IsNullOrEmpty(asked)
            ? Message.Of(NoScenario)
            : Message.Of(UnknownScenario, ("scenario", Short(asked)), ("known", string.Join(", ", all.Select(s => s.Id))));

    public static Message PortOutOfRange(string name, int port) =>
        Message.Of(BadPort, ("name", name), ("port", port), ("least", Limits.MinPort), ("most", Limits.MaxPort));

    /// <summary>Null for a pause within its bounds.</summary>
    public static Message? Pause(int pauseMs) =>
        pauseMs is >= 0 and <= Limits.MaxPauseMs ? null : Message.Of(BadPause, ("pause", pauseMs), ("most", Limits.MaxPauseMs));

    public static Message PortIsTaken(int port, string run) => Message.Of(PortTaken, ("port", port), ("run", run));

    public static LabReply NoSuchOpenRun(string asked) => new(Message.Of(RunNotOpen, ("run", Short(asked))));

    public static LabReply StillBusy(string run) => Refuse(run, Message.Of(Busy, ("run", run)));

    public static LabReply Step(string asked, LabRun run) =>
        Refuse(run.Id, Message.Of(UnknownStep, ("step", Short(asked)), ("known", string.Join(", ", run.Header.Script.Steps.Select(s => s.Id)))));

    public static LabReply OutOfOrder(StepProgress step, string run) =>
        Refuse(
            run,
            step.Why switch
            {
                BlockedBecause.EarlierStep => Message.Of(StepWaits, ("step", step.Step.Title), ("first", step.WhyStep!.Title)),
                BlockedBecause.AlreadyDone => Message.Of(StepDone, ("step", step.Step.Title)),
                _ => Message.Of(RunOver, ("run", run)),
            }
        );

    /// <summary>Why what somebody expects is not taken; null where it is.</summary>
    public static Message? Prediction(ScenarioProgress progress, string choice, int before)
    {
        Scenario script = progress.Header.Script;
        if (script.Question is not { } question)
            return Message.Of(NoQuestion);
        if (question.Choices.All(c => c.Id != choice))
            return Message.Of(UnknownChoice, ("choice", Short(choice)), ("known", string.Join(", ", question.Choices.Select(c => c.Id))));
        if (progress.Asks?.Attempt > 0)
            return Message.Of(TooLate);
        return before >= LabLimits.Predictions ? Message.Of(TooManyPredictions, ("most", LabLimits.Predictions)) : null;
    }

    public static LabReply RunIsOver(string run) => Refuse(run, Message.Of(RunOver, ("run", run)));

    public static LabReply Nothing(string run) => Refuse(run, Message.Of(NothingLeft, ("run", run)));

    public static LabReply NothingWaits(string run) => Refuse(run, Message.Of(NoTimeWait, ("run", run)));

    public static LabReply NothingInUse(string run) => Refuse(run, Message.Of(NotInUse, ("run", run)));

    public static LabReply MayNotDestroy(string host, string run) => Refuse(run, Message.Of(CannotDestroy, ("host", host)));

    public static Message Missing(IEnumerable<string> hosts) => Message.Of(HostsMissing, ("hosts", string.Join(", ", hosts)));

    public static Message Silent(string host) => Message.Of(HostSilent, ("host", host));

    public static Message CannotStore() => Message.Of(NotStored);

    public static LabReply Refuse(string? run, Message why) => new(why, run);

    public static string Short(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
