using System.Net;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs.Activities;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>
/// A lab: what happens to it goes in (<see cref="LabInput"/>), what is to be done about it comes out (<see cref="LabEffect"/>), and nothing else happens. No
/// I/O, no clock, no threads of its own, so that
/// every case can be tried in a test. This file: its life; agents and their reports are in LabAgents, commands in LabCommands, what is stored and shown in
/// LabStore.
/// </summary>
internal sealed class Lab
{
    private readonly Func<DateTimeOffset, string> _newRunId;
    private readonly LabTimers _timers = new();
    private readonly Queue<Action> _soon = new();
    private readonly LabAgents _agents;
    private readonly LabStore _store;
    private readonly LabCommands _commands;
    private List<LabEffect> _effects = [];
    private long _version,
        _told;
    private long? _wakes;

    /// <param name="setup">Its hosts.</param>
    /// <param name="newRunId">Makes the id of a run that starts then.</param>
    public Lab(LabSetup setup, Func<DateTimeOffset, string> newRunId)
    {
        (Setup, _newRunId) = (setup, newRunId);
        (Ports, PortHost) = ([setup.Port], setup.PortHost);
        Seats = [.. setup.Hosts.Select(h => new AgentSeat(h))];
        Orders = new(this);
        Clocks = new(this);
        Checks = new(this);
        Matrix = new(this);
        _agents = new(this);
        _store = new(this);
        _commands = new(this);
    }

    public LabSetup Setup { get; }

    /// <summary>The places of the lab's hosts, in its order.</summary>
    public IReadOnlyList<AgentSeat> Seats { get; }

    /// <summary>The open runs, the oldest first.</summary>
    public List<LabRun> Runs { get; } = [];

    /// <summary>Runs that are about to be opened.</summary>
    public List<StartingRun> Starting { get; } = [];

    public LabOrders Orders { get; }

    public LabClocks Clocks { get; }

    public HostChecks Checks { get; }

    public LabMatrix Matrix { get; }

    public LooseSockets Loose { get; } = new();

    public IReadOnlyList<Scenario> Scenarios { get; private set; } = [];

    public HostsMode Mode { get; private set; } = HostsMode.Namespaces;

    public Message? ModeReason { get; private set; }

    /// <summary>The ports that are watched while no run is open; the first is the one that checks are about.</summary>
    public IReadOnlyList<int> Ports { get; set; }

    /// <summary>The role whose port the first of <see cref="Ports"/> is.</summary>
    public string PortHost { get; set; }

    /// <summary>The ports that the agents watch now.</summary>
    public IReadOnlyList<int> WatchedPorts =>
        Runs.Any(r => r.Over is null) ? [.. Runs.Where(r => r.Over is null).SelectMany(r => r.Ports).Distinct().Take(WatchOrder.MaxPorts)] : Ports;

    /// <summary>The moment of the input that is being taken.</summary>
    public LabMoment Moment { get; private set; }

    public long Now => Moment.Now;

    // What else was to be done soon is done after a defect too; one that brings about the next is not followed for ever.
    private const int MaxFaults = 100;

    /// <summary>What follows from an input.</summary>
    public IReadOnlyList<LabEffect> Take(LabInput input, LabMoment at)
    {
        Moment = at;
        for (int faults = 0; ; faults++)
        {
            try
            {
                if (faults == 0)
                {
                    _timers.Fire(at.Now);
                    Dispatch(input);
                }
                Settle();
                break;
            }
            catch (Exception e) when (e is not OutOfMemoryException && faults < MaxFaults)
            {
                Fault(faults == 0 ? input : null, e);
            }
        }
        List<LabEffect> effects = _effects;
        _effects = [];
        return effects;
    }

    public AgentSeat Seat(string role) => Seats.FirstOrDefault(s => s.Name == role) ?? new AgentSeat(role);

    /// <summary>The host that has an address, when one alone announced it; null for none or several.</summary>
    public AgentSeat? HostWith(TcpEndpoint end)
    {
        IPAddress address = end.Unmapped().Address;
        AgentSeat[] has =
        [
            .. Seats.Where(s =>
                s.Facts is { } f
                && new[] { f.Address, f.SecondAddress, f.V6Address }.Any(a => IPAddress.TryParse(a, out IPAddress? known) && known.Equals(address))
            ),
        ];
        return has.Length == 1 ? has[0] : null;
    }

