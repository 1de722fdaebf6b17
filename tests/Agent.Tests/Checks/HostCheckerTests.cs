using ReuseAddrDashboard.Agent.Checks;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Checks;

/// <summary>On the real kernel, each in a network namespace of its own.</summary>
public sealed class HostCheckerTests
{
    private const ushort Port = 11111;
    private static readonly TcpEndpoint Server = TcpEndpoint.V4(0x7f000001, Port);

    [Fact]
    public Task A_port_without_a_listener_refuses_and_can_be_bound() =>
        Inside(
            nameof(A_port_without_a_listener_refuses_and_can_be_bound),
            () =>
            {
                HostCheck check = Check(reach: true, bind: true);
                Assert.Equal((ReachResult.Refused, "ECONNREFUSED"), (check.Reach!.Result, check.Reach.Errno));
                Assert.InRange(check.Reach.Took, 1, 20_000_000_000);
                Assert.Equal(Trials.NoError, check.TrialBind);
                Assert.Empty(check.Holders);
                Assert.Equal(0, check.TimeWaitOverflow);
                Assert.Equal(File.ReadAllText("/proc/sys/net/ipv4/tcp_fin_timeout").Trim(), check.Sysctls["net.ipv4.tcp_fin_timeout"]);
                Assert.Equal("32768 60999", check.Sysctls["net.ipv4.ip_local_port_range"]);
            }
        );

    [Fact]
    public Task A_listener_is_reached_named_and_left_without_TIME_WAIT() =>
        Inside(
            nameof(A_listener_is_reached_named_and_left_without_TIME_WAIT),
            () =>
            {
                using SocketFd listener = Listen();
                HostCheck check = Check(reach: true, bind: true);
                Assert.Equal((ReachResult.Open, null, "EADDRINUSE"), (check.Reach!.Result, check.Reach.Errno, check.TrialBind));
                PortHolder holder = Assert.Single(check.Holders);
                Assert.Equal((TcpState.Listen, Environment.ProcessId, File.ReadAllText("/proc/self/comm").Trim()), (holder.State, holder.Pid, holder.Program));
                Assert.Equal(SocketNames.Inode(listener), holder.Inode);
                _ = SocketCalls.Close(listener);
                Assert.Empty(Check().Holders);
            }
        );

    [Fact]
    public Task A_bound_socket_is_a_holder_too() =>
        Inside(
            nameof(A_bound_socket_is_a_holder_too),
            () =>
            {
                SocketCalls.Socket(SocketFamily.Inet, out SocketFd? bound);
                Assert.True(SocketCalls.Bind(bound!, Server).Succeeded);
                PortHolder holder = Assert.Single(Check().Holders);
                Assert.Equal((TcpState.BoundInactive, Server, null, Environment.ProcessId), (holder.State, holder.Local, holder.Remote, holder.Pid));
                bound!.Dispose();
            }
        );

    [Fact]
    public Task Of_an_IPv6_socket_it_is_told_whether_it_leaves_IPv4_alone() =>
        Inside(
            nameof(Of_an_IPv6_socket_it_is_told_whether_it_leaves_IPv4_alone),
            () =>
            {
                TcpEndpoint any6 = TcpEndpoint.V6(0, Port);
                foreach (bool only in new[] { true, false })
                {
                    using SocketFd listener = Listen(at: any6, v6Only: only);
                    HostCheck check = Check(bind: true);
                    PortHolder holder = Assert.Single(check.Holders);
                    Assert.Equal((TcpState.Listen, only), (holder.State, holder.V6Only));
                    // The kernel agrees with what is concluded from it.
                    Assert.Equal(only ? Trials.NoError : "EADDRINUSE", check.TrialBind);
                    Assert.Equal(!only, holder.Overlaps(TcpEndpoint.V4(0, Port)));
                }
                using SocketFd plain = Listen();
                Assert.Null(Assert.Single(Check().Holders).V6Only);
            }
        );

    [Fact]
    public Task A_socket_of_a_run_is_told_apart_from_a_stranger_s() =>
        Inside(
            nameof(A_socket_of_a_run_is_told_apart_from_a_stranger_s),
            () =>
            {
                using SocketFd own = Listen(at: Server),
                    other = Listen(at: TcpEndpoint.V4(0x7f000002, Port));
                IReadOnlyList<PortHolder> holders = Check(own: SocketNames.Inode(own)).Holders;
                Assert.Equal([(Server, true), (TcpEndpoint.V4(0x7f000002, Port), false)], holders.Select(h => (h.Local, h.Own)).OrderByDescending(h => h.Own));
            }
        );

    [Fact]
    public Task A_full_accept_queue_is_told_by_its_row_and_by_the_kernel_s_counter() =>
        Inside(
            nameof(A_full_accept_queue_is_told_by_its_row_and_by_the_kernel_s_counter),
            () =>
            {
                using SocketFd listener = Listen(backlog: 1);
                PortHolder idle = Assert.Single(Check().Holders);
                Assert.Equal((0u, 1u, false), (idle.Waiting, idle.Backlog, idle.QueueIsFull));
                var waiting = new List<SocketFd>();
                for (int i = 0; i < 2; i++)
                {
                    SocketCalls.Socket(SocketFamily.Inet, out SocketFd? client);
                    Assert.True(SocketCalls.Connect(client!, Server).Succeeded);
                    waiting.Add(client!);
                }
                HostCheck before = Check();
                Assert.True(before.Holders.Single(h => h.State == TcpState.Listen) is { QueueIsFull: true, Waiting: 2, Backlog: 1 });
                Assert.Equal(ReachResult.Filtered, Check(reach: true).Reach!.Result);
                Assert.True(Check().ListenOverflows > before.ListenOverflows);
                waiting.ForEach(client => client.Dispose());
            }
        );

