using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Steps, the next action, playing: what a lab does when it is asked.</summary>
public sealed class LabStepTests
{
    private static readonly string[] Steps = ["start", "connect", "close", "again"];

    private static (LabBench, BenchAgent, BenchAgent) WithAgents(params Scenario[] scenarios)
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents(scenarios);
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        return (bench, client, server);
    }

    [Fact]
    public void Steps_make_the_scenarios_calls_in_order_and_a_deciding_failure_is_the_result()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Result = c => c is { Socket: "rfd", Call: SocketCall.Bind } ? InUse : null;
        string id = bench.Start();
        Assert.All(Steps, s => Assert.True(bench.Ask(new RunStep(id, s)).Ok, s));

        Assert.Equal(
            [
                "server socket lfd",
                "server bind lfd",
                "server listen lfd",
                "client socket cfd",
                "client connect cfd",
                "server accept4 lfd",
                "server close afd",
                "client read cfd",
                "server socket rfd",
                "server bind rfd",
            ],
            bench.Log<CallEvent>(id).Select(c => $"{c.Host} {c.Call} {c.Socket}")
        );
        Assert.Equal(
            ["started sv", "started cl", "exited sv", "exited cl", "started sv2", "exited sv2"],
            bench.Log<ProgramEvent>(id).Select(p => $"{p.Change.ToString().ToLowerInvariant()} {p.Program}")
        );
        Assert.Equal("./sv 0", bench.Log<ProgramEvent>(id).First().Command);
        Assert.Equal(["accept", "FIN", "bind: Address already in use"], bench.Log<OutputEvent>(id).Select(o => o.Text));
        RunResult result = Assert.Single(bench.Run(id).Progress.Results);
        Assert.Equal(("bind", "EADDRINUSE"), (result.Call, result.Errno));
        Assert.Equal(Outcome.Completed, bench.Run(id).Progress.Outcome);
        Assert.Equal(bench.Stored[id], bench.Shown[id]);
        Assert.Equal(Enumerable.Range(1, bench.Shown[id].Count).Select(i => (long)i), bench.Shown[id].Select(e => e.Seq));
    }

    [Fact]
    public void An_orders_call_knows_its_step_its_place_and_its_program_and_what_follows_it_has_no_place()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Sees = o =>
            o is CallOrder { Call: SocketCall.SetSockOpt }
                ?
                [
                    new CallEvent
                    {
                        Source = EvidenceSource.Call,
                        Socket = "lfd",
                        Call = "getsockopt",
                        Args = new() { Fd = 3 },
                    },
                ]
                : [];
        string id = bench.Start(values: new() { ["reuse"] = Scalar.Of(true) });
        bench.Ask(new RunStep(id, "start"));
        Assert.Equal(
            [("socket", 1), ("setsockopt", 2), ("getsockopt", null), ("bind", 3), ("listen", (int?)4)],
            bench.Log<CallEvent>(id).Select(c => (c.Call, c.Index))
        );
        Assert.All(bench.Log<CallEvent>(id), c => Assert.Equal(("start", 1, "sv"), (c.Step, c.Attempt, c.Program)));
        Assert.All(server.Calls, c => Assert.Equal((id, "sv"), (c.Run, c.Program)));
    }

    [Fact]
    public void After_every_call_every_host_is_looked_at_and_the_next_one_waits_for_it()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        string id = bench.Start();
        server.Orders.Clear();
        client.Orders.Clear();
        client.Silent = o => o is LookOrder;
        long step = bench.Begin(new RunStep(id, "start"));
        Assert.Single(server.Calls);
        client.Answer(client.Orders.OfType<LookOrder>().Single());
        Assert.Equal(2, server.Calls.Count());
        // Who does not answer holds it up for a second.
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(3, server.Calls.Count());
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.True(bench.Replies[step].Ok);
    }

    [Fact]
    public void A_bind_that_the_rule_does_not_explain_is_an_alarm_in_the_run_and_in_the_servers_log()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Result = c => c is { Socket: "lfd", Call: SocketCall.Bind } ? InUse : null;
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        NoteEvent alarm = bench.Log<NoteEvent>(id).Single(n => n.Code == NoteCodes.RuleMismatch);
        Assert.Equal((NoteLevel.Alarm, "bind", "EADDRINUSE", "ok"), (alarm.Level, alarm.Message["call"], alarm.Message["real"], alarm.Message["rule"]));
        Assert.Contains(bench.Effects, e => e is WriteLog { Message.Code: NoteCodes.RuleMismatch });
    }

    [Fact]
    public void Actions_are_apart_by_the_runs_pause_which_may_be_changed()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start(pauseMs: 300);
        bench.Begin(new RunStep(id, "start"));
        Assert.Empty(server.Calls);
        bench.Pass(TimeSpan.FromMilliseconds(299));
        Assert.Empty(server.Calls);
        bench.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Single(server.Calls);
        Assert.True(bench.State.Runs[0].Busy);
        Assert.True(bench.Ask(new ChangePace(id, 0)).Ok);
        Assert.Equal("lab.bad-pause", bench.Ask(new ChangePace(id, 10_001)).Refusal!.Code);
        bench.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal(3, server.Calls.Count());
        Assert.Equal((false, 0), (bench.State.Runs[0].Busy, bench.State.Runs[0].PauseMs));
    }

    [Fact]
    public void The_next_action_is_one_at_a_time_through_all_steps()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        string id = bench.Start();
        int actions = 0;
        while (bench.Ask(new NextAction(id)).Ok && actions++ < 30)
            Assert.InRange(client.Calls.Count() + server.Calls.Count(), 0, actions);
        // 15 actions without setsockopt and the first exit of sv2; the repeating step goes on for ever.
        Assert.Equal(4, bench.Log<StepEvent>(id).Where(s => s.Status == StepStatus.Done).Select(s => s.Step).Distinct().Count());
        Assert.Equal(Outcome.Completed, bench.Run(id).Progress.Outcome);
    }

    [Fact]
    public void A_failing_call_ends_its_program_fails_the_step_and_what_the_attempt_made_is_closed()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        int tries = 0;
        client.Result = c => c.Call == SocketCall.Connect && tries++ == 0 ? ("ECONNREFUSED", 111, "Connection refused") : null;
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        LabReply failed = bench.Ask(new RunStep(id, "connect"));
        Assert.StartsWith("step.", failed.Refusal!.Code);
        Assert.Equal(StepReadiness.Failed, bench.Run(id).Progress.Find("connect")!.Readiness);
        Assert.Equal(["cfd"], client.Orders.OfType<EndProgramOrder>().Single().Sockets);
        Assert.Equal(["lfd"], bench.Run(id).Progress.Facts.OpenSockets.Keys);
        Assert.Contains(bench.Log<OutputEvent>(id), o => o is { Text: "connect: Connection refused", Error: true, Program: "cl" });
        Assert.True(bench.Ask(new RunStep(id, "connect")).Ok);
        Assert.Equal(2, bench.Run(id).Progress.Find("connect")!.Attempt);
    }

    [Fact]
    public void Where_another_programs_call_fails_the_attempts_own_programs_end_too()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        server.Refuses = o =>
            o is CallOrder { Call: SocketCall.Accept4 } ? Message.Of("agent.no-connection-came", ("socket", "lfd"), ("limit", 1), ("call", "accept4")) : null;
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        Assert.Equal("agent.no-connection-came", bench.Ask(new RunStep(id, "connect")).Refusal!.Code);
        Assert.Equal("cl", Assert.Single(client.Orders.OfType<EndProgramOrder>()).Program);
        Assert.Equal(["sv"], bench.Run(id).Progress.Facts.RunningPrograms.Keys);
    }

    [Fact]
    public void A_failure_that_goes_on_is_data()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents(
            Rebind() with
            {
                Steps =
                [
                    Step(
                        "do",
                        new() { Do = ActionKind.Start, Program = "sv" },
                        Call(ActionKind.Socket, "sv", "lfd"),
                        Call(ActionKind.Bind, "sv", "lfd") with
                        {
                            Address = "any",
                            OnError = OnError.Continue,
                            Id = "bind",
                        },
                        Call(ActionKind.Listen, "sv", "lfd") with
                        {
                            When = "result(bind) == EADDRINUSE",
                        }
                    ),
                ],
            }
        );
        server.Result = c => c.Call == SocketCall.Bind ? InUse : null;
        string id = bench.Start();
        Assert.True(bench.Ask(new RunStep(id, "do")).Ok);
        Assert.Equal(["socket", "bind", "listen"], bench.Log<CallEvent>(id).Select(c => c.Call));
        Assert.Contains(bench.Log<OutputEvent>(id), o => o.Error);
        Assert.DoesNotContain(bench.Log<ProgramEvent>(id), p => p.Change == ProgramChange.Exited);
    }

    [Fact]
    public void An_agent_that_does_not_answer_fails_the_step_and_its_late_answer_is_still_written_down()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Silent = o => o is CallOrder { Call: SocketCall.Bind };
        string id = bench.Start();
        long step = bench.Begin(new RunStep(id, "start"));
        bench.Pass(LabLimits.OrderTime + TimeSpan.FromSeconds(1));
        Assert.Equal("step.agent-silent", bench.Replies[step].Refusal!.Code);
        server.Answer(server.Calls.Single(c => c.Call == SocketCall.Bind));
        Assert.Contains(bench.Log<CallEvent>(id), c => c is { Call: "bind", Step: "start" });
    }

    [Fact]
    public void A_program_that_takes_long_to_end_has_the_time_it_takes()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Silent = o => o is EndProgramOrder;
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        bench.Ask(new RunStep(id, "connect"));
        long close = bench.Begin(new RunStep(id, "close"));
        bench.Pass(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(close, bench.Replies.Keys);
        server.Silent = _ => false;
        server.Answer(server.Orders.OfType<EndProgramOrder>().Single());
        Assert.True(bench.Replies[close].Ok, bench.Replies[close].Refusal?.ToString());
    }

    [Fact]
    public void An_agent_that_is_ending_interrupts_its_runs_at_once_is_not_ready_and_leaves_its_seat_to_its_heir()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        server.Refuses = _ => new(AgentItem.Ending);
        long step = bench.Begin(new RunStep(id, "connect"));
        Assert.Equal((Outcome.Interrupted, "end.agent-ended"), bench.Log<EndEvent>(id).Select(e => (e.Outcome, e.Reason!.Code)).Single());
        Assert.Contains(step, bench.Replies.Keys);
        Assert.False(bench.State.Hosts.Single(h => h.Name == "server").Connected);
        int orders = server.Orders.Count;
        Assert.False(
            bench
                .Ask(
                    new StartRun
                    {
                        Scenario = "rebind",
                        Ports = new Dictionary<string, int> { ["main"] = 22223 },
                    }
                )
                .Ok
        );
        Assert.Equal(orders, server.Orders.Count);

        // What it still does is evidence.
        server.Tell(
            id,
            new CallEvent
            {
                Source = EvidenceSource.Call,
                T = bench.Now,
                Socket = "lfd",
                Call = "close",
                Args = new(),
            }
        );
        Assert.Equal("close", bench.Log<CallEvent>(id).Last().Call);
        server.Leave();
        bench.Join("server");
        bench.Take(new TimeCame());
        Assert.True(bench.State.Hosts.All(h => h.Connected));
        Assert.Equal(Outcome.Completed, bench.Run(bench.Start(22224, play: true)).Progress.Outcome);
        Assert.NotEmpty(client.Calls);
    }

    [Fact]
    public void What_an_agent_did_in_a_run_that_is_gone_is_no_part_of_another()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string gone = bench.Start();
        bench.Ask(new RunStep(gone, "start"));
        server.Silent = o => o is CloseRunOrder;
        bench.Begin(new ResetRun());
        bench.Pass(LabLimits.CloseRun + TimeSpan.FromSeconds(10));
        string id = bench.Start(22223);
        bench.Ask(new RunStep(id, "start"));
        int before = bench.Log<RunEvent>(id).Count();
        server.Tell(
            gone,
            new CallEvent
            {
                Source = EvidenceSource.Call,
                T = bench.Now,
                Socket = "lfd",
                Call = "close",
                Args = new(),
            }
        );
        server.Answer(server.Orders.OfType<CloseRunOrder>().First());
        Assert.Equal(before, bench.Log<RunEvent>(id).Count());
        Assert.True(bench.Ask(new RunStep(id, "connect")).Ok);
    }

    [Fact]
    public void Play_goes_through_every_step_and_stops_at_one_that_fails()
    {
        (LabBench bench, BenchAgent client, _) = WithAgents();
        Assert.Equal(Outcome.Completed, bench.Run(bench.Start(play: true)).Progress.Outcome);
        client.Result = c => c.Call == SocketCall.Connect ? ("ECONNREFUSED", 111, "Connection refused") : null;
        string id = bench.Start(22223, play: true);
        Assert.Equal(
            [StepReadiness.Done, StepReadiness.Failed, StepReadiness.Blocked, StepReadiness.Blocked],
            bench.Run(id).Progress.Steps.Select(s => s.Readiness)
        );
        Assert.Equal(Outcome.Running, bench.Run(id).Progress.Outcome);
    }

    [Fact]
    public void A_step_is_refused_out_of_order_twice_while_busy_and_when_it_is_none()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start(pauseMs: 1000);
        Assert.Equal("lab.step-waits", bench.Ask(new RunStep(id, "close")).Refusal!.Code);
        Assert.Equal("lab.unknown-step", bench.Ask(new RunStep(id, "dance")).Refusal!.Code);
        Assert.Equal("lab.run-not-open", bench.Ask(new RunStep("nothing", "start")).Refusal!.Code);
        long step = bench.Begin(new RunStep(id, "start"));
        Assert.Equal("lab.busy", bench.Ask(new PlayRun(id)).Refusal!.Code);
        bench.Pass(TimeSpan.FromSeconds(10));
        Assert.True(bench.Replies[step].Ok);
        Assert.Equal("lab.step-done", bench.Ask(new RunStep(id, "start")).Refusal!.Code);
        Assert.Equal(3, server.Calls.Count());
    }

    [Fact]
    public void A_closing_connection_is_looked_at_until_it_has_settled_for_a_second_at_most()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        int looks = 0;
        server.Sees = o =>
            o switch
            {
                CallOrder { Socket: "afd", Call: SocketCall.Close } => [Row(ServerEnd, ClientEnd, null, TcpState.FinWait1, bench.Now)],
                LookOrder when server.Calls.Any(c => c.Socket == "afd") && ++looks == 10 =>
                [
                    Row(ServerEnd, ClientEnd, TcpState.FinWait1, TcpState.TimeWait, bench.Now),
                ],
                _ => [],
            };
        string id = bench.Start();
        foreach (string step in Steps[..2])
            bench.Ask(new RunStep(id, step));
        long close = bench.Begin(new RunStep(id, "close"));
        Assert.False(bench.Replies.ContainsKey(close));
        bench.Pass(TimeSpan.FromMilliseconds(100));
        Assert.True(bench.Replies[close].Ok);
        Assert.InRange(looks, 10, 12);
    }
}
