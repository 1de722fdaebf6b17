using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Tests;

public sealed class VerdictMessagesTests
{
    private static readonly TcpEndpoint Peer = RunScript.Of("192.168.122.177:50001");

    [Fact]
    public void Over_TIME_WAIT_it_names_the_socket_whose_it_is_who_lacks_the_option_and_what_is_left()
    {
        VerdictWords words = Last(new RunScript().StartListener().Connect().Close().Rebind(errno: "EADDRINUSE"));
        Assert.Equal("EADDRINUSE", Text(words.Result));
        Assert.Equal(
            [
                "The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 blocked this bind().",
                "Program sv left it behind: it was afd, accepted from lfd.",
                "Neither socket has SO_REUSEADDR; Linux requires it on both.",
                "It inherited its options from the listener lfd, which did not have SO_REUSEADDR when the connection was made.",
                "TIME-WAIT ends by itself; its timer had 58 s left.",
            ],
            Text(words.Why)
        );
        Assert.Equal(
            "Set SO_REUSEADDR on both sockets: on lfd of program sv before the connection is made, and on the new socket before bind().",
            Text(words.Remedies)[0]
        );
        Assert.Equal("Matches the kernel's rule.", Text(words.Rule!));
        Assert.False(words.Alarm);
    }

    [Fact]
    public void Success_over_TIME_WAIT_by_SO_REUSEPORT_says_nothing_of_SO_REUSEADDR()
    {
        RunScript script = new RunScript()
            .Own("server", "lfd", "socket", RunScript.Socket)
            .Own("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 1))
            .Own("server", "lfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 1))
            .Own("server", "lfd", "bind", RunScript.Bind(RunScript.Any), RunScript.Any)
            .Own("server", "lfd", "listen", RunScript.Listen)
            .Row("server", RunScript.Any, RunScript.Nobody, TcpState.Listen)
            .Connect()
            .Close()
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "setsockopt", RunScript.Set(SocketOption.ReusePort, 1))
            .Own("server", "rfd", "bind", RunScript.Bind(RunScript.Any), RunScript.Any);
        VerdictWords words = Last(script);
        Assert.Equal("Success", Text(words.Result));
        Assert.Contains("Both sockets have SO_REUSEPORT, so the kernel gives the port to the new one.", Text(words.Why));
        Assert.DoesNotContain(Text(words.Why), t => t.Contains("SO_REUSEADDR", StringComparison.Ordinal));
        Assert.Contains("It inherited SO_REUSEPORT from the listener lfd.", Text(words.Why));
    }

    [Fact]
    public void An_accepted_socket_that_cleared_the_option_is_not_blamed_on_its_listener()
    {
        RunScript script = new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }
            .StartListener()
            .Connect()
            .Own("server", "afd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 0))
            .Close()
            .Rebind(errno: "EADDRINUSE");
        VerdictWords words = Last(script);
        Assert.Contains("SO_REUSEADDR was switched off on afd itself.", Text(words.Why));
        Assert.Equal("Set SO_REUSEADDR on afd of program sv.", Text(words.Remedies)[0]);
        Assert.Equal(RuleMatch.Same, words.Match);
    }

    [Fact]
    public void A_strangers_listener_is_called_a_strangers()
    {
        RunScript script = new RunScript { RebindReuseAddr = true }
            .Add(
                new SocketEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Proc,
                    Local = RunScript.Any,
                    Remote = RunScript.Nobody,
                    To = TcpState.Listen,
                    Uid = 1000,
                    Inode = 99,
                    Raw = "",
                },
                100
            )
            .Rebind(errno: "EADDRINUSE");
        VerdictWords words = Last(script);
        Assert.Equal(
            [
                "A socket listening on 0.0.0.0:11111 blocked this bind().",
                "It belongs to a program outside this run (user id 1000).",
                "SO_REUSEADDR never allows a second bind while another socket is listening.",
            ],
            Text(words.Why)
        );
        Assert.Contains("Stop the program that listens on 0.0.0.0:11111.", Text(words.Remedies));
    }

