using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs.Activities;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The lab's agents: who joins, what they report, and to which run it belongs.</summary>
internal sealed class LabAgents(Lab lab)
{
    private readonly HashSet<LabRun> _telling = [];

    public void Came(AgentCame came)
    {
        AgentHello hello = came.Hello;
        if (Refusal(hello) is { } refusal)
        {
            lab.Emit(new AnswerAgent(came.Reply, new(refusal, 0, [])));
            return;
        }
        AgentSeat seat = lab.Seat(hello.Facts.Name);
        bool other = seat.Instance is not null && seat.Instance != hello.Instance,
            otherClock = seat.Occupy(came.Connection, hello);
        seat.HeardAt = lab.Now;
        if (otherClock)
            lab.Clocks.Forget(seat.Name);
        if (came.OnLabsClock)
            seat.Measure(default);
        lab.Log(LogLevel.Information, Message.Of("log.agent-joined", ("host", seat.Name), ("name", hello.Facts.HostName), ("kernel", hello.Facts.Kernel)));
        if (other)
        {
            // First: to a run that went on, an order that is abandoned would look like one that was carried out or refused.
            Restarted(seat, otherClock);
            lab.Orders.Abandon(seat);
        }
        else
        {
            Back(seat);
        }

        lab.Emit(new AnswerAgent(came.Reply, new(null, seat.Acknowledged, [.. lab.Runs.Where(r => r.Over is null && !r.Closing).Select(r => r.Id)])));
        lab.Checks.Forget();
        Welcome(seat, came.Connection);
        lab.Changed();
    }

    // The first order on a link; one that is slow to start is asked again.
    private void Welcome(AgentSeat seat, string connection) =>
        lab.Orders.Give(
            seat,
            new WatchOrder { Ports = lab.WatchedPorts },
            LabLimits.OrderTime,
            item =>
            {
                if (seat.Connection != connection || seat.Ending)
                    return;
                if (item is null)
                {
                    Welcome(seat, connection);
                    return;
                }
                seat.Answers = true;
                lab.Checks.Anew();
                lab.Changed();
            }
        );

    public void Went(AgentWent went)
    {
        foreach (AgentSeat seat in lab.Seats.Where(s => s.Connection == went.Connection))
        {
            seat.Leave();
            lab.Loose.RemoveHost(seat.Name);
            lab.Checks.Forget();
            lab.Log(LogLevel.Information, Message.Of("log.agent-left", ("host", seat.Name)));
            Note(seat.Name, NoteCodes.AgentLost, NoteLevel.Warning);
            lab.Changed();
        }
    }

    public void Measured(ClockMeasured measured)
    {
        foreach (AgentSeat seat in lab.Seats.Where(s => s.Connection == measured.Connection))
            seat.Measure(measured.Clock);
        lab.Clocks.Fit();
        lab.Checks.Ready();
        lab.Changed();
    }

    public void Reported(AgentReported reported)
    {
        AgentReport report = reported.Report;
        if (lab.Seats.FirstOrDefault(s => s.Connection == reported.Connection && s.Instance == report.Instance) is not { } seat || !AgentEdge.Accepts(report))
        {
            lab.Emit(new AnswerReport(reported.Reply, -1));
            return;
        }
        seat.HeardAt = lab.Now;
        foreach (AgentItem item in report.Items)
        {
            if (item.Number <= seat.Acknowledged)
                continue;
            // An agent older than this dashboard begins above 1: what went before was acknowledged by the dashboard it had then.
            if (item.Number > seat.Acknowledged + 1 && seat.Acknowledged > 0)
                Gap(seat, item.Number - seat.Acknowledged - 1);
            seat.Acknowledged = item.Number;
            if (item.Event is { } e)
                Distribute(seat, e with { Host = seat.Name, Seq = 0 }, item);
            if (item.Matrix is not null)
                lab.Matrix.Told(seat, item);
            if (item.Refused?.Code == AgentItem.Ending)
                Ends(seat);
            else if (item.Done)
                lab.Orders.Answered(seat, item);
        }
        // The agent keeps what the lab would lose with the server.
        lab.WhenShown(() => lab.Emit(new AnswerReport(reported.Reply, seat.Acknowledged)));
    }