    public LabRun? FindRun(string id) => Runs.FirstOrDefault(r => r.Id == id && !r.Closing);

    public string NewRunId(DateTimeOffset at) => _newRunId(at);

    public void Emit(LabEffect effect) => _effects.Add(effect);

    public void Log(LogLevel level, Message message, Exception? fault = null) => Emit(new WriteLog(level, message, fault));

    /// <summary>Calls back once what is happening now has been done.</summary>
    public void Soon(Action action) => _soon.Enqueue(action);

    public LabTimer After(TimeSpan wait, Action then) => _timers.At(Now + wait.Nanoseconds(), then);

    /// <summary>The onlookers are to be told of a new state, however many changes it makes.</summary>
    public void Changed() => _version++;

    /// <summary>Begins what the lab does in a run by itself; one thing at a time.</summary>
    public void Do(LabRun run, Activity activity)
    {
        run.Doing = activity;
        Changed();
        activity.Begin(() =>
        {
            Complete(run);
            Idle(run);
        });
    }

    /// <summary>
    /// A run whose steps are all done is completed, but not while an agent of its is away: one that comes back as another process had lost its sockets, and
    /// what was done since was done without them.
    /// </summary>
    public void Complete(LabRun run)
    {
        if (run.Progress is { AllDone: true, Outcome: Outcome.Running } && Seats.All(s => s.Connected || !run.Uses(s.Name)))
            run.Append(new EndEvent { T = run.T(Now), Outcome = Outcome.Completed });
    }

    /// <summary>Cuts short what is being done in a run.</summary>
    public void Stop(LabRun run)
    {
        run.Doing?.Cancel();
        Idle(run);
    }

    /// <summary>Nothing is done in the run any more.</summary>
    public void Idle(LabRun run)
    {
        run.Doing = null;
        Action[] waiting = [.. run.WhenIdle];
        run.WhenIdle.Clear();
        foreach (Action then in waiting)
            then();
        Changed();
    }

    /// <summary>A run is open from now on.</summary>
    public void Open(LabRun run)
    {
        Runs.Add(run);
        Ports = [.. run.Ports];
        string host = run.Header.Script.MainPort.Host;
        if (Checks.Last?.Port != Ports[0] || PortHost != host)
            Checks.Forget();
        PortHost = host;
        Clocks.BeginRun(run);
        Log(LogLevel.Information, Message.Of("log.run-started", ("run", run.Id), ("scenario", run.Header.Scenario), ("ports", string.Join(", ", Ports))));
        Changed();
    }

    /// <summary>What is known of sockets on a new run's ports and was not told anew.</summary>
    public void TakeRows(LabRun run)
    {
        foreach (SocketEvent row in Loose.Rows.Where(r => run.Has(r.Host!, r.Local, r.Remote)).ToArray())
        {
            Loose.Remove(row.Identity);
            run.Append(row with { T = row.T - run.Zero, From = null, After = null });
        }
    }

    /// <summary>A run that is over everywhere leaves the lab; its events are still to be stored.</summary>
    public void PutAway(LabRun run)
    {
        Runs.Remove(run);
        foreach (SocketEvent row in run.Rows)
            Loose.Update(row with { T = row.T + run.Zero });
        Log(LogLevel.Information, Message.Of("log.run-ended", ("run", run.Id), ("outcome", run.Progress.Outcome.ToString())));
        _store.Finish(run);
        Changed();
    }

    /// <summary>Has a new run kept, and calls back once that was tried.</summary>
    public void Create(RunHeader header, Action then) => _store.Create(header, then);

    /// <summary>True while no new run can be kept, not even in memory.</summary>
    public bool StoreFull => _store.Full;

    /// <summary>Calls back once all that was appended so far may be shown: it is stored, or the store is not waited for.</summary>
    public void WhenShown(Action then) => _store.WhenShown(then);

    /// <summary>Calls back once a run that was put away is finished in the store, or nobody can wait for that.</summary>
    public void WhenFinished(LabRun run, Action then) => _store.WhenFinished(run, then);

