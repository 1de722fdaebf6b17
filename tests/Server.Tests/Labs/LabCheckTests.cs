using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>When a lab checks its hosts, whom it asks, and how long what was found holds.</summary>
public sealed class LabCheckTests
{
    [Fact]
    public void Hosts_are_checked_when_all_have_joined_and_again_when_the_port_changes()
    {
        var bench = new LabBench(null, Rebind());
        BenchAgent client = bench.Join("client");
        Assert.Empty(client.Orders.OfType<CheckOrder>());
        BenchAgent server = bench.Join("server");
        LabCheck first = bench.State.Check!;
        Assert.Equal((11111, false), (first.Port, first.DuringRun));
        Assert.Equal(["client", "server"], first.Hosts.Select(h => h.Host));
        Assert.All(first.Findings, f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.Equal(
            ("192.168.122.68:11111", false),
            (client.Orders.OfType<CheckOrder>().Single().Reach.ToString(), client.Orders.OfType<CheckOrder>().Single().TryBind)
        );
        Assert.Equal((null, true), (server.Orders.OfType<CheckOrder>().Single().Reach, server.Orders.OfType<CheckOrder>().Single().TryBind));
        Assert.True(bench.Ask(new WatchPorts([22222])).Ok);
        Assert.Equal(22222, bench.State.Check!.Port);
        Assert.Equal([22222], server.Orders.OfType<WatchOrder>().Last().Ports);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(65536)]
    public void A_port_that_is_none_is_not_watched(int port)
    {
        (LabBench bench, _, _) = LabBench.WithAgents();
        Assert.Equal("lab.bad-port", bench.Ask(new WatchPorts([11111, port])).Refusal?.Code);
        Assert.Equal([11111], bench.State.Ports);
    }

    [Fact]
    public void During_a_run_nothing_is_bound_and_nothing_connected()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        bench.Start();
        Assert.True(bench.Ask(new CheckHosts()).Ok);
        Assert.True(bench.State.Check!.DuringRun);
        Assert.Equal((false, null), (server.Orders.OfType<CheckOrder>().Last().TryBind, client.Orders.OfType<CheckOrder>().Last().Reach));
    }

    [Fact]
    public void A_check_that_is_asked_for_while_another_goes_on_is_one_more()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is CheckOrder;
        long first = bench.Begin(new CheckHosts()),
            second = bench.Begin(new CheckHosts());
        server.Silent = _ => false;
        server.Answer(server.Orders.OfType<CheckOrder>().Single());
        Assert.True(bench.Replies[first].Ok && bench.Replies[second].Ok);
        Assert.Equal(2, server.Orders.OfType<CheckOrder>().Count());
    }

    [Fact]
    public void A_busy_port_is_checked_seldom_and_the_others_do_not_connect_to_it_each_time()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        client.Finds = order =>
            new()
            {
                Port = order.Port,
                Sysctls = new Dictionary<string, string?>(),
                Holders = [],
                Capabilities = [],
                Reach = order.Reach is { } to ? new(to, ReachResult.Open, null, 100_000) : null,
            };
        server.Tell(Row("0.0.0.0:11111", "0.0.0.0:0", null, TcpState.Listen, bench.Now, 7));
        bench.Ask(new CheckHosts());
        int asked = server.Orders.OfType<CheckOrder>().Count(),
            connected = client.Orders.OfType<CheckOrder>().Count();
        // The service closes first: a TIME-WAIT ends with every connection it had a minute ago.
        for (int i = 0; i < 50; i++)
        {
            server.Tell(
                Row("192.168.122.68:11111", $"192.168.122.177:{40_000 + i}", null, TcpState.TimeWait, bench.Now),
                Row("192.168.122.68:11111", $"192.168.122.177:{40_000 + i}", TcpState.TimeWait, null, bench.Now)
            );
        }

        Assert.Equal((asked, connected), (server.Orders.OfType<CheckOrder>().Count(), client.Orders.OfType<CheckOrder>().Count()));
        LabCheck before = bench.State.Check!;
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((asked + 1, connected), (server.Orders.OfType<CheckOrder>().Count(), client.Orders.OfType<CheckOrder>().Count()));
        Assert.Equal(before.Hosts[0], bench.State.Check!.Hosts[0]);
        Assert.True(bench.State.Check.At > before.At);
    }

    [Fact]
    public void A_way_that_was_blocked_is_tried_again_each_time()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents();
        Func<CheckOrder, HostCheck> fine = client.Finds;
        client.Finds = order => fine(order) with { Reach = order.Reach is { } to ? new(to, ReachResult.Filtered, "ETIMEDOUT", 2_000_000_000) : null };
        bench.Ask(new CheckHosts());
        Assert.Contains(bench.State.Check!.Findings, f => f.Level == FindingLevel.Blocker);
        client.Finds = fine;
        server.Tell(
            Row("0.0.0.0:11111", "0.0.0.0:0", null, TcpState.Listen, bench.Now, 7),
            Row("0.0.0.0:11111", "0.0.0.0:0", TcpState.Listen, null, bench.Now, 7)
        );
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.All(bench.State.Check!.Findings, f => Assert.Equal(FindingLevel.Ok, f.Level));
    }

    [Fact]
    public void What_was_found_during_a_run_or_of_another_port_does_not_outlive_it()
    {
        (LabBench bench, BenchAgent client, _) = LabBench.WithAgents();
        Assert.Equal(11111, bench.State.Check!.Port);
        string run = bench.Start();
        Assert.Null(bench.State.Check);
        bench.Ask(new CheckHosts());
        Assert.True(bench.Ask(new ResetRun(run)).Ok);
        Assert.Null(bench.State.Check);
        bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((22222, false), (bench.State.Check!.Port, bench.State.Check.DuringRun));
        Assert.Equal("192.168.122.68:22222", client.Orders.OfType<CheckOrder>().Last().Reach.ToString());
    }

    [Fact]
    public void A_host_that_does_not_answer_is_a_finding_and_not_a_failure()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is CheckOrder;
        long check = bench.Begin(new CheckHosts());
        bench.Pass(LabLimits.OrderTime + TimeSpan.FromSeconds(1));
        Assert.True(bench.Replies[check].Ok);
        Assert.Equal(("answer", "server"), (bench.State.Check!.Findings[0].About, bench.State.Check.Findings[0].Host));
    }

    [Fact]
    public void A_run_does_not_begin_in_the_middle_of_a_check()
    {
        (LabBench bench, _, BenchAgent server) = LabBench.WithAgents();
        server.Silent = o => o is CheckOrder;
        bench.Begin(new CheckHosts());
        long start = bench.Begin(new StartRun { Scenario = "rebind" });
        Assert.False(bench.Replies.ContainsKey(start));
        server.Silent = _ => false;
        server.Answer(server.Orders.OfType<CheckOrder>().Single());
        Assert.True(bench.Replies[start].Ok);
    }
}
