using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Making the calls of a scenario, one at a time, each after the one before has ended and both hosts were looked at.</summary>
internal sealed partial class LabGrain
{
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(1);


    private CancellationTokenSource? _driving;
    private Task _drive = Task.CompletedTask;

    public async Task<LabReply> RunStep(string run, string step, bool wait)
    {
        if (Refusal(run, out RunLog log) is { } refusal)
            return refusal;
        if (log.Progress.Find(step) is not { } progress)
            return LabRefusals.Step(step, log.Header.Script);
        if (!progress.MayRun)
            return LabRefusals.Order(progress, run);
        Drive(log, cancel => DriveStep(log, step, cancel));
        return await Answer(log, step, wait);
    }

    public async Task<LabReply> NextCall(string run, bool wait)
    {
        if (Refusal(run, out RunLog log) is { } refusal)
            return refusal;
        if (log.Progress.Current?.Step.Id is not { } step || Next(log, step) is not { } next)
            return new(LabRefusals.NothingLeft, "No call is left in this run. Press Reset and start a new one.", run);
        Drive(log, async cancel => await MakeCall(log, next, cancel));
        return await Answer(log, step, wait);
    }

    public Task<LabReply> Play(string run)
    {
        if (Refusal(run, out RunLog log) is { } refusal)
            return Task.FromResult(refusal);
        if (log.Progress.Steps.All(s => s.Readiness == StepReadiness.Done || !s.MayRun && s.Why != BlockedBecause.EarlierStep))
            return Task.FromResult(new LabReply(LabRefusals.NothingLeft, "Every step of this run is done. Press Reset to begin again.", run));
        Drive(log, cancel => DriveAll(log, cancel));
        return Task.FromResult(LabReply.Done(run));
    }

    private LabReply? Refusal(string run, out RunLog log, bool duringWait = false)
    {
        log = _run!;
        return _run is not { } open || open.Header.Id != run ? LabRefusals.NoSuchOpenRun(run)
            : _over is not null ? LabRefusals.RunIsOver(run)
            : _driving is not null && !(duringWait && _bindingAgain is not null) || _opening ? LabRefusals.StillBusy(run)
            : null;
    }

    private async Task<LabReply> Answer(RunLog log, string step, bool wait)
    {
        string run = log.Header.Id;
        if (!wait)
            return LabReply.Done(run);
        await _drive;
        await log.Flushed();
        return log.Progress.Find(step) is { Readiness: StepReadiness.Failed } failed
            ? new(LabRefusals.StepFailed, failed.Message, run)
            : LabReply.Done(run);
    }

    /// <summary>Starts making calls; at its end the lab is free again, whatever happened.</summary>
    private void Drive(RunLog log, Func<CancellationToken, Task> work)
    {
        var driving = new CancellationTokenSource();
        _driving = driving;
        Changed();
        _drive = Run();

        async Task Run()
        {
            try
            {
                await Task.Yield();
                await work(driving.Token);
                if (log.Progress is { AllDone: true, Outcome: Outcome.Running })
                    log.Append(new EndEvent { T = Now - log.Zero, Source = EventSource.Lab, Outcome = Outcome.Completed });
            }
            catch (OperationCanceledException) when (driving.IsCancellationRequested)
            {
                LogStopped(log.Header.Id);
            }
            catch (Exception e)
            {
                LogDriveFailed(e, log.Header.Id);
                log.Append(new NoteEvent
                {
                    T = Now - log.Zero, Source = EventSource.Lab, Code = "lab-fault", Level = NoteLevel.Alarm,
                    Text = "The lab itself failed here; its log says why. Press Reset to begin again.",
                });
            }
            finally
            {
                _driving = null;
                driving.Dispose();
                Changed();
            }
        }
    }

    private async Task StopDriving()
    {
        _driving?.Cancel();
        await _drive;
    }

    private async Task DriveAll(RunLog log, CancellationToken cancel)
    {
        await WaitForPort(log, cancel);
        bool first = true;
        foreach (ScenarioStep step in log.Header.Script.Steps)
        {
            if (log.Progress.Find(step.Id) is not { MayRun: true } progress || progress.Readiness == StepReadiness.Done)
                continue;
            if (!first)
                await Pause(log, cancel);
            first = false;
            if (!await DriveStep(log, step.Id, cancel))
                return;
        }
    }

    /// <returns>False when the step failed.</returns>
    private async Task<bool> DriveStep(RunLog log, string step, CancellationToken cancel)
    {
        for (bool first = true; Next(log, step) is { } next && (first || !next.Begins); first = false)
        {
            if (!first)
                await Pause(log, cancel);
            if (!await MakeCall(log, next, cancel))
                return log.Progress.Find(step)!.Readiness == StepReadiness.Done;
        }
        return true;
    }

    private NextCall? Next(RunLog log, string step) => log.Progress.Next(step, log.Header.Options, log.Header.OneNamespace, log.Events);