    [Fact]
    public void What_the_kernels_answer_proves_is_said_and_known_from_then_on()
    {
        RunScript script = new RunScript { RebindReuseAddr = true }
            .Row("server", RunScript.ServerEnd, Peer, TcpState.TimeWait, timer: 30)
            .Wait(100)
            .Rebind(errno: "EADDRINUSE");
        VerdictWords words = Last(script);
        Assert.Contains("Whether it has SO_REUSEADDR is unknown: Linux does not show another program's socket options.", Text(words.Why));
        Assert.Contains("The result shows that it did not have SO_REUSEADDR.", Text(words.Why));
        Assert.Equal("The rule could not predict this; it learned from the result.", Text(words.Rule!));
        BindPreview next = BindChecks.Judge(script.Header, script.Events).Next!;
        Assert.Equal((BindOutcome.InUse, RuleDoubt.None), (next.Verdict.Outcome, next.Doubt));
        Assert.Contains("An earlier result from the kernel shows that it does not have SO_REUSEADDR.", Text(VerdictMessages.Words(next).Why));
        Assert.Equal(RuleMatch.Same, BindChecks.Judge(script.Header, script.Rebind(2, "EADDRINUSE").Events).Made[^1].Match);
    }

    [Fact]
    public void Success_over_a_strangers_TIME_WAIT_proves_that_it_had_the_option()
    {
        RunScript script = new RunScript { RebindReuseAddr = true }
            .Row("server", RunScript.ServerEnd, Peer, TcpState.TimeWait, timer: 30)
            .Wait(100)
            .Rebind();
        RuleCheck bind = BindChecks.Judge(script.Header, script.Events).Made[0];
        Assert.Equal((true, null), (Assert.Single(bind.Proved).ReuseAddr, bind.Proved[0].ReusePort));
        Assert.Contains("The result shows that it had SO_REUSEADDR.", Text(VerdictMessages.Words(bind).Why));
    }

