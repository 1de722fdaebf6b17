using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Runs of the lab: opened, reset, put away.</summary>
internal sealed partial class LabGrain
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(3);

    // Where the open run's axis stopped: set once the run no longer takes events (reset or interrupted).
    private long? _over;
    private bool _opening;

    private string? OpenRun => _over is null ? _run?.Header.Id : null;

    public async Task<LabReply> StartRun(StartRun request)
    {
        if (scenarios.Find(request.Scenario) is not { } script)
            return LabRefusals.Scenario(request.Scenario, scenarios.All);
        RunOptions options = Chosen(request, script.Defaults);
        if (RunOptionFaults.Of(options) is [_, ..] faults)
            return new(LabRefusals.BadOptions, string.Join(" ", faults));
        if (Seats.Where(s => !s.Ready).Select(s => s.Name).ToArray() is { Length: > 0 } missing)
            return LabRefusals.Missing(missing);
        if (_opening || _run is { } open && open.Progress.Outcome == Outcome.Running)
            return LabRefusals.RunIsOpen(_run?.Header.Id ?? "(starting)");
        _opening = true;
        string run;
        try
        {
            // Its trials are over before the first call of the run.
            await _round;
            await PutAway();
            // One moment on both clocks: the stamps of a capture file are wall time.
            (DateTimeOffset startedAt, long zero) = LocalClock.Both(time);
            var header = new RunHeader
            {
                Id = RunIds.New(time),
                Lab = Id,
                Scenario = script.Id,
                Options = options,
                StartedAt = startedAt,
                Hosts = [.. Seats.Select(s => s.Facts!)],
                Script = script,
            };
            await store.Create(header);
            BeginClocks(zero);
            _run = new RunLog(header, zero, Store, Show, StoreFailed);
            if (_port != options.Port)
                ForgetCheck();
            (_over, _port) = (null, options.Port);
            _idleSockets.Clear();
            TellClocks(_run);
            LogStarted(header.Id, script.Id, options.Port);
            Changed();
            // The first rows in the log are what is there before the first call: leftovers of an earlier run, other programs' sockets.
            await WatchEverywhere();
            run = header.Id;
        }
        finally
        {
            _opening = false;
        }
        return request.Play ? await Play(run) : LabReply.Done(run);
    }

    public async Task<LabReply> Reset()
    {
        string? run = _run?.Header.Id;
        await PutAway();
        await WatchEverywhere();
        CheckAfterRun();
        Changed();
        return LabReply.Done(run);
    }

    public Task<LabReply> Pace(string run, int pauseMs)
    {
        if (_run is not { } open || open.Header.Id != run)
            return Task.FromResult(LabRefusals.NoSuchOpenRun(run));
        if (RunOptionFaults.Of(open.Header.Options with { PauseMs = pauseMs }) is [_, ..] faults)
            return Task.FromResult(new LabReply(LabRefusals.BadOptions, string.Join(" ", faults), run));
        open.ChangePause(pauseMs);
        Changed();
        return Task.FromResult(LabReply.Done(run));
    }

    public async Task<LabReply> WatchPort(int port)
    {
        if (_run is { } open)
            return LabRefusals.RunIsOpen(open.Header.Id);
        if (RunOptionFaults.Of(new RunOptions { Port = port }) is [_, ..] faults)
            return new(LabRefusals.BadOptions, string.Join(" ", faults));
        if (port != _port)
        {
            _port = port;
            _idleSockets.Clear();
            Changed();
            CheckAnew();
            await WatchEverywhere();
        }
        return LabReply.Done(null);
    }

    private static RunOptions Chosen(StartRun request, RunOptions defaults) => new()
    {
        Port = request.Port ?? defaults.Port,
        ListenerReuseAddr = request.ListenerReuseAddr ?? defaults.ListenerReuseAddr,
        RebindReuseAddr = request.RebindReuseAddr ?? defaults.RebindReuseAddr,
        PauseMs = request.PauseMs ?? defaults.PauseMs,
    };

    private Task WatchEverywhere() =>
        Task.WhenAll(Seats.Where(s => s.Connected).Select(s => Order(s, id => s.Orders!.Watch(new(id, OpenRun, [_port])), OrderGrace)));

    /// <summary>Stops what is being done, closes and destroys every lesson socket on both hosts, and puts the run away with its outcome.</summary>
    private async Task PutAway()
    {
        await StopDriving();
        await Task.WhenAll(Seats.Where(s => s.Connected).Select(s => Order(s, id => s.Orders!.CloseAll(id), CloseLimit)));
        if (_run is not { } run)
            return;
        // The next run finds a clean port: a socket that is left in TIME-WAIT would meet its first bind for a minute.
        await Look(CancellationToken.None);
        await Destroy(run);
        if (_over is null && run.Progress.Outcome == Outcome.Running)
            run.Append(new EndEvent { T = Now - run.Zero, Source = EventSource.Lab, Outcome = Outcome.Reset });
        run.TellRest(RunTime(Now));
        await run.Flushed();
        await store.Finish(run.Header, run.Progress);
        LogEnded(run.Header.Id, run.Progress.Outcome);
        (_run, _over) = (null, null);
        Changed();
    }

    /// <summary>An agent came back as another process: the sockets of the open run went with the old one.</summary>
    /// <param name="otherClock">Its host was booted, or it is on another one, and it counts another CLOCK_MONOTONIC now: on the run's axis nothing more of it can be placed, and the run takes no more.</param>
    private void AgentRestarted(AgentSeat seat, bool otherClock)
    {
        if (_run is not { } run || _over is not null)
            return;
        Note(seat.Name, NoteCodes.AgentRestarted, NoteLevel.Warning, otherClock
            ? $"The {seat.Name}'s agent was started anew and counts another clock, as after a boot; the sockets it had are gone, and this run ends here."
            : $"The {seat.Name}'s agent was started anew; the sockets it had are closed.");
        if (run.Progress.Outcome == Outcome.Running)
            run.Append(new EndEvent
            {
                T = Now - run.Zero, Source = EventSource.Lab, Host = seat.Name, Outcome = Outcome.Interrupted,
                Reason = $"The {seat.Name}'s agent ended in the middle of the run, and its sockets with it.",
            });
        if (otherClock)
            _over = Now - run.Zero;
        _driving?.Cancel();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} started: {Scenario} on port {Port}")]
    private partial void LogStarted(string run, string scenario, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Run} put away: {Outcome}")]
    private partial void LogEnded(string run, Outcome outcome);
}
