using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using Endpoint = ReuseAddrDashboard.Core.Tcp.Endpoint;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class PreflightTests
{
    private const int Port = 11111;
    private static readonly Endpoint Server = Endpoint.V4(0xc0a87a44, Port), Peer = Endpoint.V4(0xc0a87ab1, 40000);
    private static readonly HostCheck Fine = new()
    {
        Port = Port, Holders = [], Capabilities = [], TrialBind = "none", TimeWaitOverflow = 0,
        Sysctls = new Dictionary<string, string?>
        {
            ["net.ipv4.tcp_max_tw_buckets"] = "65536", ["net.ipv4.ip_local_port_range"] = "32768 60999", ["net.ipv4.tcp_rfc1337"] = "0", ["net.ipv4.ip_unprivileged_port_start"] = "1024",
        },
    };

    [Fact]
    public void Nothing_is_in_the_way_of_fit_hosts()
    {
        IReadOnlyList<Finding> found = Judge(Fine, Reach(ReachResult.Refused, "ECONNREFUSED", 0.2));
        Assert.All(found, f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.Contains("The client reaches 192.168.122.68:11111: refused after 0.2 ms, as it is to be while nobody listens.", found.Select(f => f.Text));
    }

    [Theory]
    [InlineData(TcpState.Listen, 812, FindingLevel.Blocker, "Port 11111 is taken: LISTEN 192.168.122.68:11111, nginx (process 812).", "End that program (kill 812)")]
    [InlineData(TcpState.BoundInactive, null, FindingLevel.Blocker, "Port 11111 is taken: BOUND 192.168.122.68:11111, of uid 33, whose process this agent may not look into.", "(sudo find /proc/[0-9]*/fd -lname 'socket:\\[5\\]') and end it")]
    [InlineData(TcpState.Listen, null, FindingLevel.Blocker, "Port 11111 is taken: LISTEN 192.168.122.68:11111, of www-data (uid 33), whose process", "(sudo ss -tlnp 'sport = :11111') and end it")]
    [InlineData(TcpState.Established, null, FindingLevel.Warning, "Port 11111 is taken: ESTAB", "choose another port")]
    public void Who_holds_the_port_is_named(TcpState state, int? pid, FindingLevel level, string text, string remedy)
    {
        var holder = new PortHolder { State = state, Local = Server, Remote = state == TcpState.Established ? Peer : null, Uid = 33, User = state == TcpState.Listen ? "www-data" : null, Inode = 5, Pid = pid, Program = pid is null ? null : "nginx" };
        Finding first = Judge(Fine with { Holders = [holder], TrialBind = "EADDRINUSE" })[0];
        Assert.Equal((level, HubRoutes.Server, "port"), (first.Level, first.Host, first.About));
        Assert.StartsWith(text, first.Text);
        Assert.Contains(remedy, first.Remedy);
    }

    [Fact]
    public void TIME_WAIT_that_is_left_is_a_warning_with_its_seconds()
    {
        var left = new PortHolder { State = TcpState.TimeWait, Local = Server, Remote = Peer, Timer = new(TimerKind.TimeWait, 43_200_000_000) };
        Finding first = Judge(Fine with { Holders = [left], TrialBind = "EADDRINUSE" })[0];
        Assert.Equal((FindingLevel.Warning, "time-wait"), (first.Level, first.About));
        Assert.Contains("43 s more", first.Text);
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
    public void What_cannot_be_read_is_no_finding(string name, string? value) => Assert.All(Judge(With(name, value)), f => Assert.Equal(FindingLevel.Ok, f.Level));

    [Theory]
    [InlineData("", "sysctl -w net.ipv4.ip_local_reserved_ports=11111")]
    [InlineData("8080,9148", "sysctl -w net.ipv4.ip_local_reserved_ports=8080,9148,11111")]
    [InlineData("11110,11112-11120,1111", "sysctl -w net.ipv4.ip_local_reserved_ports=11110,11112-11120,1111,11111")]
    [InlineData(null, "add 11111 to net.ipv4.ip_local_reserved_ports")]
    [InlineData("11111", null)]
    [InlineData("8080,11111,20000", null)]
    [InlineData("80,11000-11111", null)]
    [InlineData("11111-12000", null)]
    [InlineData("-,11111-,a-b,1-2-11111", "net.ipv4.ip_local_reserved_ports=-,11111-,a-b,1-2-11111,11111")]
    public void A_port_that_the_kernel_may_give_away_is_a_warning_until_it_is_reserved_beside_those_that_are(string? reserved, string? remedy)
    {
        HostCheck check = With("net.ipv4.ip_local_port_range", "1024 65535");
        Finding[] found = [.. Judge(check with { Sysctls = new Dictionary<string, string?>(check.Sysctls) { ["net.ipv4.ip_local_reserved_ports"] = reserved } }).Where(f => f.About == "net.ipv4.ip_local_port_range")];
        Assert.Equal(remedy is null ? 0 : 1, found.Length);
        if (remedy is not null)
            Assert.Contains(remedy, found[0].Remedy);
    }

    [Fact]
    public void A_port_that_needs_a_right_is_a_blocker()
    {
        Finding first = Judge(Fine with { TrialBind = "EACCES" })[0];
        Assert.Equal((FindingLevel.Blocker, "privileged"), (first.Level, first.About));
        Assert.Contains("CAP_NET_BIND_SERVICE", first.Remedy);
    }

    [Fact]
    public void What_nobody_sees_and_is_in_use_all_the_same_is_a_blocker() => Assert.Equal((FindingLevel.Blocker, "port"), First(Judge(Fine with { TrialBind = "EADDRINUSE" })));

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
        Assert.Contains(remedy, first.Remedy);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_a_warning()
    {
        IReadOnlyList<Finding> found = Preflight.Judge(Port, [new(HubRoutes.Client, null), new(HubRoutes.Server, Fine)]);
        Assert.Equal((FindingLevel.Warning, "answer"), First(found));
    }

    private static (FindingLevel, string) First(IReadOnlyList<Finding> found) => (found[0].Level, found[0].About);

    private static HostCheck With(string sysctl, string? value) => Fine with { Sysctls = new Dictionary<string, string?>(Fine.Sysctls) { [sysctl] = value } };

    private static ReachTest Reach(ReachResult result, string? errno, double ms) => new(Server, result, errno, (long)(ms * 1e6));

    private static IReadOnlyList<Finding> Judge(HostCheck server, ReachTest? reach = null) =>
        Preflight.Judge(Port, [new(HubRoutes.Client, Fine with { TrialBind = null, Reach = reach }), new(HubRoutes.Server, server)]);
}
