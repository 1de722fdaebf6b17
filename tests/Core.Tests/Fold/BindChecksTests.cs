using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Tests;

public sealed class BindChecksTests
{
    private static readonly TcpEndpoint Foreign = RunScript.Of("192.168.122.68:11111"),
        Peer = RunScript.Of("192.168.122.177:50001");

    [Theory]
    [InlineData(false, false, BindOutcome.InUse, "BothReuseAddr BothReusePort WaitForTimeWait")]
    [InlineData(true, false, BindOutcome.InUse, "CandidateReuseAddr BothReusePort WaitForTimeWait")]
    [InlineData(false, true, BindOutcome.InUse, "OtherReuseAddr BothReusePort WaitForTimeWait")]
    [InlineData(true, true, BindOutcome.Ok, "")]
    public void Before_the_rebind_begins_its_result_is_told_with_the_options_it_will_have(bool listener, bool rebind, BindOutcome outcome, string remedies)
    {
        BindPreview next = Of(
            new RunScript { ListenerReuseAddr = listener, RebindReuseAddr = rebind }
                .StartListener()
                .Connect()
                .Close()
        ).Next!;
        Assert.Equal((PortCall.Bind, outcome, "rebind", RuleDoubt.None), (next.Verdict.Call, next.Verdict.Outcome, next.Step, next.Doubt));
        Assert.Equal((RunScript.Any, rebind), (next.Candidate.Local, next.Candidate.ReuseAddr));
        Assert.Equal(remedies, string.Join(' ', next.Verdict.Remedies));
    }

    [Fact]
    public void A_step_that_binds_nothing_has_no_preview()
    {
        Assert.Equal(PortCall.Bind, Of(new RunScript()).Next!.Verdict.Call);
        Assert.Null(Of(new RunScript().StartListener()).Next);
    }

    [Fact]
    public void What_the_step_closes_first_is_not_in_the_way_of_binding_again()
    {
        RunVerdict rule = Of(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole());
        Assert.Equal((BindOutcome.Ok, TcpState.TimeWait), (rule.Next!.Verdict.Outcome, Assert.Single(rule.Next.Verdict.Shares).State));
    }

    [Fact]
    public void Listen_is_asked_about_once_bind_has_succeeded()
    {
        RunScript script = new RunScript()
            .Step("start-listener", StepStatus.Started)
            .Call("server", "lfd", "socket", RunScript.Socket, 3, step: "start-listener", index: 0)
            .Call("server", "lfd", "bind", RunScript.Bind(RunScript.Any), step: "start-listener", local: RunScript.Any, index: 1);
        Assert.Equal(PortCall.Listen, Of(script).Next!.Verdict.Call);
    }

    [Fact]
    public void Every_bind_and_listen_of_a_run_is_held_against_the_rule()
    {
        IReadOnlyList<RuleCheck> made = Of(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole()).Made;
        Assert.Equal([PortCall.Bind, PortCall.Listen, PortCall.Bind, PortCall.Listen], made.Select(c => c.Verdict.Call));
        Assert.All(made, c => Assert.Equal((RuleMatch.Same, RuleDoubt.None), (c.Match, c.Doubt)));
    }