    private Message? Refusal(AgentHello hello)
    {
        if (AgentEdge.Fault(hello) is { } fault)
            return fault;
        if (lab.Seats.FirstOrDefault(s => s.Name == hello.Facts.Name) is not { } seat)
            return Message.Of("join.unknown-role", ("role", hello.Facts.Name), ("roles", string.Join(", ", lab.Setup.Hosts)));
        return seat.Connected && seat.Instance != hello.Instance ? Message.Of("join.taken", ("role", seat.Name), ("by", seat.Facts?.HostName)) : null;
    }

    private void Distribute(AgentSeat seat, RunEvent e, AgentItem item)
    {
        if (e is SegmentEvent segment)
            lab.Clocks.Follow(seat, segment);
        bool taken = false;
        foreach (LabRun run in RunsOf(seat, e, item.Run))
        {
            taken = true;
            Append(run, seat, e, item.OrderId);
        }
        if (e is not SocketEvent row)
            return;
        if (taken)
            lab.Loose.Remove(row.Identity);
        else
            Loose((SocketEvent)HostClocks.Shift(row, seat.Clock?.Offset ?? 0));
    }

    // A row, a state or a segment belongs where its ports are, also one that comes with an order's end; what else an agent says by itself concerns every run.
    private IEnumerable<LabRun> RunsOf(AgentSeat seat, RunEvent e, string? of)
    {
        LabRun[] open = [.. lab.Runs.Where(r => r.Over is null)];
        return e switch
        {
            SocketEvent row => open.Where(r => r.Has(seat.Name, row.Local, row.Remote, row.Inode)),
            StateEvent state => open.Where(r => r.Has(seat.Name, state.Socket.Local, state.Socket.Remote, state.Inode)),
            SegmentEvent segment => open.Where(r => r.Has(seat.Name, segment.From, segment.To)),
            _ => of is null ? open : open.Where(r => r.Id == of),
        };
    }

    private void Append(LabRun run, AgentSeat seat, RunEvent e, long? order)
    {
        RunClock? clock = run.Clocks.GetValueOrDefault(seat.Name);
        e = HostClocks.Shift(e, (clock?.PlacedBy ?? seat.Clock?.Offset ?? 0) - run.Zero);
        clock?.Saw(e.T + run.Zero);
        // Sent or changed before the run and told after it began: mostly the lab's own check of the way. What is left of it, rows tell.
        if (!run.Watched && e is SegmentEvent or StateEvent && IsBefore(e.T, clock))
            return;
        OrderContext? context = order is { } id ? run.Orders.GetValueOrDefault(id) : null;
        // A row that is told anew because the ports that are watched have changed.
        if (e is SocketEvent { From: null, To: not null } row && run.Progress.Facts.Row(row.Identity) is { To: { } known })
            e = row with { From = known };
        bool returned = false;
        if (e is CallEvent call && context is not null)
        {
            // The first event of an order is its call; a read-back or the agent's own shutdown follows it without an index.
            call = call with
            {
                Step = context.Step,
                Attempt = context.Attempt,
                Index = context.Made is null ? context.Index : null,
                Program = call.Program ?? context.Program,
            };
            returned = context.Made is null && context.Waits is not null;
            e = call;
        }
        if (run.Foreign.Withholds(e, lab.Now))
        {
            TellForeign(run);
            return;
        }
        RunEvent appended = run.Append(e);
        if (appended is CallEvent)
        {
            foreach (RunEvent own in run.Foreign.Release())
                run.Append(own);
        }
        if (appended is CallEvent made && context is not null)
            context.Made ??= made;
        lab.Checks.Saw(e);
        if (returned)
        {
            run.Orders.Remove(order!.Value);
            context!.Returned?.Invoke(context.Made!);
        }
    }

    /// <summary>True for what was certainly before the run, as far as the host's clock is known.</summary>
    private static bool IsBefore(long t, RunClock? clock) => t + (clock is null ? 0 : clock.Told.Offset - clock.PlacedBy + clock.Told.Uncertainty) < 0;

