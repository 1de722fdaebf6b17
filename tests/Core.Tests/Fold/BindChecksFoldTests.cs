using System.Text.Json;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using Xunit;

namespace ReuseAddrDashboard.Tests;

public sealed class BindChecksFoldTests
{
    private static readonly TcpEndpoint Second = RunScript.Of("192.168.122.69:11111");

    [Theory]
    [InlineData(false, false), InlineData(true, true), InlineData(true, false)]
    public void Asked_after_every_event_it_ends_as_asked_once(bool listener, bool rebind)
    {
        RunScript script = new RunScript { ListenerReuseAddr = listener, RebindReuseAddr = rebind }
            .Whole()
            .BindAgain(2, 4, ends: false);
        Same(script.Header, script.Events);
    }

    [Fact]
    public void Asked_after_every_event_of_real_runs_it_ends_as_asked_once()
    {
        foreach (string name in RealRuns.All)
        {
            RunFile run = RealRuns.Read(name);
            Same(RunFiles.HeaderOf(run), run.Events);
        }
    }

    [Fact]
    public void Hosts_that_share_a_namespace_are_in_each_others_way()
    {
        RunScript script = new RunScript { Shared = true }
            .StartListener()
            .Call("client", "cfd", "socket", RunScript.Socket)
            .Call("client", "cfd", "bind", RunScript.Bind(RunScript.Of("127.0.0.2:11111")), errno: "EADDRINUSE")
            .Step("x", StepStatus.Done);
        RuleCheck check = Checks(script)[^1];
        Assert.Equal((RuleMatch.Same, "client", "lfd"), (check.Match, check.Host, Assert.Single(check.Occupants).Name));
        Assert.Equal(false, check.Verdict.Obstacles[0].Socket.ReuseAddr);
    }

    [Fact]
    public void Another_port_and_another_address_are_not_in_the_way()
    {
        RunScript script = new RunScript().StartListener();
        RunHeader header = script.Header with
        {
            Ports = new Dictionary<string, int> { ["main"] = 11111, ["other"] = 11112 },
        };
        script
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "bind", RunScript.Bind(RunScript.Of("0.0.0.0:11112")), RunScript.Of("0.0.0.0:11112"))
            .Step("x", StepStatus.Done);
        RuleCheck check = BindChecks.Judge(header, script.Events).Made[^1];
        Assert.Equal((RuleMatch.Same, BindOutcome.Ok, 11112), (check.Match, check.Verdict.Outcome, (int)check.Candidate.Local.Port));