    [Theory]
    [InlineData("rfd", "SO_REUSEADDR", 1, true, false, false), InlineData("rfd", "SO_REUSEADDR", 0, false, false, false)]
    [InlineData("rfd", "SO_REUSEPORT", 1, false, true, false), InlineData("rfd", "IPV6_V6ONLY", 1, false, false, true)]
    [InlineData("rfd", "SO_LINGER", 5, false, false, false), InlineData("xfd", "SO_REUSEADDR", 1, false, false, false)]
    public void The_preview_has_the_options_that_the_step_will_set_on_that_socket(
        string socket,
        string option,
        int value,
        bool reuseAddr,
        bool reusePort,
        bool v6Only
    )
    {
        ScenarioAction Make(string name, ActionKind action) =>
            new()
            {
                Do = action,
                Program = "sv",
                Socket = name,
                Address = action == ActionKind.Bind ? AddressNames.Any : null,
            };
        ScenarioStep step = RunScript.Script.Steps[0] with
        {
            Actions =
            [
                Make("xfd", ActionKind.Socket),
                Make("rfd", ActionKind.Socket),
                Make(socket, ActionKind.SetSockOpt) with
                {
                    Option = option,
                    Value = Scalar.Of(value),
                },
                Make("rfd", ActionKind.Bind),
            ],
        };
        BindCandidate next = BindChecks.Judge(new RunScript().Header with { Script = RunScript.Script with { Steps = [step] } }, []).Next!.Candidate;
        Assert.Equal((reuseAddr, reusePort, v6Only), (next.ReuseAddr, next.ReusePort, next.V6Only));
    }

    [Fact]
    public void The_preview_begins_with_the_options_that_an_open_socket_has()
    {
        RunScript script = new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }
            .Step("start-listener", StepStatus.Started)
            .Call("server", "lfd", "socket", RunScript.Socket, 3, index: 0, step: "start-listener")
            .Call("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 1), step: "start-listener")
            .Call("server", "lfd", "setsockopt", new() { Option = SocketOption.Linger, Value = OptionValue.Linger(true, 0) }, step: "start-listener");
        BindCandidate next = Of(script).Next!.Candidate;
        Assert.Equal((false, true), (next.ReuseAddr, next.ReusePort));
    }

    [Theory]
    [InlineData(false, "EADDRINUSE", RuleMatch.Same)]
    [InlineData(true, "EADDRINUSE", RuleMatch.Unknown)]
    [InlineData(true, null, RuleMatch.Unknown)]
    public void A_strangers_socket_with_the_option_unknown_is_certain_only_where_the_candidate_lacks_it(bool reuse, string? errno, RuleMatch match)
    {
        RunScript script = new RunScript { RebindReuseAddr = reuse }
            .Row("server", Foreign, Peer, TcpState.TimeWait, timer: 30)
            .Wait(100);
        RuleCheck check = Assert.Single(Of(script.Rebind(errno: errno)).Made, c => c.Verdict.Call == PortCall.Bind);
        Assert.Equal((match, match == RuleMatch.Unknown ? RuleDoubt.Options : RuleDoubt.None), (check.Match, check.Doubt));
        Assert.Null(check.Verdict.Obstacles[0].Socket.ReuseAddr);
    }

