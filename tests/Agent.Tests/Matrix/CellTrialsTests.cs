using System.Net.NetworkInformation;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Matrix;
using ReuseAddrDashboard.Agent.Tests.Support;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using Xunit;
using TcpStateOf = System.Net.NetworkInformation.TcpState;

namespace ReuseAddrDashboard.Agent.Tests.Matrix;

/// <summary>On the real kernel, each in a network namespace of its own.</summary>
public sealed class CellTrialsTests
{
    [Fact]
    public Task Every_cell_is_what_the_rule_says_and_nothing_is_left_behind() =>
        Inside(
            nameof(Every_cell_is_what_the_rule_says_and_nothing_is_left_behind),
            () =>
            {
                var results = new List<MatrixResult>();
                var trials = new CellTrials([]);
                trials.Run(MatrixCell.All, results.AddRange, CancellationToken.None);
                Assert.Equal(MatrixCell.All, results.Select(r => r.Cell));
                Assert.Empty(results.Where(r => r.Kernel != r.Rule).Select(r => $"{r.Cell}: kernel {r.Kernel}, rule {r.Rule} {r.Untried}"));
                Assert.Equal(0, trials.LeftInTimeWait);
                Assert.Empty(Sockets());
            }
        );

    [Fact]
    public Task Without_the_right_to_destroy_TIME_WAIT_is_counted_and_nothing_else_is_left() =>
        CaptureNamespace.Run(
            (typeof(CellTrialsTests), nameof(Without_the_right_to_destroy_TIME_WAIT_is_counted_and_nothing_else_is_left)),
            async () =>
            {
                (int code, string output, string error) = await AgentProcess.RunUnder(AgentProcess.NoRights, "matrix", "--cells", "basic");
                Assert.Equal(0, code);
                Assert.All(MatrixFile.Read(System.Text.Encoding.UTF8.GetBytes(output), out _)!.Results, r => Assert.Equal(r.Rule, r.Kernel));
                Assert.StartsWith("reuseaddr-agent: 64 sockets are left in TIME-WAIT", error, StringComparison.Ordinal);
                TcpConnectionInformation[] left = Sockets();
                Assert.Equal(64, left.Length);
                Assert.All(left, s => Assert.Equal(TcpStateOf.TimeWait, s.State));
            }
        );

    [Fact]
    public Task What_could_not_be_left_is_said_and_not_tried() =>
        Inside(
            nameof(What_could_not_be_left_is_said_and_not_tried),
            () =>
            {
                File.WriteAllText("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0");
                var results = new List<MatrixResult>();
                new CellTrials([]).Run(MatrixCell.Basic.Take(2), results.AddRange, CancellationToken.None);
                Assert.All(
                    results,
                    r => Assert.Equal((null, "matrix.untried.state", "TIME-WAIT", ""), (r.Kernel, r.Untried?.Code, r.Untried?["state"], r.Untried?["seen"]))
                );
            }
        );

    [Fact]
    public Task A_host_without_IPv6_says_so_in_the_cells_that_need_it() =>
        Inside(
            nameof(A_host_without_IPv6_says_so_in_the_cells_that_need_it),
            () =>
            {
                File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
                File.WriteAllText("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "1");
                var results = new List<MatrixResult>();
                new CellTrials([]).Run(MatrixCell.Basic, results.AddRange, CancellationToken.None);
                Assert.All(results.Where(r => r.Cell.First == CellAddress.V4), r => Assert.Equal(r.Rule, r.Kernel));
                Assert.All(
                    results.Where(r => r.Cell.First == CellAddress.V6),
                    r => Assert.Equal(("bind", "EADDRNOTAVAIL"), (r.Untried!["call"], r.Untried["errno"]))
                );
            }
        );

    [Fact]
    public Task Ports_of_others_and_those_to_avoid_are_left_alone() =>
        Inside(
            nameof(Ports_of_others_and_those_to_avoid_are_left_alone),
            () =>
            {
                var free = new FreePorts([10_001]);
                SocketCalls.Socket(SocketFamily.Inet, out SocketFd? other);
                Assert.True(SocketCalls.Bind(other!, TcpEndpoint.V4(0x7f000002, 10_000)).Succeeded);
                Assert.Equal([10_002, 10_003], new[] { free.Next(), free.Next() }.Select(p => (int)p!.Value));
                // The whole of the usual ports is given to outgoing connections: those beside come first.
                File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "2000 65000");
                Assert.Equal(1024, (int)new FreePorts([]).Next()!.Value);
                other!.Dispose();
            }
        );

    [Fact]
    public Task A_stopped_trial_ends_after_what_stands_and_leaves_nothing() =>
        Inside(
            nameof(A_stopped_trial_ends_after_what_stands_and_leaves_nothing),
            () =>
            {
                using var stop = new CancellationTokenSource();
                int tried = 0;
                new CellTrials([]).Run(
                    MatrixCell.All,
                    results =>
                    {
                        tried += results.Count;
                        stop.Cancel();
                    },
                    stop.Token
                );
                Assert.Equal(CellTrials.SideBySide, tried);
                Assert.Empty(Sockets());
            }
        );