    private Task Pause(RunLog log, CancellationToken cancel) =>
        log.Header.Options.PauseMs == 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromMilliseconds(log.Header.Options.PauseMs), time, cancel);

    /// <summary>Makes one call, says what the program prints, and ends the step when it was the last or it failed.</summary>
    /// <returns>True when the call succeeded.</returns>
    private async Task<bool> MakeCall(RunLog log, NextCall next, CancellationToken cancel)
    {
        (ScenarioStep step, int index, ScenarioCall call, int attempt, bool begins) = next;
        if (begins)
            log.Append(new StepEvent { T = Now - log.Zero, Source = EventSource.Lab, Step = step.Id, Attempt = attempt, Status = StepStatus.Started });
        AgentSeat seat = Seat(call.Host);
        var context = new CallContext(step.Id, attempt, index);
        AgentItem? answer = await Order(seat, id => seat.Orders!.Call(CallBuilder.Build(id, log.Header, call)), OrderLimit(call), cancel, context);
        cancel.ThrowIfCancellationRequested();
        // The other host's kernel has already answered on the wire: see what came of it before anything else happens.
        await Look(cancel);
        HoldAgainstRule(log, context.Made);
        string program = call.ProgramFor(log.Header.Options);
        if (context.Made is { Succeeded: true })
        {
            if (call.Prints is { } line)
                log.Append(new OutputEvent { T = Now - log.Zero, Host = call.Host, Source = EventSource.Call, Program = program, Text = line });
            if (Next(log, step.Id) is not { Begins: false })
            {
                await UntilClosed(cancel);
                Finish(log, step, attempt, StepStatus.Done, null);
            }
            return true;
        }

        string why = context.Made is { } failed
            ? CallFailures.Explain(failed)
            : answer?.Refused ?? $"The {call.Host}'s agent did not answer. Wait until it is connected again, or press Reset.";
        if (context.Made is { } made)
            log.Append(new OutputEvent { T = made.T + made.Duration, Host = call.Host, Source = EventSource.Call, Program = program, Text = $"{CallFailures.PerrorName(made)}: {made.ErrnoText}", Error = true });
        await EndProgram(log, step, attempt, cancel);
        Finish(log, step, attempt, step.ResultIsLesson && context.Made is not null ? StepStatus.Done : StepStatus.Failed, why);
        return false;
    }

    /// <summary>A bind or listen whose result the kernel's rule does not explain is an alarm: in the run, and in the server's own log.</summary>
    private void HoldAgainstRule(RunLog log, CallEvent? made)
    {
        if (made is not { Call: "bind" or "listen" } || BindChecks.Of(log.Header, log.Events, looked: true).Made is not [.., var check]
            || check is not { Match: RuleMatch.Differs } || (check.Step, check.Attempt, check.Verdict.Call.ToString().ToLowerInvariant()) != (made.Step, made.Attempt, made.Call))
            return;
        string real = check.Errno ?? "success", rule = check.Verdict.Outcome == BindOutcome.Ok ? "success" : "EADDRINUSE";
        LogRuleMismatch(log.Header.Id, made.Call, real, rule);
        Note(made.Host, NoteCodes.RuleMismatch, NoteLevel.Alarm,
            $"{made.Call}() on {check.Candidate.Local}: the kernel says {real}, and its rule over the sockets that were seen says {rule}. Keep this run (GET /api/runs/{log.Header.Id}) and report it.");
    }

    private TimeSpan OrderLimit(ScenarioCall call) =>
        OrderGrace + (call.Call is SocketCall.Connect or SocketCall.Accept4 or SocketCall.Read ? TimeSpan.FromMilliseconds(CallBuilder.TimeoutMs) : TimeSpan.Zero);

    private void Finish(RunLog log, ScenarioStep step, int attempt, StepStatus status, string? message)
    {
        log.Append(new StepEvent
        {
            T = Now - log.Zero, Source = EventSource.Lab, Step = step.Id, Attempt = attempt, Status = status,
            Message = status == StepStatus.Failed ? message : null,
        });
        if (status == StepStatus.Done && step.Calls.Any(c => c.Call == SocketCall.Read))
            NoteMissingTimeWait(log);
    }

    private Task Look(CancellationToken cancel) =>
        Task.WhenAll(Seats.Where(s => s.Connected).Select(s => Order(s, id => s.Orders!.Look(id), LookLimit, cancel)));

    /// <summary>A program that fails ends, and its sockets with it: those the step's attempt opened and that are still there.</summary>
    private async Task EndProgram(RunLog log, ScenarioStep step, int attempt, CancellationToken cancel)
    {
        IReadOnlySet<string> open = log.Progress.OpenSockets;
        var opened = log.Events.OfType<CallEvent>()
            .Where(c => c.Step == step.Id && c.Attempt == attempt && c.Succeeded && c.Call is "socket" or "accept4")
            .Select(c => (c.Host, Socket: c.Accepted ?? c.Socket)).Where(o => open.Contains(o.Socket)).Distinct().ToArray();
        foreach ((string? host, string socket) in opened)
        {
            AgentSeat seat = Seat(host!);
            var close = new SocketCommand { Id = 0, Run = log.Header.Id, Socket = socket, Call = SocketCall.Close };
            await Order(seat, id => seat.Orders!.Call(close with { Id = id }), OrderGrace, cancel, new CallContext(step.Id, attempt, null));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run}: stopped in the middle of a step")]
    private partial void LogStopped(string run);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run}: {Call} came to {Real}, and the kernel's bind rule over the sockets that were seen says {Rule}")]
    private partial void LogRuleMismatch(string run, string call, string real, string rule);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Run}: making calls failed")]
    private partial void LogDriveFailed(Exception fault, string run);
}