    [Fact]
    public Task A_firewall_that_drops_is_filtered_within_the_limit() =>
        Inside(
            nameof(A_firewall_that_drops_is_filtered_within_the_limit),
            () =>
            {
                using SocketFd listener = Listen();
                CProgram.Tool("nft", "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp dport 11111 drop");
                HostCheck check = Check(reach: true);
                Assert.Equal(ReachResult.Filtered, check.Reach!.Result);
                Assert.InRange(check.Reach.Took, 1_900_000_000, 20_000_000_000);
                Assert.Equal([TcpState.Listen], Check().Holders.Select(h => h.State));
            }
        );

    [Fact]
    public Task No_way_there_is_unreachable() =>
        Inside(
            nameof(No_way_there_is_unreachable),
            () =>
            {
                ReachTest reach = HostChecker.Check(new CheckOrder { Port = Port, Reach = TcpEndpoint.V4(0xc0000201, Port) }, _ => false).Reach!;
                Assert.Equal((ReachResult.Unreachable, "ENETUNREACH"), (reach.Result, reach.Errno));
            }
        );

    [Fact]
    public Task TIME_WAIT_that_is_left_is_told_with_its_seconds_and_nobody_owns_it() =>
        Inside(
            nameof(TIME_WAIT_that_is_left_is_told_with_its_seconds_and_nobody_owns_it),
            () =>
            {
                using SocketFd listener = Listen();
                SocketCalls.Socket(SocketFamily.Inet, out SocketFd? client);
                Assert.True(SocketCalls.Connect(client!, Server).Succeeded);
                Assert.True(SocketCalls.Accept4(listener, false, out SocketFd? child).Succeeded);
                _ = SocketCalls.Close(child!);
                _ = SocketCalls.Read(client!, 1);
                _ = SocketCalls.Close(client!);
                _ = SocketCalls.Close(listener);
                PortHolder left = Assert.Single(Check().Holders);
                Assert.Equal((TcpState.TimeWait, 0ul, null), (left.State, left.Inode, left.Pid));
                Assert.InRange(left.Timer!.Value.Left, 50_000_000_000, 60_000_000_000);
            }
        );

    [Fact]
    public Task A_port_below_1024_needs_its_right() =>
        CaptureNamespace.Run(
            (typeof(HostCheckerTests), nameof(A_port_below_1024_needs_its_right)),
            () =>
            {
                HostCheck check = HostChecker.Check(new CheckOrder { Port = 80, TryBind = true }, _ => false);
                Assert.Equal(("EACCES", "1024"), (check.TrialBind, check.Sysctls["net.ipv4.ip_unprivileged_port_start"]));
                Assert.DoesNotContain("CAP_NET_BIND_SERVICE", check.Capabilities);
                Assert.Contains("CAP_NET_ADMIN", check.Capabilities);
                return Task.CompletedTask;
            },
            without: "net_bind_service"
        );

    [Theory]
    [InlineData("TcpExt: A TCPTimeWaitOverflow B\nTcpExt: 1 7 3", 7L)]
    [InlineData("IpExt: TCPTimeWaitOverflow\nIpExt: 1", null)]
    [InlineData("TcpExt: A TCPTimeWaitOverflow\nTcpExt: 1", null)]
    [InlineData("TcpExt: A TCPTimeWaitOverflow", null)]
    [InlineData("", null)]
    public void A_counter_is_read_by_its_name(string text, long? value) =>
        Assert.Equal(value, HostChecker.Counter(text.Split('\n'), "TcpExt:", "TCPTimeWaitOverflow"));

    private static Task Inside(string test, Action body) =>
        CaptureNamespace.Run(
            (typeof(HostCheckerTests), test),
            () =>
            {
                body();
                return Task.CompletedTask;
            }
        );

    private static HostCheck Check(bool reach = false, bool bind = false, ulong own = 0) =>
        HostChecker.Check(
            new CheckOrder
            {
                Port = Port,
                Reach = reach ? Server : null,
                TryBind = bind,
            },
            inode => inode == own
        );

    private static SocketFd Listen(int backlog = 5, TcpEndpoint? at = null, bool? v6Only = null)
    {
        TcpEndpoint address = at ?? TcpEndpoint.V4(0, Port);
        SocketCalls.Socket(address.IsV6 ? SocketFamily.Inet6 : SocketFamily.Inet, out SocketFd? listener);
        if (v6Only is { } only)
            Assert.True(SocketCalls.SetSockOpt(listener!, SocketOption.V6Only, OptionValue.Of(only ? 1 : 0)).Succeeded);
        Assert.True(SocketCalls.Bind(listener!, address).Succeeded);
        Assert.True(SocketCalls.Listen(listener!, backlog).Succeeded);
        return listener!;
    }
}