    [Fact]
    public Task The_order_tells_of_the_host_first_then_of_the_cells_and_then_ends() =>
        CaptureNamespace.Run(
            (typeof(CellTrialsTests), nameof(The_order_tells_of_the_host_first_then_of_the_cells_and_then_ends)),
            async () =>
            {
                using var rig = new AgentRig();
                IReadOnlyList<AgentItem> items = await rig.Do(new TryCellsOrder { Cells = MatrixCell.Basic });
                Assert.Null(items[^1].Refused);
                Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), items[0].Matrix!.Host!.Kernel);
                Assert.True(items[0].Matrix!.Host!.IsBounded);
                Assert.Equal(MatrixCell.Basic, items.SelectMany(i => i.Matrix?.Results ?? []).Select(r => r.Cell));
                // One that is given while another goes on ends that one.
                long first = rig.Begin(new TryCellsOrder { Cells = MatrixCell.All }),
                    second = rig.Begin(new TryCellsOrder { Cells = [MatrixCell.Basic[0]] });
                Assert.True((await rig.End(first)).Sum(i => i.Matrix?.Results.Count ?? 0) < MatrixCell.All.Count);
                Assert.Single((await rig.End(second)).SelectMany(i => i.Matrix?.Results ?? []));
                long long_ = rig.Begin(new TryCellsOrder { Cells = MatrixCell.All });
                Assert.Null((await rig.Do(new StopCellsOrder()))[^1].Refused);
                Assert.True((await rig.End(long_)).Sum(i => i.Matrix?.Results.Count ?? 0) < MatrixCell.All.Count);
                Assert.Empty(Sockets());
                Assert.Equal("agent.bad-cells", (await rig.Refused(new TryCellsOrder { Cells = [] })).Code);
                Assert.Equal("agent.bad-port", (await rig.Refused(new TryCellsOrder { Cells = MatrixCell.Basic, Avoid = [0] })).Code);
                Assert.Equal(
                    "agent.too-many-ports",
                    (await rig.Refused(new TryCellsOrder { Cells = MatrixCell.Basic, Avoid = [.. Enumerable.Range(1, 65)] })).Code
                );
            }
        );

    [Fact]
    public Task The_command_writes_a_file_that_is_read_again() =>
        CaptureNamespace.Run(
            (typeof(CellTrialsTests), nameof(The_command_writes_a_file_that_is_read_again)),
            async () =>
            {
                (int code, string output, string error) = await AgentProcess.Run("matrix", "--cells", "basic", "--output", "-");
                Assert.Equal((0, ""), (code, error));
                MatrixFile file = MatrixFile.Read(System.Text.Encoding.UTF8.GetBytes(output), out _)!;
                Assert.Equal(MatrixCell.Basic, file.Results.Select(r => r.Cell));
                Assert.All(file.Results, r => Assert.False(r.IsMismatch));
                (code, _, error) = await AgentProcess.Run("matrix", "--cells", "some", "--more", "x");
                Assert.Equal(2, code);
                Assert.Contains("--cells takes basic or all", error, StringComparison.Ordinal);
                Assert.Contains("--more is not an option of matrix", error, StringComparison.Ordinal);
                (code, _, error) = await AgentProcess.Run("matrix", "--cells", "basic", "--output", "/no/such/directory/matrix.json");
                Assert.Equal(1, code);
                Assert.Contains("/no/such/directory/matrix.json cannot be written", error, StringComparison.Ordinal);
            }
        );

    [Fact]
    public Task Where_a_filter_lets_no_connection_through_each_address_is_waited_for_once() =>
        Inside(
            nameof(Where_a_filter_lets_no_connection_through_each_address_is_waited_for_once),
            () =>
            {
                CProgram.Tool(
                    "nft",
                    "add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in tcp flags & (syn | ack) == syn counter drop"
                );
                var results = new List<MatrixResult>();
                new CellTrials([]).Run(MatrixCell.Basic, results.AddRange, CancellationToken.None);
                Assert.All(results, r => Assert.Equal(("connect", "EINPROGRESS"), (r.Untried!["call"], r.Untried["errno"])));
                // A SYN and one more after 1 s, of two addresses.
                string packets = CProgram.Tool("nft", "list", "table", "inet", "t").Split("packets ")[1].Split(' ')[0];
                Assert.InRange(int.Parse(packets, System.Globalization.CultureInfo.InvariantCulture), 2, 6);
                Assert.Empty(Sockets());
            }
        );

    private static TcpConnectionInformation[] Sockets() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()];

    private static Task Inside(string test, Action body) =>
        CaptureNamespace.Run(
            (typeof(CellTrialsTests), test),
            () =>
            {
                body();
                return Task.CompletedTask;
            }
        );
}