        script = Listener(RunScript.ServerEnd)
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "bind", RunScript.Bind(Second), Second)
            .Step("x", StepStatus.Done);
        Assert.Equal((RuleMatch.Same, BindOutcome.Ok), (Checks(script)[^1].Match, Checks(script)[^1].Verdict.Outcome));
    }

    [Fact]
    public void A_program_that_ends_closes_its_sockets_and_a_forked_child_keeps_them()
    {
        RunScript script = new RunScript().StartListener();
        script
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Program = "sv",
                    Change = ProgramChange.Forked,
                    Child = "child",
                    Sockets = ["lfd"],
                },
                1
            )
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Program = "sv",
                    Change = ProgramChange.Killed,
                    Sockets = ["lfd"],
                },
                1
            );
        RuleCheck check = Checks(script.Rebind(errno: "EADDRINUSE"))[^1];
        Assert.Equal((RuleMatch.Same, "child", TcpState.Listen), (check.Match, check.Occupants[0].Program, check.Verdict.Obstacles[0].Socket.State));
        script
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Program = "child",
                    Change = ProgramChange.Exited,
                    Sockets = ["lfd"],
                },
                1
            )
            .Row("server", RunScript.Any, RunScript.Nobody, null)
            .Wait(100);
        check = Checks(script.Rebind(2)).Last(c => c.Verdict.Call == PortCall.Bind);
        Assert.Equal((RuleMatch.Same, BindOutcome.Ok), (check.Match, check.Verdict.Outcome));
    }

    [Fact]
    public void What_a_child_keeps_stays_when_the_program_that_made_it_ends()
    {
        RunScript script = new RunScript().StartListener();
        script
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Program = "sv",
                    Change = ProgramChange.Forked,
                    Child = "child",
                    Sockets = ["lfd"],
                },
                1
            )
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Program = "sv",
                    Change = ProgramChange.Exited,
                    Sockets = ["lfd"],
                },
                1
            );
        script.Rebind(errno: "EADDRINUSE");
        RuleCheck check = BindChecks
            .Judge(script.Header, [.. script.Events.Select(e => e is CallEvent call ? call with { Program = call.Socket == "rfd" ? "sv2" : "sv" } : e)])
            .Made[^1];
        Assert.Equal((RuleMatch.Same, BindOutcome.InUse, "child"), (check.Match, check.Verdict.Outcome, check.Occupants[0].Program));
    }

    [Fact]
    public void A_program_of_another_user_has_that_users_sockets()
    {
        RunScript script = Listener(RunScript.Any, SocketOption.ReusePort);
        RunHeader header = script.Header;
        header = header with { Script = header.Script with { Programs = [.. header.Script.Programs.Select(p => p.Id == "sv2" ? p with { Uid = 65534 } : p)] } };
        script
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 1))
            .Call("server", "rfd", "bind", RunScript.Bind(RunScript.Any), errno: "EADDRINUSE")
            .Step("x", StepStatus.Done);
        RuleCheck check = BindChecks.Judge(header, script.Events).Made[^1];
        Assert.Equal((RuleMatch.Same, BindClause.OtherUser, 65534u), (check.Match, check.Verdict.Obstacles[0].Clause, check.Candidate.Uid));
    }

    [Fact]
    public void SO_REUSEPORT_switched_off_after_bind_is_remembered_by_the_bucket()
    {
        RunScript script = Listener(RunScript.Any, SocketOption.ReusePort)
            .Own("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 0))
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 1))
            .Own("server", "rfd", "bind", RunScript.Bind(RunScript.Any), RunScript.Any)
            .Step("x", StepStatus.Done);
        RuleCheck check = Checks(script)[^1];
        Assert.Equal((RuleMatch.Same, BindOutcome.Ok, 1), (check.Match, check.Verdict.Outcome, check.Verdict.Remembered.Count));
        Assert.Contains("verdict.share.remembered", VerdictMessages.Words(check).Why.Select(m => m.Code));
    }

    [Fact]
    public void SO_REUSEADDR_switched_off_after_bind_is_remembered_before_6_8_alone()
    {
        RunScript script = new RunScript()
            .Own("server", "lfd", "socket", RunScript.Socket)
            .Own("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 1))
            .Own("server", "lfd", "bind", RunScript.Bind(RunScript.Any), RunScript.Any)
            .Own("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 0))
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 1))
            .Call("server", "rfd", "bind", RunScript.Bind(RunScript.Any), errno: "EADDRINUSE")
            .Step("x", StepStatus.Done);
        foreach (
            (string kernel, BindOutcome outcome) in ((string, BindOutcome)[])
                [
                    ("6.18.44", BindOutcome.InUse),
                    ("6.1.140-1", BindOutcome.Ok),
                    ("5.14.0-427.el9.x86_64", BindOutcome.Unknown),
                    ("unknown", BindOutcome.Unknown),
                ]
        )
        {
            RunHeader header = script.Header with { Hosts = [.. script.Header.Hosts.Select(h => h with { Kernel = kernel })] };
            Assert.Equal((kernel, outcome), (kernel, BindChecks.Judge(header, script.Events).Made[^1].Verdict.Outcome));
        }
    }

    [Fact]
    public void IPV6_V6ONLY_that_sock_diag_tells_is_known()
    {
        foreach (bool? v6Only in (bool?[])[null, false, true])
        {
            RunScript script = new RunScript().Add(
                new StateEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Diag,
                    Socket = new(RunScript.Of("[::]:11111"), RunScript.Of("[::]:0")),
                    To = TcpState.Listen,
                    Inode = 9,
                    V6Only = v6Only,
                },
                100
            );
            BindPreview next = BindChecks.Judge(script.Header, script.Events).Next!;
            Assert.Equal(
                v6Only switch
                {
                    null => BindOutcome.Unknown,
                    true => BindOutcome.Ok,
                    _ => BindOutcome.InUse,
                },
                next.Verdict.Outcome
            );
        }
        RunScript one = new RunScript().Add(
            new StateEvent
            {
                Host = "server",
                Source = EvidenceSource.Diag,
                Socket = new(RunScript.Of("[::1]:11111"), RunScript.Of("[::]:0")),
                To = TcpState.Listen,
                Inode = 9,
            },
            100
        );
        Assert.Equal(BindOutcome.Ok, BindChecks.Judge(one.Header, one.Events).Next!.Verdict.Outcome);
    }

    [Fact]
    public void A_listener_of_the_runs_that_no_table_shows_yet_is_in_the_way()
    {
        RunScript script = Listener(RunScript.Any)
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Call("server", "rfd", "bind", RunScript.Bind(RunScript.Any), errno: "EADDRINUSE")
            .Step("x", StepStatus.Done);
        Assert.Equal((RuleMatch.Same, BindClause.OtherListens), (Checks(script)[^1].Match, Checks(script)[^1].Verdict.Obstacles[0].Clause));
        script = Listener(RunScript.Any)
            .Own("server", "lfd", "shutdown", new() { Fd = 118, How = ShutdownHow.Both })
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Call("server", "rfd", "bind", RunScript.Bind(RunScript.Any), errno: "EADDRINUSE")
            .Step("x", StepStatus.Done);
        Assert.Equal((RuleMatch.Same, TcpState.BoundInactive), (Checks(script)[^1].Match, Checks(script)[^1].Verdict.Obstacles[0].Socket.State));
    }

    [Fact]
    public void An_event_costs_the_same_however_many_sockets_have_come_and_gone()
    {
        RunScript script = new RunScript().StartListener();
        var fold = new BindChecksFold(script.Header);
        var progress = new ProgressFold(script.Header);
        foreach (RunEvent e in script.Events)
            fold.Append(e);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long first = 0,
            t = 10_000_000_000;
        for (int i = 0; i < 20_000; i++)
        {
            var peer = TcpEndpoint.V4(0x0a000001, (ushort)(10_000 + i % 50_000));
            t += 50_000_000;
            fold.Append(
                new SocketEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Proc,
                    Local = RunScript.ServerEnd,
                    Remote = peer,
                    To = TcpState.Established,
                    T = t,
                    After = t - 10_000_000,
                    Raw = "",
                    Inode = (ulong)i + 1000,
                }
            );
            fold.Append(
                new SocketEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Proc,
                    Local = RunScript.ServerEnd,
                    Remote = peer,
                    From = TcpState.Established,
                    To = null,
                    T = t + 20_000_000,
                    After = t + 10_000_000,
                    Raw = null,
                }
            );
            _ = fold.Verdict(progress.Progress);
            if (i == 9_999)
                first = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        long second = GC.GetAllocatedBytesForCurrentThread() - before - first;
        Assert.True(second < first * 1.2, $"{first} octets for the first half, {second} for the second");
    }

    private static RunScript Listener(TcpEndpoint at, SocketOption? option = null)
    {
        RunScript script = new RunScript().Own("server", "lfd", "socket", RunScript.Socket);
        if (option is { } set)
            script.Own("server", "lfd", "setsockopt", RunScript.Set(set, 1));
        return script.Own("server", "lfd", "bind", RunScript.Bind(at), at).Own("server", "lfd", "listen", RunScript.Listen);
    }

    private static IReadOnlyList<RuleCheck> Checks(RunScript script) => BindChecks.Judge(script.Header, script.Events).Made;

    private static void Same(RunHeader header, IReadOnlyList<RunEvent> events)
    {
        var fold = new BindChecksFold(header);
        var progress = new ProgressFold(header);
        RunVerdict last = new(null, []);
        foreach (RunEvent e in events)
        {
            fold.Append(e);
            progress.Append(e);
            last = fold.Verdict(progress.Progress);
        }
        RunVerdict once = BindChecks.Judge(header, events);
        Assert.NotEmpty(once.Made);
        Assert.Equal(JsonSerializer.Serialize(once), JsonSerializer.Serialize(last));
    }
}