    [Fact]
    public void An_orphan_in_FIN_WAIT_2_ends_by_itself_and_CLOSE_WAIT_by_its_program()
    {
        RunScript orphan = new RunScript().Add(
            new SocketEvent
            {
                Host = "server",
                Source = EvidenceSource.Proc,
                Local = RunScript.ServerEnd,
                Remote = Peer,
                To = TcpState.FinWait2,
                Timer = new(TimerKind.TimeWait, 20_000_000_000),
                Raw = "",
            },
            100
        );
        VerdictWords words = VerdictMessages.Words(BindChecks.Judge(orphan.Header, orphan.Events).Next!);
        Assert.Contains(
            "No process owns it any more; the kernel removes it in 20 s, unless its peer closes first and leaves it in TIME-WAIT.",
            Text(words.Why)
        );
        Assert.Contains("Wait until the kernel removes what its programs left behind.", Text(words.Remedies));

        RunScript leak = new RunScript()
            .StartListener()
            .Connect()
            .Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.CloseWait)
            .Own("server", "lfd", "close", RunScript.Fd(118))
            .Row("server", RunScript.Any, RunScript.Nobody, null)
            .Rebind(errno: "EADDRINUSE");
        words = Last(leak);
        Assert.Contains("It was socket afd of program sv, accepted from lfd.", Text(words.Why));
        Assert.Contains("Its peer has closed; it stays until its own program closes it.", Text(words.Why));
        Assert.Contains("Close afd of program sv.", Text(words.Remedies));
    }

    [Fact]
    public void Rule_and_kernel_that_differ_are_an_alarm_and_a_known_kernel_is_named()
    {
        RunScript script = new RunScript()
            .StartListener()
            .Connect()
            .Close()
            .Own("server", "rfd", "socket", RunScript.Socket)
            .Own("server", "rfd", "bind", RunScript.Bind(RunScript.ServerEnd), RunScript.ServerEnd)
            .Step("x", StepStatus.Done);
        VerdictWords words = Last(script);
        Assert.True(words.Alarm);
        Assert.StartsWith("According to the kernel's rule, bind() should have failed with EADDRINUSE.", Text(words.Rule!), StringComparison.Ordinal);
        Assert.Equal("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 still held the port.", Text(words.Why)[0]);
        Assert.DoesNotContain(Text(words.Why), t => t.Contains("blocked", StringComparison.Ordinal));
        words = Last(new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE"));
        Assert.Equal((true, "No socket was seen that could have blocked it."), (words.Alarm, Assert.Single(Text(words.Why))));
        RunHeader old = script.Header with { Hosts = [.. script.Header.Hosts.Select(h => h with { Kernel = "6.1.3" })] };
        RuleCheck check = BindChecks.Judge(old, script.Events).Made[^1];
        Assert.Equal("time-wait-missed", check.Quirk);
        Assert.Contains(Text(VerdictMessages.Words(check).Why), t => t.StartsWith("Linux 6.1.0 to 6.1.4 have this bug", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_that_the_rule_is_not_about_gets_a_sentence_of_its_own()
    {
        VerdictWords words = Last(new RunScript().Rebind(errno: "EACCES"));
        Assert.Equal(
            [
                "A port below 1024 needs the capability CAP_NET_BIND_SERVICE, or a lower net.ipv4.ip_unprivileged_port_start.",
                "No other socket is involved in this error.",
            ],
            Text(words.Why)
        );
        Assert.Null(words.Rule);
        Assert.Equal(["connect() failed with EPERM."], Text(VerdictErrorsOf("connect", "EPERM")));
        Assert.Equal(
            ["The SYN was refused with a RST: nothing is listening there, or a firewall rejects it."],
            Text(VerdictErrorsOf("connect", "ECONNREFUSED"))
        );
        Assert.Equal(["End of file: the peer has closed its side."], Text(VerdictErrorsOf("read", null)));
    }

    [Fact]
    public void What_comes_next_is_said_with_the_time_left_at_a_moment()
    {
        RunScript script = new RunScript { ListenerReuseAddr = true }
            .StartListener()
            .Connect()
            .Close();
        BindPreview next = BindChecks.Judge(script.Header, script.Events).Next!;
        VerdictWords words = VerdictMessages.Words(next, next.At + 10_000_000_000);
        Assert.Equal("bind() will fail with EADDRINUSE", Text(words.Result));
        Assert.Contains("It has SO_REUSEADDR, but the new socket does not; Linux requires it on both.", Text(words.Why));
        Assert.Contains("TIME-WAIT ends by itself; its timer has 50 s left.", Text(words.Why));
        Assert.Equal(
            ["Set SO_REUSEADDR on the new socket before bind().", "Wait until TIME-WAIT ends, in about 50 s."],
            Text(words.Remedies).Where(t => !t.Contains("SO_REUSEPORT", StringComparison.Ordinal))
        );
        Assert.Null(words.Rule);
    }

    [Fact]
    public void Every_sentence_that_can_be_asked_for_is_in_the_catalogue()
    {
        string[] how = ["blocked", "may-have-blocked", "blocks", "may-block", "shared", "shares"],
            what = ["time-wait", "listener", "bound", "connection"],
            other = ["listener", "socket", "stranger", "several"];
        string[] codes =
        [
            .. from h in how from w in what select $"verdict.{h}.{w}",
            .. from c in (string[])["other", "both", "both-port"] from o in other select $"verdict.cure.{c}.{o}",
            .. KernelQuirks.All.Select(q => $"verdict.quirk.{q.Id}"),
            .. from c in (string[])["read", "recv", "write", "send", "connect", "listen", "accept4", "shutdown", "close"] select $"verdict.ok.{c}",
        ];
        Assert.DoesNotContain(codes, c => !TextCatalog.English.Has(c));
    }

    private static VerdictWords Last(RunScript script) =>
        VerdictMessages.Words(BindChecks.Judge(script.Header, script.Events).Made.Last(c => c.Errno is not null || c.Verdict.Call == PortCall.Bind));

    private static IReadOnlyList<Message> VerdictErrorsOf(string call, string? errno)
    {
        var made = new CallEvent
        {
            Call = call,
            Socket = "cfd",
            Args = new(),
            Errno = errno,
        };
        return VerdictMessages.Words(new ResultMark(new("s", 1, null, call, "cfd", 0, errno, 0, 1), made, null)).Why;
    }

    private static string Text(Message message) => TextCatalog.English[message];

    private static string[] Text(IReadOnlyList<Message> messages) => [.. messages.Select(Text)];
}
