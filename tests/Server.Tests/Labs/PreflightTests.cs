using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class PreflightTests
{
    private const int Port = 11111;
    private const string Client = "client",
        PortHost = "server";
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly TcpEndpoint Server = TcpEndpoint.V4(0xc0a87a44, Port),
        Peer = TcpEndpoint.V4(0xc0a87ab1, 40000);
    private static readonly HostCheck Fine = new()
    {
        Port = Port,
        Holders = [],
        Capabilities = [],
        TrialBind = "none",
        TimeWaitOverflow = 0,
        Sysctls = new Dictionary<string, string?>
        {
            ["net.ipv4.tcp_max_tw_buckets"] = "65536",
            ["net.ipv4.ip_local_port_range"] = "32768 60999",
            ["net.ipv4.tcp_rfc1337"] = "0",
            ["net.ipv4.ip_unprivileged_port_start"] = "1024",
        },
    };

    [Fact]
    public void Nothing_is_in_the_way_of_fit_hosts()
    {
        IReadOnlyList<Finding> found = Judge(Fine, Reach(ReachResult.Refused, "ECONNREFUSED", 0.2));
        Assert.All(found, f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.Contains("client reaches 192.168.122.68:11111: connection refused in 200 µs, as expected with no listener.", found.Select(Text));
    }

    [Theory]
    [InlineData(
        TcpState.Listen,
        812,
        FindingLevel.Blocker,
        "Port 11111 is taken: LISTEN 192.168.122.68:11111, in use by nginx (process 812).",
        "End that program (kill 812)"
    )]
    [InlineData(
        TcpState.BoundInactive,
        null,
        FindingLevel.Blocker,
        "Port 11111 is taken: BOUND 192.168.122.68:11111, in use by uid 33; this agent may not identify the process.",
        "(sudo find /proc/[0-9]*/fd -lname 'socket:\\[5\\]') and end it"
    )]
    [InlineData(
        TcpState.Listen,
        null,
        FindingLevel.Blocker,
        "Port 11111 is taken: LISTEN 192.168.122.68:11111, in use by www-data (uid 33); this agent",
        "(sudo ss -tlnp 'sport = :11111') and end it"
    )]
    [InlineData(TcpState.Established, null, FindingLevel.Warning, "Port 11111 is taken: ESTAB", "choose another port")]
    public void Who_holds_the_port_is_named(TcpState state, int? pid, FindingLevel level, string text, string remedy)
    {
        var holder = new PortHolder
        {
            State = state,
            Local = Server,
            Remote = state == TcpState.Established ? Peer : null,
            Uid = 33,
            User = state == TcpState.Listen ? "www-data" : null,
            Inode = 5,
            Pid = pid,
            Program = pid is null ? null : "nginx",
        };
        Finding first = Judge(Fine with { Holders = [holder], TrialBind = "EADDRINUSE" })[0];
        Assert.Equal((level, PortHost, "port", At), (first.Level, first.Host, first.About, first.At));
        Assert.StartsWith(text, Text(first));
        Assert.Contains(remedy, Remedy(first));
    }

    [Fact]
    public void TIME_WAIT_that_is_left_is_a_warning_with_its_seconds()
    {
        var left = new PortHolder
        {
            State = TcpState.TimeWait,
            Local = Server,
            Remote = Peer,
            Timer = new(TimerKind.TimeWait, 43_200_000_000),
        };
        Finding first = Judge(Fine with { Holders = [left], TrialBind = "EADDRINUSE" })[0];
        Assert.Equal((FindingLevel.Warning, "time-wait"), (first.Level, first.About));
        Assert.Contains("for up to another 44 s", Text(first));
    }

    [Theory]
    [InlineData("net.ipv4.tcp_max_tw_buckets", "0", FindingLevel.Blocker)]
    [InlineData("net.ipv4.tcp_max_tw_buckets", "3", FindingLevel.Warning)]
    [InlineData("net.ipv4.ip_local_port_range", "1024 65535", FindingLevel.Warning)]
    [InlineData("net.ipv4.tcp_rfc1337", "1", FindingLevel.Info)]
    [InlineData("net.ipv4.ip_nonlocal_bind", "1", FindingLevel.Info)]
    public void Sysctls_that_spoil_the_lesson_are_named(string name, string value, FindingLevel level) =>
        Assert.Equal((level, name), (Judge(With(name, value))[0].Level, Judge(With(name, value))[0].About));

    [Theory]
    [InlineData("net.ipv4.tcp_max_tw_buckets", null)]
    [InlineData("net.ipv4.tcp_max_tw_buckets", "many")]
    [InlineData("net.ipv4.ip_local_port_range", null)]
    [InlineData("net.ipv4.ip_local_port_range", "11111")]
    public void What_cannot_be_read_is_no_finding(string name, string? value) =>
        Assert.All(Judge(With(name, value)), f => Assert.Equal(FindingLevel.Ok, f.Level));

    [Theory]
    [InlineData("", "sysctl -w net.ipv4.ip_local_reserved_ports=11111")]
    [InlineData("8080,9148", "sysctl -w net.ipv4.ip_local_reserved_ports=8080,9148,11111")]
    [InlineData("11110,11112-11120,1111", "sysctl -w net.ipv4.ip_local_reserved_ports=11110,11112-11120,1111,11111")]
    [InlineData(null, "or add 11111 to net.ipv4.ip_local_reserved_ports")]
    [InlineData("11111", null)]
    [InlineData("8080,11111,20000", null)]
    [InlineData("80,11000-11111", null)]
    [InlineData("11111-12000", null)]
    [InlineData("-,11111-,a-b,1-2-11111", "net.ipv4.ip_local_reserved_ports=-,11111-,a-b,1-2-11111,11111")]
    public void A_port_that_the_kernel_may_give_away_is_a_warning_until_it_is_reserved_beside_those_that_are(string? reserved, string? remedy)
    {
        HostCheck check = With("net.ipv4.ip_local_port_range", "1024 65535");
        Finding[] found =
        [
            .. Judge(check with { Sysctls = new Dictionary<string, string?>(check.Sysctls) { ["net.ipv4.ip_local_reserved_ports"] = reserved } })
                .Where(f => f.About == "net.ipv4.ip_local_port_range"),
        ];
        Assert.Equal(remedy is null ? 0 : 1, found.Length);
        if (remedy is not null)
            Assert.Contains(remedy, Remedy(found[0]));
    }

    [Fact]
    public void A_port_that_needs_a_right_is_a_blocker()
    {
        Finding first = Judge(Fine with { TrialBind = "EACCES" })[0];
        Assert.Equal((FindingLevel.Blocker, "privileged"), (first.Level, first.About));
        Assert.Contains("CAP_NET_BIND_SERVICE", Remedy(first));
    }

    [Fact]
    public void A_run_s_own_sockets_are_no_finding_and_a_stranger_s_beside_them_are()
    {
        PortHolder own =
                new()
                {
                    State = TcpState.Listen,
                    Local = Server,
                    Inode = 7,
                    Own = true,
                    Pid = 1,
                    Program = "reuseaddr-agent",
                },
            left =
                new()
                {
                    State = TcpState.TimeWait,
                    Local = Server,
                    Remote = Peer,
                };
        HostCheck during = Fine with { TrialBind = null, Holders = [own, left] };
        Assert.Empty(Judge(during, runPorts: [Port]));
        // Without that run the orphan is of an earlier one.
        Assert.Equal(["time-wait"], Judge(during, runPorts: [Port + 1]).Select(f => f.About));
        Finding stranger = Judge(during with { Holders = [own, left, own with { Own = false, Inode = 8, Pid = 2, Program = "nginx" }] }, runPorts: [Port])[0];
        Assert.Equal((FindingLevel.Blocker, "check.taken-by-process", "nginx"), (stranger.Level, stranger.Found.Code, stranger.Found["program"]));
    }

    [Fact]
    public void What_the_trial_bind_succeeded_beside_is_not_in_the_way()
    {
        var beside = new PortHolder
        {
            State = TcpState.Listen,
            Local = TcpEndpoint.V6(0, Port),
            V6Only = true,
            Inode = 7,
            Pid = 1,
            Program = "nginx",
        };
        Assert.Equal([(FindingLevel.Ok, "check.port-free-beside")], Judge(Fine with { Holders = [beside] }).Select(f => (f.Level, f.Found.Code)));
        // Where no bind was tried, its own flag says so.
        Assert.Empty(Judge(Fine with { TrialBind = null, Holders = [beside] }));
        Assert.Equal("check.taken-by-process", Judge(Fine with { TrialBind = null, Holders = [beside with { V6Only = false }] })[0].Found.Code);
        // The one in the way is named, not the first.
        PortHolder other = beside with
        {
            State = TcpState.BoundInactive,
            Local = Server,
            Pid = 2,
            Program = "sv",
        };
        Assert.Equal("sv", Judge(Fine with { TrialBind = "EADDRINUSE", Holders = [beside, other] })[0].Found["program"]);
    }

    [Fact]
    public void An_orphan_that_ends_by_itself_is_told_with_its_seconds()
    {
        var orphan = new PortHolder
        {
            State = TcpState.FinWait2,
            Local = Server,
            Remote = Peer,
            Timer = new(TimerKind.TimeWait, 30_000_000_000),
        };
        Assert.Equal(
            "Port 11111 is taken: FIN-WAIT-2 192.168.122.68:11111 192.168.122.177:40000, which no process owns any more; it ends by itself in 30 s.",
            Text(Judge(Fine with { Holders = [orphan], TrialBind = "EADDRINUSE" })[0])
        );
    }

    [Theory]
    [InlineData(2, 1, 0, "check.reach-queue-full")]
    [InlineData(0, 1, 3, "check.reach-queue-full")] // emptied since, but the counter grew
    [InlineData(0, 1, 0, "check.reach-filtered")]
    public void A_full_accept_queue_is_not_taken_for_a_firewall(int waiting, int backlog, int overflows, string code)
    {
        var listener = new PortHolder
        {
            State = TcpState.Listen,
            Local = TcpEndpoint.V4(0, Port),
            Inode = 7,
            Waiting = (uint)waiting,
            Backlog = (uint)backlog,
        };
        HostCheck check = Fine with { Holders = [listener], TrialBind = "EADDRINUSE", ListenOverflows = 40 + overflows };
        LabCheck before = new(Port, At, [new(PortHost, check with { ListenOverflows = 40 }, At)], [], false);
        IReadOnlyList<Finding> found = Judge(check, Reach(ReachResult.Filtered, "EINPROGRESS", 2000), before: before);
        Assert.Equal(code, found.Single(f => f.About == "reach").Found.Code);
        Assert.Equal(waiting > backlog ? 1 : 0, found.Count(f => f.About == "queue"));
    }

    [Fact]
    public void A_refusal_though_something_listens_is_a_firewall_s() =>
        Assert.Equal(
            "check.reach-rejected",
            Judge(
                    Fine with
                    {
                        Holders =
                        [
                            new()
                            {
                                State = TcpState.Listen,
                                Local = Server,
                                Inode = 7,
                            },
                        ],
                        TrialBind = "EADDRINUSE",
                    },
                    Reach(ReachResult.Refused, "ECONNREFUSED", 1)
                )
                .Single(f => f.About == "reach")
                .Found.Code
        );

    [Theory]
    [InlineData("0.0.0.0:11111", null, false)]
    [InlineData("192.168.122.68:11111", null, false)]
    [InlineData("127.0.0.1:11111", null, true)]
    [InlineData("[::]:11111", false, false)]
    [InlineData("[::]:11111", true, true)]
    public void Nobody_connects_to_a_stranger_unasked(string local, bool? v6Only, bool may)
    {
        Assert.True(TcpEndpoint.TryParse(local, out TcpEndpoint at));
        Assert.Equal(
            may,
            Preflight.MayConnect(
                Fine with
                {
                    Holders =
                    [
                        new()
                        {
                            State = TcpState.Listen,
                            Local = at,
                            V6Only = v6Only,
                        },
                    ],
                },
                Server
            )
        );
        Assert.True(Preflight.MayConnect(Fine with { Holders = [new() { State = TcpState.TimeWait, Local = at }] }, Server));
        Assert.False(Preflight.MayConnect(null, Server));
    }

    [Fact]
    public void What_nobody_sees_and_is_in_use_all_the_same_is_a_blocker() =>
        Assert.Equal((FindingLevel.Blocker, "port"), First(Judge(Fine with { TrialBind = "EADDRINUSE" })));

    [Theory]
    [InlineData(ReachResult.Filtered, "EINPROGRESS", 2000, FindingLevel.Blocker, "firewall-cmd --add-port=11111/tcp")]
    [InlineData(ReachResult.Unreachable, "EHOSTUNREACH", 1, FindingLevel.Blocker, "ufw allow 11111/tcp")]
    [InlineData(ReachResult.Unreachable, "ENETUNREACH", 1, FindingLevel.Blocker, "--address")]
    [InlineData(ReachResult.Refused, "ECONNREFUSED", 1030, FindingLevel.Warning, "nft add rule inet filter input tcp dport 11111 accept")]
    [InlineData(ReachResult.Open, null, 1, FindingLevel.Warning, "--address")]
    public void A_way_that_is_not_free_is_told_with_the_command_to_try(ReachResult result, string? errno, int ms, FindingLevel level, string remedy)
    {
        Finding first = Judge(Fine, Reach(result, errno, ms))[0];
        Assert.Equal((level, "reach", null), (first.Level, first.About, first.Host));
        Assert.Contains(remedy, Remedy(first));
    }

    [Fact]
    public void A_host_that_does_not_answer_is_a_warning()
    {
        IReadOnlyList<Finding> found = Preflight.Judge(Port, PortHost, [new(Client, null, At), new(PortHost, Fine, At)], []);
        Assert.Equal((FindingLevel.Warning, "answer"), First(found));
    }

    private static (FindingLevel, string) First(IReadOnlyList<Finding> found) => (found[0].Level, found[0].About);

    private static HostCheck With(string sysctl, string? value) => Fine with { Sysctls = new Dictionary<string, string?>(Fine.Sysctls) { [sysctl] = value } };

    private static ReachTest Reach(ReachResult result, string? errno, double ms) => new(Server, result, errno, (long)(ms * 1e6));

    private static IReadOnlyList<Finding> Judge(HostCheck server, ReachTest? reach = null, int[]? runPorts = null, LabCheck? before = null) =>
        Preflight.Judge(Port, PortHost, [new(Client, Fine with { TrialBind = null, Reach = reach }, At), new(PortHost, server, At)], runPorts ?? [], before);

    private static string Text(Finding finding) => TextCatalog.English[finding.Found];

    private static string Remedy(Finding finding) => finding.Remedy is { } remedy ? TextCatalog.English[remedy] : "";
}