    private void Loose(SocketEvent row)
    {
        if (!lab.Loose.Update(row) || lab.Runs.Count > 0)
            return;
        if (
            row.Host == lab.PortHost
            && row.Local.Port == lab.Ports[0]
            && row.From != row.To
            && (row.To is TcpState.Listen || row.To is null && row.From is TcpState.Listen or TcpState.TimeWait)
        )
        {
            lab.Checks.PortMoved();
        }

        lab.Changed();
    }

    // Once a second, however many there are.
    private void TellForeign(LabRun run)
    {
        if (!_telling.Add(run))
            return;
        lab.After(
            TimeSpan.FromSeconds(1),
            () =>
            {
                _telling.Remove(run);
                if (run.Over is null)
                    run.TellForeign(run.T(lab.Now));
            }
        );
    }

    private void Gap(AgentSeat seat, long lost)
    {
        lab.Log(LogLevel.Warning, Message.Of("log.items-missing", ("host", seat.Name), ("lost", lost)));
        foreach (LabRun run in lab.Runs.Where(r => r.Over is null))
        {
            run.Append(
                new GapEvent
                {
                    T = run.T(lab.Now),
                    Host = seat.Name,
                    Lost = lost,
                    Reason = Message.Of("gap.items-missing", ("host", seat.Name)),
                }
            );
        }
    }

    private void Note(string host, string code, NoteLevel level)
    {
        foreach (LabRun run in lab.Runs.Where(r => r.Over is null && r.Progress is not { AllDone: true, Outcome: not Outcome.Running } && r.Uses(host)))
        {
            run.Append(
                new NoteEvent
                {
                    T = run.T(lab.Now),
                    Host = host,
                    Level = level,
                    Message = Message.Of(code, ("host", host)),
                }
            );
        }
    }

    /// <summary>The same agent is back, with all the sockets it had.</summary>
    private void Back(AgentSeat seat)
    {
        Note(seat.Name, NoteCodes.AgentBack, NoteLevel.Info);
        foreach (LabRun run in lab.Runs.Where(r => r.Doing is null && r.Uses(seat.Name)))
            lab.Complete(run);
    }

    /// <summary>An agent came back as another process: its sockets and programs went with the old one.</summary>
    /// <param name="seat">Whose.</param>
    /// <param name="otherClock">Its host was booted, or it is on another one, and it counts another CLOCK_MONOTONIC now: on the axis of an open run nothing
    /// more of it can be placed.</param>
    private void Restarted(AgentSeat seat, bool otherClock)
    {
        foreach (LabRun run in lab.Runs.Where(r => r.Over is null && r.Uses(seat.Name)).ToArray())
        {
            run.Append(
                new NoteEvent
                {
                    T = run.T(lab.Now),
                    Host = seat.Name,
                    Level = NoteLevel.Warning,
                    Message = Message.Of(NoteCodes.AgentRestarted, ("host", seat.Name), ("clock", otherClock ? "other" : "same")),
                }
            );
            Interrupt(run, seat, over: otherClock);
        }
    }

    /// <summary>An agent is ending, though its link stands and it still tells what it does: its sockets and programs go with it.</summary>
    private void Ends(AgentSeat seat)
    {
        if (seat.Ending)
            return;
        seat.Ending = true;
        lab.Log(LogLevel.Information, Message.Of("log.agent-ending", ("host", seat.Name)));
        lab.Checks.Forget();
        foreach (LabRun run in lab.Runs.Where(r => r.Over is null && r.Uses(seat.Name)).ToArray())
            Interrupt(run, seat, over: false);
        lab.Orders.Abandon(seat);
        lab.Changed();
    }

    private void Interrupt(LabRun run, AgentSeat seat, bool over)
    {
        if (run.Progress.Outcome == Outcome.Running)
        {
            run.Append(
                new EndEvent
                {
                    T = run.T(lab.Now),
                    Host = seat.Name,
                    Outcome = Outcome.Interrupted,
                    Reason = Message.Of("end.agent-ended", ("host", seat.Name)),
                }
            );
        }

        run.Orders.Clear();
        if (over)
            run.Over = run.T(lab.Now);
        lab.Stop(run);
    }
}