    public LabState State(long now) =>
        new()
        {
            Id = Setup.Id,
            Server = DashboardInstance.Id,
            Version = _version,
            Mode = Mode,
            ModeReason = ModeReason,
            Hosts = [.. Seats.Select(s => new LabHost(s.Name, s.Ready, s.Facts, Clocks.Uncertainty(s, now)))],
            Runs =
            [
                .. Runs.Select(r => new OpenRun(r.Settled)
                {
                    Now = r.T(now),
                    Busy = r.Doing is not null,
                    Repeating = r.Doing is Repeating,
                    PauseMs = r.PauseMs,
                }),
            ],
            Ports = Ports,
            Sockets = [.. Loose.Rows.Select(e => e with { T = e.T - now, After = null })],
            Check = Checks.Last,
            Matrix = Matrix.Progress,
            Problem = _store.Problem,
            Notice = _store.Notice,
        };

    public LabSnapshot Snapshot(long now) => new(State(now), Scenarios, [.. Runs.Select(r => new RunBatch(r.Id, Shown(r)))]);

    /// <summary>A run with its log as it was shown, as long as the lab has it; null for any other.</summary>
    public (RunHeader Header, IReadOnlyList<RunEvent> Events)? Log(string run) => _store.Find(run) is { } known ? (known.Header, Shown(known)) : null;

    private static RunEvent[] Shown(LabRun run) => [.. run.Log.Events.Take(run.Log.Shown)];

    private void Dispatch(LabInput input)
    {
        switch (input)
        {
            case RunsLeft left:
                _store.Restore(left.Runs);
                break;
            case AgentCame came:
                _agents.Came(came);
                break;
            case AgentWent went:
                _agents.Went(went);
                break;
            case ClockMeasured measured:
                _agents.Measured(measured);
                break;
            case AgentReported reported:
                _agents.Reported(reported);
                break;
            case CommandGiven given:
                _commands.CarryOut(given);
                break;
            case EventsStored or EventsNotStored or RunCreated or RunNotCreated or RunFinished or RunNotFinished or StoreRenewed:
                _store.Answered(input);
                break;
            case HostsModeChanged changed:
                (Mode, ModeReason) = (changed.Mode, changed.Reason);
                Changed();
                break;
            case ScenariosChanged changed:
                // What tests expect of them is nobody else's.
                Scenarios = [.. changed.Scenarios.Select(s => s with { Expect = null })];
                Emit(new ShowScenarios(Scenarios));
                break;
            case ServerEnds:
                foreach (LabRun run in Runs.ToArray())
                    Stop(run);
                break;
            case TimeCame:
                // What was due has been done. A timer may fire a little early: then it is asked for once more.
                _wakes = null;
                break;
            default:
                throw new ArgumentException($"The lab knows no {input.GetType().Name}.", nameof(input));
        }
    }

    // A defect of the lab's own: nobody is left waiting, and what was being done is not gone on with.
    private void Fault(LabInput? input, Exception fault)
    {
        LabRun[] busy = [.. Runs.Where(r => r.Doing is not null)];
        Log(LogLevel.Error, Message.Of("log.fault", ("run", string.Join(", ", busy.Select(r => r.Id)))), fault);
        foreach (StartingRun starting in Starting.ToArray())
            starting.Fail(new Message(LabRefusals.Fault));
        foreach (LabRun run in busy)
        {
            run.Append(
                new NoteEvent
                {
                    T = run.T(Now),
                    Level = NoteLevel.Alarm,
                    Message = new(NoteCodes.LabFault),
                }
            );
            Stop(run);
        }
        if (input is CommandGiven given)
            Emit(new AnswerCommand(given.Reply, new(new Message(LabRefusals.Fault))));
        else if (input is AgentReported reported)
            Emit(new AnswerReport(reported.Reply, Seats.FirstOrDefault(s => s.Connection == reported.Connection)?.Acknowledged ?? -1));
    }

    // What one thing brings about may bring about the next: until there is nothing more.
    private void Settle()
    {
        while (true)
        {
            if (_soon.TryDequeue(out Action? action))
            {
                action();
                continue;
            }
            if (Runs.FirstOrDefault(r => r.Moved) is { } run)
            {
                run.Moved = false;
                run.Doing?.Moved();
                continue;
            }
            break;
        }
        _store.Flush();
        if (_version != _told)
        {
            _told = _version;
            Emit(new ShowState());
        }
        if (_timers.Next is var next && next != _wakes)
        {
            _wakes = next;
            Emit(new WakeAt(next));
        }
        // A browser that is answered must be able to tell an older state from one in which this shows.
        for (int i = 0; i < _effects.Count; i++)
        {
            if (_effects[i] is AnswerCommand answer)
                _effects[i] = answer with { Answer = answer.Answer with { Version = _version } };
        }
    }
}