    [Fact]
    public void The_kernel_against_a_certain_rule_is_a_difference()
    {
        RuleCheck check = Of(new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE")).Made[^1];
        Assert.Equal((RuleMatch.Differs, BindOutcome.Ok), (check.Match, check.Verdict.Outcome));
        check = Of(new RunScript().StartListener().Connect().Close().Rebind()).Made.Single(c => c is { Step: "rebind", Verdict.Call: PortCall.Bind });
        Assert.Equal((RuleMatch.Differs, BindOutcome.InUse), (check.Match, check.Verdict.Outcome));
    }

    [Fact]
    public void No_difference_before_the_look_after_the_call()
    {
        RunScript script = new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE");
        IReadOnlyList<RunEvent> log =
        [
            .. script.Events.TakeWhile(e => e is not CallEvent { Errno: not null }),
            script.Events.First(e => e is CallEvent { Errno: not null }),
        ];
        Assert.Equal((RuleMatch.Unknown, RuleDoubt.NotLooked), Last(BindChecks.Judge(script.Header, log)));
        Assert.Equal((RuleMatch.Differs, RuleDoubt.None), Last(BindChecks.Judge(script.Header, log, looked: true)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("EADDRINUSE")]
    public void TIME_WAIT_that_went_between_the_look_before_and_the_look_after_decides_nothing(string? errno)
    {
        RunScript script = new RunScript().StartListener().Connect().Close().Wait(58_000);
        double look = script.Now;
        script.Wait(1).Rebind(errno: errno).Wait(1);
        script.Add(
            new SocketEvent
            {
                Host = "server",
                Source = EvidenceSource.Proc,
                Local = RunScript.ServerEnd,
                Remote = RunScript.ClientEnd,
                From = TcpState.TimeWait,
                To = null,
                After = (long)(look * 1e6),
            },
            0
        );
        RuleCheck check = Of(script).Made.Last(c => c.Verdict.Call == PortCall.Bind);
        Assert.Equal((RuleMatch.Unknown, RuleDoubt.Moved, BindClause.OtherMoved), (check.Match, check.Doubt, check.Verdict.Obstacles[0].Clause));
    }

    [Theory]
    [InlineData(EvidenceSource.Diag), InlineData(EvidenceSource.Trace)]
    public void The_narrower_of_two_sources_decides_when_TIME_WAIT_went(string source)
    {
        RunScript script = new RunScript().StartListener().Connect().Close().Wait(58_000);
        double look = script.Now;
        script
            .Wait(5)
            .Add(
                new StateEvent
                {
                    Host = "server",
                    Source = source,
                    Socket = new(RunScript.ServerEnd, RunScript.ClientEnd),
                    From = TcpState.TimeWait,
                    To = null,
                    After = source == EvidenceSource.Diag ? (long)(look * 1e6) : null,
                },
                1
            )
            .Rebind()
            .Wait(1);
        script.Add(
            new SocketEvent
            {
                Host = "server",
                Source = EvidenceSource.Proc,
                Local = RunScript.ServerEnd,
                Remote = RunScript.ClientEnd,
                From = TcpState.TimeWait,
                To = null,
                After = (long)(look * 1e6),
            },
            0
        );
        Assert.Equal((RuleMatch.Same, RuleDoubt.None), Last(Of(script)));
        Assert.Empty(Of(script).Made[^1].Verdict.Obstacles);
    }

    [Fact]
    public void TIME_WAIT_that_is_over_by_its_timer_and_was_not_seen_since_may_be_gone()
    {
        RuleCheck check = Of(new RunScript().StartListener().Connect().Close().Wait(61_000).Rebind()).Made.Last(c => c.Verdict.Call == PortCall.Bind);
        Assert.Equal((RuleMatch.Unknown, RuleDoubt.Moved), (check.Match, check.Doubt));
    }

    [Fact]
    public void A_bound_socket_that_does_not_listen_is_in_the_way_and_its_options_are_unknown()
    {
        RunScript script = new RunScript().Add(Bound(77, TcpState.BoundInactive), 1).StartListener();
        RuleCheck bind = Of(script).Made[0];
        Assert.Equal(
            (RuleMatch.Differs, TcpState.BoundInactive, 77ul),
            (bind.Match, bind.Verdict.Obstacles[0].Socket.State, bind.Verdict.Obstacles[0].Socket.Inode)
        );
        script = new RunScript().Add(Bound(77, TcpState.BoundInactive), 1).Add(Bound(77, null) with { After = 0 }, 1).StartListener();
        Assert.All(Of(script).Made, c => Assert.Equal(RuleMatch.Same, c.Match));
    }

    [Fact]
    public void The_runs_own_bound_socket_is_told_from_others_by_its_inode()
    {
        foreach (ulong inode in (ulong[])[77, 78])
        {
            var script = new RunScript();
            script
                .Add(
                    new CallEvent
                    {
                        Host = "server",
                        Source = EvidenceSource.Call,
                        Socket = "lfd",
                        Call = "socket",
                        Args = RunScript.Socket,
                        Result = 3,
                        Inode = 77,
                    },
                    1
                )
                .Call("server", "lfd", "bind", RunScript.Bind(RunScript.Any), local: RunScript.Any)
                .Add(Bound(inode, TcpState.BoundInactive), 1)
                .Call("server", "lfd", "listen", RunScript.Listen)
                .Step("x", StepStatus.Done);
            Assert.Equal(inode == 77 ? BindOutcome.Ok : BindOutcome.InUse, Of(script).Made[^1].Verdict.Outcome);
        }
    }

    [Fact]
    public void Without_sock_diag_an_unseen_bound_socket_may_explain_what_the_rule_cannot()
    {
        RunScript script = new RunScript()
            .Step("start-listener", StepStatus.Started)
            .Call("server", "lfd", "socket", RunScript.Socket, 3)
            .Call("server", "lfd", "bind", RunScript.Bind(RunScript.Any), errno: "EADDRINUSE")
            .Step("x", StepStatus.Failed);
        Assert.Equal((RuleMatch.Differs, RuleDoubt.None), Last(Of(script)));
        RunHeader blind = script.Header with { Hosts = [.. script.Header.Hosts.Select(h => h with { Sources = [SourceFact.Has(SourceFact.Proc)] })] };
        Assert.Equal((RuleMatch.Unknown, RuleDoubt.BoundUnseen), Last(BindChecks.Judge(blind, script.Events)));
        script.Wait(1);
        RunScript lost = new RunScript().Add(
            new GapEvent
            {
                Host = "server",
                Source = EvidenceSource.Agent,
                Lost = 1,
                Reason = new("test"),
            },
            1
        );
        foreach (RunEvent e in script.Events)
            lost.Add(e, 1);
        Assert.Equal((RuleMatch.Unknown, RuleDoubt.Lost), Last(Of(lost)));
    }

    [Theory]
    [InlineData("EACCES"), InlineData("EADDRNOTAVAIL"), InlineData("EINVAL")]
    public void Other_errors_are_outside_the_rule(string errno) =>
        Assert.Equal((RuleMatch.Outside, RuleDoubt.None), Last(Of(new RunScript().Rebind(errno: errno))));

    [Fact]
    public void A_connection_that_nobody_accepted_has_its_listeners_options()
    {
        RunScript script = new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.StartListener();
        script
            .Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.Established)
            .Wait(500)
            .Call("server", "lfd", "close", RunScript.Fd(118))
            .Row("server", RunScript.Any, RunScript.Nobody, null)
            .Wait(500)
            .Rebind();
        RuleCheck check = Of(script).Made[^1];
        Assert.Equal((RuleMatch.Same, true), (check.Match, Assert.Single(check.Verdict.Shares).ReuseAddr));
    }

    [Fact]
    public void An_option_set_on_the_listener_while_the_handshake_went_on_is_unknown_for_the_child()
    {
        RunScript script = new RunScript().StartListener().Wait(100);
        script
            .Call("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 1))
            .Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.Established, 2)
            .Wait(50)
            .Call("server", "lfd", "accept4", RunScript.Fd(118), 120, local: RunScript.ServerEnd, remote: RunScript.ClientEnd, accepted: "afd")
            .Call("server", "lfd", "close", RunScript.Fd(118))
            .Row("server", RunScript.Any, RunScript.Nobody, null)
            .Wait(50)
            .Rebind(errno: "EADDRINUSE");
        Assert.Null(Of(script).Made[^1].Verdict.Obstacles[0].Socket.ReuseAddr);
    }

    private static StateEvent Bound(ulong inode, TcpState? to) =>
        new()
        {
            Host = "server",
            Source = EvidenceSource.Diag,
            Socket = new(RunScript.Any, RunScript.Nobody),
            From = to is null ? TcpState.BoundInactive : null,
            To = to,
            Uid = 1000,
            Inode = inode,
        };

    private static (RuleMatch, RuleDoubt) Last(RunVerdict rule) => (rule.Made[^1].Match, rule.Made[^1].Doubt);

    private static RunVerdict Of(RunScript script) => BindChecks.Judge(script.Header, script.Events);
}
