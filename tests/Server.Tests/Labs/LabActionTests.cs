using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>Every kind of action: what is ordered for it, and what it means for its step.</summary>
public sealed class LabActionTests
{
    private static readonly ScenarioAction Started = new() { Do = ActionKind.Start, Program = "sv" },
        Client = new() { Do = ActionKind.Start, Program = "cl" };

    private static (LabBench Bench, BenchAgent Client, BenchAgent Server, string Run) Lab(params ScenarioAction[] actions)
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents(One(actions));
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        return (bench, client, server, bench.Start(scenario: "one"));
    }

    [Fact]
    public void A_call_has_the_arguments_that_the_scenario_gives_it()
    {
        (LabBench bench, BenchAgent client, BenchAgent server, string run) = Lab(
            Started,
            Call(ActionKind.Socket, "sv", "s") with
            {
                V6 = true,
            },
            Call(ActionKind.SetSockOpt, "sv", "s") with
            {
                Option = "SO_LINGER",
                Value = Scalar.Of(3),
            },
            Call(ActionKind.SetSockOpt, "sv", "s") with
            {
                Option = "SO_RCVTIMEO",
                Value = Scalar.Of(1500),
            },
            Call(ActionKind.SetSockOpt, "sv", "s") with
            {
                Option = "SO_REUSEADDR",
                Value = Scalar.Of(true),
            },
            Call(ActionKind.GetSockOpt, "sv", "s") with
            {
                Option = "6/99",
            },
            Call(ActionKind.Bind, "sv", "s") with
            {
                Address = "any6",
                Port = "0",
            },
            Call(ActionKind.Listen, "sv", "s") with
            {
                Backlog = Scalar.Of(7),
            },
            Call(ActionKind.Send, "sv", "s") with
            {
                Text = "reuse {reuse}",
                DontWait = true,
            },
            Call(ActionKind.Write, "sv", "s") with
            {
                Length = Scalar.Of(10_000),
                LimitMs = 77,
            },
            Call(ActionKind.Shutdown, "sv", "s") with
            {
                How = "SHUT_WR",
            },
            Client,
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
            }
        );
        Assert.True(bench.Ask(new RunStep(run, "do")).Ok);
        CallOrder[] calls = [.. server.Calls];
        Assert.Equal(SocketFamily.Inet6, calls[0].Family);
        Assert.Equal(OptionValue.Linger(true, 3), calls[1].Value);
        Assert.Equal(OptionValue.Timeval(1500), calls[2].Value);
        Assert.Equal((SocketOption.ReuseAddr, OptionValue.Of(1)), (calls[3].Option!.Value, calls[3].Value));
        Assert.Equal((new SocketOption(6, 99), null), (calls[4].Option!.Value, calls[4].Value));
        Assert.Equal("[::]:0", calls[5].Address.ToString());
        Assert.Equal(7, calls[6].Backlog);
        Assert.Equal(("reuse 0", true), (System.Text.Encoding.UTF8.GetString(calls[7].Octets!), calls[7].DontWait));
        Assert.Equal((10_000, 77), (calls[8].Length, calls[8].TimeoutMs));
        Assert.Equal(ShutdownHow.Write, calls[9].How);
        Assert.Equal("192.168.122.68:22222", client.Calls.Single().Address.ToString());
    }

    [Fact]
    public void An_address_that_no_host_has_fails_the_step_without_an_order()
    {
        (LabBench bench, _, BenchAgent server, string run) = Lab(Started, Call(ActionKind.Bind, "sv", "s") with { Address = "server.v6" });
        Assert.Equal("step.no-address", bench.Ask(new RunStep(run, "do")).Refusal!.Code);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public void A_call_that_is_left_waiting_lets_the_next_go_on_and_what_it_returns_is_waited_for()
    {
        (LabBench bench, BenchAgent client, BenchAgent server, string run) = Lab(
            Client,
            Call(ActionKind.Socket, "cl", "c"),
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
                Background = true,
                Prints = "connected",
            },
            Started,
            Call(ActionKind.Socket, "sv", "s"),
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Return,
                Socket = "c",
                LimitMs = 5000,
            }
        );
        long step = bench.Begin(new RunStep(run, "do"));
        CallOrder connect = client.Calls.Last();
        Assert.True(connect.Background);
        Assert.Equal(["socket", "socket"], bench.Log<CallEvent>(run).Select(c => c.Call));
        Assert.Contains(bench.Log<ActionEvent>(run), a => a.Index == 2);
        Assert.False(bench.Replies.ContainsKey(step));
        client.Return(connect);
        Assert.True(bench.Replies[step].Ok);
        CallEvent made = bench.Log<CallEvent>(run).Last();
        Assert.Equal(("connect", "do", 1, 2), (made.Call, made.Step, made.Attempt, made.Index));
        Assert.Equal("connected", Assert.Single(bench.Log<OutputEvent>(run)).Text);
    }

    [Theory]
    [InlineData(false, "step.")]
    [InlineData(true, null)]
    public void The_failure_of_a_call_that_was_left_waiting_counts_where_its_return_is_waited_for(bool decides, string? code)
    {
        (LabBench bench, BenchAgent client, _, string run) = Lab(
            Client,
            Call(ActionKind.Socket, "cl", "c"),
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
                Background = true,
                Decides = decides,
            },
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Return,
                Socket = "c",
                LimitMs = 5000,
            },
            Call(ActionKind.Close, "cl", "c")
        );
        client.Result = c => c.Call == SocketCall.Connect ? ("ECONNREFUSED", 111, "Connection refused") : null;
        long step = bench.Begin(new RunStep(run, "do"));
        client.Return(client.Calls.Last());
        Assert.Equal(code is null, bench.Replies[step].Ok);
        Assert.StartsWith(code ?? "", bench.Replies[step].Refusal?.Code ?? "");
        Assert.Contains(bench.Log<ProgramEvent>(run), p => p is { Program: "cl", Change: ProgramChange.Exited });
        Assert.DoesNotContain(client.Calls, c => c.Call == SocketCall.Close);
    }

    [Theory]
    [InlineData(OnError.Exit, null, true)]
    [InlineData(OnError.Continue, null, false)]
    [InlineData(OnError.Exit, "remark.no-reply", true)]
    [InlineData(OnError.Exit, "remark.ended-with-program", false)]
    public void The_failure_of_a_call_that_nobody_waits_for_ends_its_program_and_not_the_step(OnError onError, string? remark, bool ends)
    {
        (LabBench bench, BenchAgent client, BenchAgent server, string run) = Lab(
            Client,
            Call(ActionKind.Socket, "cl", "c"),
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
                Background = true,
                OnError = onError,
            },
            Started,
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Time,
                LimitMs = 1000,
            },
            Call(ActionKind.Socket, "sv", "s")
        );
        client.Result = c => c.Call == SocketCall.Connect ? ("ECONNREFUSED", 111, "Connection refused") : null;
        client.Shape = (_, call) => call.Call == "connect" && remark is not null ? call with { Remark = new(remark) } : call;
        long step = bench.Begin(new RunStep(run, "do"));
        client.Return(client.Calls.Last());
        Assert.Equal(ends ? ["cl"] : [], client.Orders.OfType<EndProgramOrder>().Select(o => o.Program));
        Assert.Equal(ends ? ["sv"] : ["cl", "sv"], bench.Run(run).Progress.Facts.RunningPrograms.Keys.Order());
        bench.Pass(TimeSpan.FromSeconds(1));
        Assert.True(bench.Replies[step].Ok);
        Assert.Equal(SocketCall.Socket, server.Calls.Last().Call);
    }

    [Fact]
    public void The_end_of_a_run_ends_no_program_a_second_time_for_the_calls_it_cuts_short()
    {
        (LabBench bench, BenchAgent client, _, string run) = Lab(
            Client,
            Call(ActionKind.Socket, "cl", "c"),
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
                Background = true,
            }
        );
        client.Result = c => c.Call == SocketCall.Connect ? ("ECONNABORTED", 103, "Software caused connection abort") : null;
        Assert.True(bench.Ask(new RunStep(run, "do")).Ok);
        bench.Begin(new ResetRun(run));
        client.Return(client.Calls.Last());
        Assert.Empty(client.Orders.OfType<EndProgramOrder>());
    }

    [Fact]
    public void A_return_that_does_not_come_within_the_limit_fails_the_step()
    {
        (LabBench bench, BenchAgent client, _, string run) = Lab(
            Client,
            Call(ActionKind.Socket, "cl", "c"),
            Call(ActionKind.Connect, "cl", "c") with
            {
                Address = "server",
                Background = true,
            },
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Return,
                Socket = "c",
                LimitMs = 2000,
            }
        );
        long step = bench.Begin(new RunStep(run, "do"));
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal("step.wait-return", bench.Replies[step].Refusal!.Code);
        Assert.Contains(bench.Log<ActionEvent>(run), a => a is { Index: 3, Done: false });
        Assert.Equal("cl", client.Orders.OfType<EndProgramOrder>().Single().Program);
    }

    [Fact]
    public void A_state_is_waited_for_on_its_host_and_so_is_its_end()
    {
        (LabBench bench, BenchAgent client, BenchAgent server, string run) = Lab(
            Started,
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.State,
                Host = "server",
                State = "TIME-WAIT",
                LimitMs = 3000,
            },
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Gone,
                Host = "server",
                State = "TIME-WAIT",
                LimitMs = 70_000,
            },
            Call(ActionKind.Socket, "sv", "s")
        );
        long step = bench.Begin(new RunStep(run, "do"));
        client.Tell(Row(ClientEnd, ServerEnd, null, TcpState.TimeWait, bench.Now));
        server.Tell(Row("192.168.122.68:9", "192.168.122.177:40000", null, TcpState.TimeWait, bench.Now));
        Assert.Single(bench.Log<ActionEvent>(run));
        server.Tell(Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now));
        Assert.Equal(2, bench.Log<ActionEvent>(run).Count());
        bench.Pass(TimeSpan.FromSeconds(60));
        Assert.Empty(server.Calls);
        server.Tell(Row(ServerEnd, ClientEnd, TcpState.TimeWait, null, bench.Now));
        Assert.True(bench.Replies[step].Ok);
    }

    [Fact]
    public void The_end_of_TIME_WAIT_that_a_step_waits_for_can_be_brought_about()
    {
        (LabBench bench, _, BenchAgent server, string run) = Lab(
            Started,
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Gone,
                Host = "server",
                State = "TIME-WAIT",
                LimitMs = 70_000,
            },
            Call(ActionKind.Socket, "sv", "s")
        );
        server.Tell(Row(ServerEnd, ClientEnd, null, TcpState.TimeWait, bench.Now));
        long step = bench.Begin(new RunStep(run, "do"));
        Assert.Empty(server.Calls);
        Assert.True(bench.Ask(new SkipWait(run)).Ok);
        Assert.Single(server.Orders.OfType<DestroyOrder>());
        Assert.True(bench.Replies[step].Ok);
    }

    [Fact]
    public void A_state_that_only_sock_diag_tells_is_one_too()
    {
        (LabBench bench, _, BenchAgent server, string run) = Lab(
            new ScenarioAction
            {
                Do = ActionKind.Wait,
                For = WaitFor.State,
                Host = "server",
                State = "BOUND",
                LimitMs = 3000,
            }
        );
        long step = bench.Begin(new RunStep(run, "do"));
        server.Tell(
            new StateEvent
            {
                Source = EvidenceSource.Diag,
                T = bench.Now,
                Socket = new(End("0.0.0.0:22222"), End("0.0.0.0:0")),
                From = null,
                To = TcpState.BoundInactive,
                Inode = 9,
            }
        );
        Assert.True(bench.Replies[step].Ok);
    }

    [Fact]
    public void A_segment_is_waited_for_since_the_attempt_began()
    {
        (LabBench bench, _, BenchAgent server, string run) = Lab(
            new ScenarioAction
            {
                Do = ActionKind.Wait,
                For = WaitFor.Segment,
                Host = "server",
                Flags = "FIN,!RST",
                LimitMs = 3000,
            }
        );
        server.Tell(Segment(ServerEnd, ClientEnd, "FIN,ACK", bench.Now, true));
        long step = bench.Begin(new RunStep(run, "do"));
        Assert.False(bench.Replies.ContainsKey(step));
        server.Tell(Segment(ServerEnd, ClientEnd, "RST,FIN", bench.Now, true), Segment(ServerEnd, ClientEnd, "ACK", bench.Now, true));
        Assert.False(bench.Replies.ContainsKey(step));
        server.Tell(Segment(ServerEnd, ClientEnd, "FIN,ACK", bench.Now, true));
        Assert.True(bench.Replies[step].Ok);
    }

    [Fact]
    public void A_wait_that_comes_to_its_limit_fails_and_a_wait_for_time_does_not()
    {
        (LabBench bench, _, _, string run) = Lab(
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.Time,
                LimitMs = 1500,
            },
            new()
            {
                Do = ActionKind.Wait,
                For = WaitFor.State,
                Host = "server",
                State = "LISTEN",
                LimitMs = 500,
            }
        );
        long step = bench.Begin(new RunStep(run, "do"));
        bench.Pass(TimeSpan.FromMilliseconds(1499));
        Assert.Empty(bench.Log<ActionEvent>(run));
        bench.Pass(TimeSpan.FromMilliseconds(501));
        Assert.Equal("step.wait-state", bench.Replies[step].Refusal!.Code);
        Assert.Equal([true, false], bench.Log<ActionEvent>(run).Select(a => a.Done));
    }

    [Fact]
    public void The_environment_is_ordered_and_what_the_kernel_refuses_fails_the_step()
    {
        (LabBench bench, BenchAgent client, BenchAgent server, string run) = Lab(
            new()
            {
                Do = ActionKind.Sysctl,
                Host = "server",
                Name = "net.ipv4.tcp_fin_timeout",
                Value = Scalar.Of("{reuse}"),
            },
            new()
            {
                Do = ActionKind.Drop,
                Host = "client",
                Name = "cut",
                Direction = "in",
                Flags = "ACK,!SYN",
                Count = 1,
            },
            new()
            {
                Do = ActionKind.Delay,
                Host = "server",
                Name = "slow",
                DelayMs = 50,
            },
            new()
            {
                Do = ActionKind.Pass,
                Host = "client",
                Name = "cut",
            }
        );
        server.Refuses = o => o is FilterOrder { What: "delay" } ? Message.Of("agent.no-netem") : null;
        Assert.Equal("agent.no-netem", bench.Ask(new RunStep(run, "do")).Refusal!.Code);
        Assert.Equal("0", server.Orders.OfType<SysctlOrder>().Single().Value);
        FilterOrder drop = client.Orders.OfType<FilterOrder>().Single();
        Assert.Equal(
            ("cut", "drop", true, 22222, TcpFlags.Ack, TcpFlags.Syn, 1),
            (drop.Name, drop.What, drop.Inbound, drop.Port, drop.Set, drop.Unset, drop.Count)
        );
        Assert.Equal(2, bench.Log<EnvironmentEvent>(run).Count());
        Assert.Equal([true, true, false], bench.Log<ActionEvent>(run).Select(a => a.Done));
    }

    [Fact]
    public void A_program_forks_and_is_killed_and_its_child_lives_on()
    {
        (LabBench bench, _, BenchAgent server, string run) = Lab(
            Started,
            Call(ActionKind.Socket, "sv", "lfd"),
            new()
            {
                Do = ActionKind.Fork,
                Program = "sv",
                Child = "child",
                Keeps = ["lfd"],
            },
            new() { Do = ActionKind.Kill, Program = "sv" }
        );
        Assert.True(bench.Ask(new RunStep(run, "do")).Ok);
        Assert.Equal("child", server.Orders.OfType<ForkOrder>().Single().Child);
        Assert.True(server.Orders.OfType<EndProgramOrder>().Single().Kill);
        Assert.Equal(["child"], bench.Run(run).Progress.Facts.RunningPrograms.Keys);
        Assert.Equal(run, server.Orders.OfType<ForkOrder>().Single().Run);
    }

    [Fact]
    public void A_stranger_that_connects_first_is_named_reset_and_not_taken_for_the_lessons_connection()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        const string stranger = "192.168.122.177:50000";
        client.Connected = (ClientEnd, ServerEnd);
        int accepts = 0;
        server.Shape = (order, call) =>
            order.Call == SocketCall.Accept4 ? call with { Local = End(ServerEnd), Remote = End(accepts++ == 0 ? stranger : ClientEnd) } : call;
        client.Sees = o => o is LookOrder ? [Row(stranger, ServerEnd, null, TcpState.Established, bench.Now, inode: 77)] : [];
        string run = bench.Start();
        bench.Ask(new RunStep(run, "start"));
        Assert.True(bench.Ask(new RunStep(run, "connect")).Ok);
        Assert.Equal(stranger, Assert.Single(bench.Log<NoteEvent>(run), n => n.Code == NoteCodes.Stranger).Message["peer"]);
        Assert.Equal(
            ["accept4", "setsockopt", "close", "accept4"],
            bench.Log<CallEvent>(run).Where(c => c.Host == "server" && c.Step == "connect").Select(c => c.Call)
        );
        Assert.Equal(
            (SocketOption.Linger, OptionValue.Linger(true, 0)),
            server.Orders.OfType<CallOrder>().Where(o => o.Call == SocketCall.SetSockOpt).Select(o => (o.Option!.Value, o.Value!)).Single()
        );
        Assert.Equal("accept", Assert.Single(bench.Log<OutputEvent>(run)).Text);
    }
}
