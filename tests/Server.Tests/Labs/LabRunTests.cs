using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Runs: opened, several at once, reset, left by a server; what is stored and what is shown.</summary>
public sealed class LabRunTests
{
    private static (LabBench, BenchAgent, BenchAgent) WithAgents()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        return (bench, client, server);
    }

    [Theory]
    [InlineData("nothing", null, null, null, null, "lab.unknown-scenario")]
    [InlineData("rebind", "main", 0, null, null, "lab.bad-port")]
    [InlineData("rebind", "other", 80, null, null, "lab.unknown-port")]
    [InlineData("rebind", null, null, "reuse", "maybe", "lab.bad-value")]
    [InlineData("rebind", null, null, "nothing", "x", "lab.unknown-value")]
    public void A_start_that_cannot_be_is_refused_with_what_is_wrong(string scenario, string? port, int? number, string? value, string? chosen, string code)
    {
        (LabBench bench, _, _) = WithAgents();
        LabReply reply = bench.Ask(
            new StartRun
            {
                Scenario = scenario,
                Ports = port is null ? null : new Dictionary<string, int> { [port] = number!.Value },
                Values = value is null ? null : new Dictionary<string, Scalar> { [value] = Scalar.Of(chosen!) },
            }
        );
        Assert.Equal(code, reply.Refusal!.Code);
        Assert.Empty(bench.Lab.Runs);
    }

    [Fact]
    public void A_run_has_a_copy_of_its_script_all_values_and_ports_and_the_hosts_as_they_are()
    {
        (LabBench bench, _, _) = WithAgents();
        bench.Take(new HostsModeChanged(HostsMode.Loopback, null));
        RunHeader header = bench.Run(bench.Start(values: new() { ["reuse"] = Scalar.Of(true) })).Header;
        Assert.Equal((HostsMode.Loopback, 22222, true), (header.Mode, header.MainPort, header.Values["reuse"].IsTrue));
        Assert.Equal(["client", "server"], header.Hosts.Select(h => h.Name));
        bench.Take(new ScenariosChanged([]));
        Assert.True(bench.Ask(new RunStep(header.Id, "start")).Ok);
    }

    [Fact]
    public void Without_an_agent_a_start_is_refused_and_one_that_is_silent_is_told_within_three_seconds()
    {
        var bench = new LabBench(null, Rebind());
        BenchAgent server = bench.Join("server");
        Assert.Equal(
            ("lab.hosts-missing", "client"),
            (bench.Ask(new StartRun { Scenario = "rebind" }).Refusal!.Code, bench.Ask(new StartRun { Scenario = "rebind" }).Refusal!["hosts"])
        );
        BenchAgent client = bench.Join("client");
        client.Silent = _ => true;
        long start = bench.Begin(new StartRun { Scenario = "rebind" });
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("lab.host-silent", bench.Replies[start].Refusal!.Code);
        Assert.Empty(bench.Lab.Runs);
    }

    [Fact]
    public void Several_runs_are_open_on_different_ports_and_each_has_what_happens_on_its_own()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        string one = bench.Start(22222),
            two = bench.Start(33333);
        Assert.Equal([22222, 33333], server.Orders.OfType<WatchOrder>().Last().Ports);
        Assert.Equal(["run-1", "run-2"], bench.State.Runs.Select(r => r.Header.Id));
        server.Tell(
            Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now),
            Segment("192.168.122.68:33333", "192.168.122.177:40000", "ACK", bench.Now, true),
            Row("192.168.122.68:44444", ClientEnd, null, TcpState.Established, bench.Now)
        );
        Assert.Equal((1, 0), (bench.Log<SocketEvent>(one).Count(), bench.Log<SegmentEvent>(one).Count()));
        Assert.Equal((0, 1), (bench.Log<SocketEvent>(two).Count(), bench.Log<SegmentEvent>(two).Count()));
        Assert.Equal(44444, Assert.Single(bench.State.Sockets).Local.Port);
        // Side by side, each busy by itself.
        server.Silent = o => o is CallOrder { Run: "run-1" };
        long first = bench.Begin(new RunStep(one, "start"));
        Assert.True(bench.Ask(new RunStep(two, "start")).Ok);
        Assert.Equal([true, false], bench.State.Runs.Select(r => r.Busy));
        Assert.True(bench.Ask(new ResetRun(two)).Ok);
        Assert.Equal(["run-2"], server.Orders.OfType<CloseRunOrder>().Select(o => o.Run));
        Assert.Equal([22222], server.Orders.OfType<WatchOrder>().Last().Ports);
        Assert.Equal([true], bench.State.Runs.Select(r => r.Busy));
        Assert.False(bench.Replies.ContainsKey(first));
    }

    [Fact]
    public void What_was_sent_or_changed_before_a_run_and_is_told_as_it_begins_is_not_in_its_log()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        long zero = bench.Now;
        client.Sees = o => o is WatchOrder ? [Segment(ClientEnd, ServerEnd, "SYN", zero - 4_000_000, sent: true)] : [];
        server.Sees = o =>
            o is WatchOrder
                ?
                [
                    new StateEvent
                    {
                        Source = EvidenceSource.Trace,
                        T = zero - 1,
                        Socket = new(End(ServerEnd), default),
                        From = TcpState.Close,
                        To = TcpState.Listen,
                    },
                    // What is still there stays told.
                    Row("0.0.0.0:22222", "0.0.0.0:0", null, TcpState.Listen, zero - 4_000_000),
                ]
                : [];
        string id = bench.Start();
        Assert.Empty(bench.Log<SegmentEvent>(id));
        Assert.Empty(bench.Log<StateEvent>(id));
        Assert.Equal(TcpState.Listen, Assert.Single(bench.Log<SocketEvent>(id)).To);

        // Whatever a host's clock says: what is told from now on happened in the run.
        client.Tell(Segment(ClientEnd, ServerEnd, "SYN", zero - 20_000_000, sent: true));
        Assert.Equal(-20_000_000, Assert.Single(bench.Log<SegmentEvent>(id)).T);
    }

    [Fact]
    public void What_may_have_been_in_the_run_as_far_as_its_hosts_clock_is_known_is_in_its_log()
    {
        var bench = new LabBench(null, Rebind());
        BenchAgent client = bench.Join("client", Facts("client") with { BootId = "00000000-0000-4000-8000-000000000002" }, onLabsClock: false);
        bench.Join("server");
        bench.Take(new ClockMeasured(client.Connection, new(0, 5_000_000)));
        long zero = bench.Now;
        client.Sees = o => o is WatchOrder ? [Segment(ClientEnd, ServerEnd, "SYN", zero - 4_000_000, sent: true)] : [];
        Assert.Single(bench.Log<SegmentEvent>(bench.Start()));
    }

    [Fact]
    public void A_port_of_an_unfinished_run_is_not_given_to_another_and_that_of_a_finished_one_is()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string one = bench.Start();
        LabReply refused = bench.Ask(
            new StartRun
            {
                Scenario = "rebind",
                Ports = new Dictionary<string, int> { ["main"] = 22222 },
            }
        );
        Assert.Equal(("lab.port-taken", "22222", one), (refused.Refusal!.Code, refused.Refusal["port"], refused.Refusal["run"]));
        bench.Ask(new PlayRun(one));
        string two = bench.Start();
        Assert.Equal([two], bench.Lab.Runs.Select(r => r.Id));
        Assert.Contains(one, bench.Finished);
        Assert.Contains(server.Orders, o => o is CloseRunOrder { Run: var run } && run == one);
    }

    [Fact]
    public void Reset_in_the_middle_of_a_call_ends_it_everywhere_and_marks_the_run()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        server.Sees = o => o is CallOrder { Call: SocketCall.Listen } ? [Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now)] : [];
        string id = bench.Start();
        bench.Ask(new RunStep(id, "start"));
        client.Silent = o => o is CallOrder { Call: SocketCall.Connect };
        long connect = bench.Begin(new RunStep(id, "connect"));
        Assert.True(bench.Ask(new ResetRun()).Ok);
        Assert.True(bench.Replies.ContainsKey(connect));
        Assert.Equal(Outcome.Reset, bench.Log<EndEvent>(id).Single().Outcome);
        Assert.Equal(id, Assert.Single(client.Orders.OfType<CloseRunOrder>()).Run);
        // What waits there is a stranger's: no call of the run made or accepted it.
        Assert.Empty(server.Orders.OfType<DestroyOrder>());
        Assert.Contains(id, bench.Finished);
        Assert.Empty(bench.State.Runs);
        Assert.Equal("lab.run-not-open", bench.Ask(new ResetRun(id)).Refusal!.Code);
    }

    [Fact]
    public void Reset_destroys_what_the_run_left_in_TIME_WAIT_and_does_not_wait_long_for_a_silent_agent()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        server.Sees = o => o is CallOrder { Socket: "afd", Call: SocketCall.Close } ? [Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now)] : [];
        string id = bench.Start();
        foreach (string step in (string[])["start", "connect", "close"])
            bench.Ask(new RunStep(id, step));
        client.Silent = _ => true;
        long reset = bench.Begin(new ResetRun(id));
        bench.Pass(TimeSpan.FromSeconds(5));
        Assert.True(bench.Replies[reset].Ok);
        Assert.Equal(ServerEnd, Assert.Single(server.Orders.OfType<DestroyOrder>()).Local.ToString());
    }

    [Fact]
    public void Reset_waits_for_the_last_FIN_and_destroys_the_TIME_WAIT_that_follows()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = WithAgents();
        int looks = 0;
        server.Sees = o =>
            o switch
            {
                CloseRunOrder => [Row(ServerEnd, ClientEnd, null, TcpState.FinWait1, bench.Now)],
                LookOrder when ++looks == 3 => [Row(ServerEnd, ClientEnd, TcpState.FinWait1, TcpState.TimeWait, bench.Now)],
                _ => [],
            };
        string id = bench.Start();
        foreach (string step in (string[])["start", "connect"])
            bench.Ask(new RunStep(id, step));
        looks = 0;
        long reset = bench.Begin(new ResetRun(id));
        Assert.False(bench.Replies.ContainsKey(reset));
        bench.Pass(TimeSpan.FromMilliseconds(20));
        Assert.True(bench.Replies[reset].Ok);
        Assert.Equal(ServerEnd, Assert.Single(server.Orders.OfType<DestroyOrder>()).Local.ToString());
    }

    [Fact]
    public void Runs_that_a_server_left_are_interrupted_and_stay_until_they_are_put_away()
    {
        (LabBench before, _, _) = WithAgents();
        string running = before.Start(),
            completed = before.Start(33333, play: true);
        RunFile[] left = [.. before.Lab.Runs.Select(r => RunFiles.Make(r.Header, r.Log.Events))];
        var bench = new LabBench(null, Rebind());
        bench.Take(new RunsLeft(left));
        OpenRun open = Assert.Single(bench.State.Runs);
        Assert.Equal((running, false), (open.Header.Id, open.Busy));
        Assert.Equal(
            (Outcome.Interrupted, "end.server-ended"),
            (bench.Log<EndEvent>(running).Single().Outcome, bench.Log<EndEvent>(running).Single().Reason!.Code)
        );
        Assert.Equal([completed], bench.Finished);
        Assert.Equal("lab.run-over", bench.Ask(new RunStep(running, "start")).Refusal!.Code);
        bench.Join("client");
        BenchAgent server = bench.Join("server");
        Assert.Empty(server.Welcome!.Runs);
        Assert.Equal(running, bench.Start() is var next ? running : "");
        Assert.Contains(running, bench.Finished);
    }

    [Fact]
    public void An_agent_that_comes_back_as_another_process_interrupts_the_runs_that_use_its_host()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start();
        server.Silent = o => o is CallOrder;
        long step = bench.Begin(new RunStep(id, "start"));
        server.Leave();
        BenchAgent heir = bench.Join("server");
        Assert.True(bench.Replies.ContainsKey(step));
        Assert.Equal((Outcome.Interrupted, "server"), (bench.Log<EndEvent>(id).Single().Outcome, bench.Log<EndEvent>(id).Single().Reason!["host"]));
        Assert.Equal([NoteCodes.AgentLost, NoteCodes.AgentRestarted], bench.Log<NoteEvent>(id).Select(n => n.Code));
        Assert.Contains(heir.Orders, o => o is WatchOrder { Ports: [22222] });
    }

    [Fact]
    public void An_agent_that_dies_during_the_last_look_leaves_no_run_completed()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start();
        foreach (string step in (string[])["start", "connect", "close"])
            bench.Ask(new RunStep(id, step));
        server.Silent = o => o is LookOrder && server.Calls.LastOrDefault() is { Socket: "rfd", Call: SocketCall.Listen };
        bench.Begin(new RunStep(id, "again"));
        server.Leave();
        bench.Join("server");
        Assert.Equal(Outcome.Interrupted, bench.Log<EndEvent>(id).Single().Outcome);
    }

    [Theory]
    [InlineData(true, Outcome.Completed, null)]
    [InlineData(false, Outcome.Interrupted, "end.agent-ended")]
    public void What_is_done_while_an_agent_is_away_counts_only_if_the_same_comes_back(bool same, Outcome outcome, string? why)
    {
        // The client's connect decides: a listener that died with its agent refuses it.
        Scenario deciding = Rebind() with
        {
            Steps =
            [
                Step(
                    "start",
                    new() { Do = ActionKind.Start, Program = "sv" },
                    Call(ActionKind.Socket, "sv", "lfd"),
                    Call(ActionKind.Bind, "sv", "lfd") with
                    {
                        Address = "any",
                    },
                    Call(ActionKind.Listen, "sv", "lfd")
                ),
                Step(
                    "connect",
                    new() { Do = ActionKind.Start, Program = "cl" },
                    Call(ActionKind.Socket, "cl", "cfd"),
                    Call(ActionKind.Connect, "cl", "cfd") with
                    {
                        Address = "server",
                        Decides = true,
                    }
                ),
            ],
        };
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents(deciding);
        string id = bench.Start();
        Assert.True(bench.Ask(new RunStep(id, "start")).Ok);
        server.Leave();
        client.Result = c => c.Call == SocketCall.Connect ? ("ECONNREFUSED", 111, "Connection refused") : null;
        Assert.True(bench.Ask(new RunStep(id, "connect")).Ok);
        Assert.Empty(bench.Log<EndEvent>(id));
        bench.Join("server", instance: same ? server.Instance : null);
        EndEvent end = bench.Log<EndEvent>(id).Single();
        Assert.Equal((outcome, why), (end.Outcome, end.Reason?.Code));
        Assert.Equal(
            [NoteCodes.AgentLost, same ? NoteCodes.AgentBack : NoteCodes.AgentRestarted],
            bench.Log<NoteEvent>(id).Where(n => n.Host == "server").Select(n => n.Code)
        );
    }

    [Fact]
    public void The_same_agent_comes_back_and_what_it_was_told_goes_on()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start();
        server.Silent = o => o is CallOrder { Call: SocketCall.Listen };
        long step = bench.Begin(new RunStep(id, "start"));
        server.Leave();
        BenchAgent again = bench.Join("server", instance: server.Instance);
        Assert.Equal([id], again.Welcome!.Runs);
        bench.Take(
            new AgentReported(again.Connection, new(again.Instance, [new(bench.NextNumber(again.Instance), null, server.Calls.Last().Id, true)]), 1_000_000)
        );
        Assert.Equal("step.agent-silent", bench.Replies[step].Refusal!.Code);
        Assert.Equal([NoteCodes.AgentLost, NoteCodes.AgentBack], bench.Log<NoteEvent>(id).Select(n => n.Code));
    }

    [Theory]
    [InlineData("printer", "join.unknown-role")]
    [InlineData("Not a role", "join.bad-role")]
    [InlineData("server", "join.taken")]
    public void An_agent_that_the_lab_has_no_place_for_is_refused(string role, string code)
    {
        (LabBench bench, _, _) = WithAgents();
        Assert.Equal(code, bench.Join(role, BenchScenarios.Facts(role)).Welcome!.Refused!.Code);
    }

    [Fact]
    public void A_lab_has_the_hosts_that_its_setup_names()
    {
        var bench = new LabBench(new("school", ["left", "right", "router"], "right", 5000), Rebind());
        foreach (string role in (string[])["left", "right", "router"])
            Assert.Null(bench.Join(role).Welcome!.Refused);
        Assert.Equal(["left", "right", "router"], bench.State.Hosts.Select(h => h.Name));
        Assert.Equal("lab.hosts-missing", bench.Ask(new StartRun { Scenario = "rebind" }).Refusal!.Code);
    }

    [Fact]
    public void A_report_is_answered_once_its_events_are_stored_and_what_comes_twice_is_logged_once()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start();
        long held = bench.Effects.OfType<AnswerReport>().Last().Held;
        AgentItem item = new(
            held + 1000,
            new GapEvent
            {
                Source = EvidenceSource.Agent,
                Lost = 7,
                Reason = new("gap.x"),
            }
        );
        Assert.Equal(item.Number, bench.Held(bench.Report(server, [item])));
        Assert.Equal(item.Number, bench.Held(bench.Report(server, [item])));
        Assert.Equal([7L], bench.Log<GapEvent>(id).Where(g => g.Reason.Code == "gap.x").Select(g => g.Lost));
        // Numbers were missing before it.
        Assert.Contains(bench.Log<GapEvent>(id), g => g.Reason.Code == "gap.items-missing");
        Assert.Equal(-1, bench.Held(bench.Report(server, [new(1, new EndEvent { Outcome = Outcome.Completed })])));
    }

    [Fact]
    public void A_source_that_is_not_known_here_is_kept_under_its_own_name()
    {
        var bench = new LabBench(null, Rebind());
        bench.Join("client");
        BenchAgent server = bench.Join("server", Facts("server") with { Sources = [.. SourceFact.All.Select(SourceFact.Has), SourceFact.Has("netlink-next")] });
        Assert.Null(server.Welcome!.Refused);
        string id = bench.Start();
        server.Tell(
            new StateEvent
            {
                Source = "netlink-next",
                T = bench.Now,
                Socket = new(End(ServerEnd), End(ClientEnd)),
                From = null,
                To = TcpState.Established,
            }
        );
        Assert.Equal("netlink-next", Assert.Single(bench.Log<StateEvent>(id)).Source);
    }

    [Fact]
    public void A_row_that_is_told_anew_is_no_new_one_and_what_was_there_before_is_in_the_log()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        bench.Ask(new WatchPorts([22222]));
        server.Tell(Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now));
        bench.Pass(TimeSpan.FromSeconds(1));
        string id = bench.Start();
        SocketEvent before = Assert.Single(bench.Log<SocketEvent>(id));
        Assert.Equal((null, TcpState.TimeWait, -1_000_000_000L), (before.From, before.To, before.T));
        server.Tell(Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now));
        Assert.Equal(TcpState.TimeWait, bench.Log<SocketEvent>(id).Last().From);
        Assert.Empty(bench.State.Sockets);
        bench.Ask(new ResetRun(id));
        Assert.Single(bench.State.Sockets);
    }

    [Fact]
    public void A_defect_of_the_labs_own_is_told_and_nobody_is_left_waiting()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string busy = bench.Start();
        server.Silent = o => o is CallOrder;
        long step = bench.Begin(new RunStep(busy, "start"));
        bench.NewRunId = () => throw new InvalidOperationException("No id.");
        bench.Faults = [];
        bench.Begin(new StartRun { Scenario = "rebind" });
        Assert.Single(bench.Faults);
        Assert.True(bench.Replies.ContainsKey(step));
        Assert.Equal(NoteLevel.Alarm, bench.Log<NoteEvent>(busy).Single(n => n.Code == NoteCodes.LabFault).Level);
        bench.NewRunId = null;
        Assert.True(bench.Ask(new StartRun { Scenario = "rebind" }).Ok);
    }

    [Fact]
    public void A_defect_does_not_take_with_it_what_else_was_to_be_done()
    {
        (LabBench bench, _, _) = WithAgents();
        bool done = false;
        bench.Lab.Soon(() => throw new InvalidOperationException("A defect."));
        bench.Lab.Soon(() => throw new InvalidOperationException("Another."));
        bench.Lab.Soon(() => done = true);
        bench.Faults = [];
        bench.Take(new TimeCame());
        Assert.True(done);
        Assert.Equal(2, bench.Faults.Count);
    }
}
