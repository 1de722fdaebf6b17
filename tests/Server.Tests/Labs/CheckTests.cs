using System.Net.Http.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Time.Testing;
using Orleans.Concurrency;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class CheckTests
{
    [Fact]
    public async Task Hosts_are_checked_when_both_have_joined_and_again_when_the_port_changes()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using HubConnection browser = dashboard.LabConnection();
        var states = System.Threading.Channels.Channel.CreateUnbounded<LabState>();
        browser.On<LabState>(nameof(ILabClient.Lab), state => { states.Writer.TryWrite(state); });
        await browser.StartAsync(TestContext.Current.CancellationToken);
        await browser.InvokeAsync<LabSnapshot>(nameof(ILabHub.Join), HubRoutes.LocalLab, TestContext.Current.CancellationToken);
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        Assert.Empty(client.Checks);
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server);
        LabCheck first = await Checked(11111);
        Assert.Equal([HubRoutes.Client, HubRoutes.Server], first.Hosts.Select(h => h.Host));
        Assert.All(first.Findings, f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.Equal(("192.168.122.68:11111", false), (client.Checks[0].Reach.ToString(), client.Checks[0].TryBind));
        Assert.Equal((null, true), (server.Checks[0].Reach, server.Checks[0].TryBind));
        await browser.InvokeAsync<LabReply>(nameof(ILabHub.WatchPort), 22222, TestContext.Current.CancellationToken);
        Assert.Equal(22222, (await Checked(22222)).Port);

        async Task<LabCheck> Checked(int port)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (true)
            {
                if ((await states.Reader.ReadAsync(limit.Token)).Check is { } check && check.Port == port)
                    return check;
            }
        }
    }

    [Fact]
    public async Task The_check_on_demand_says_who_holds_the_port_and_a_run_may_start_all_the_same()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        Func<CheckOrder, HostCheck?> fine = server.Finds;
        server.Finds = order => fine(order)! with
        {
            TrialBind = "EADDRINUSE", Holders = [new() { State = TcpState.Listen, Local = Endpoint.V4(0, (ushort)order.Port), Inode = 7, Pid = 42, Program = "nginx" }],
        };
        LabCheck check = await Check(dashboard);
        Assert.Equal((FindingLevel.Blocker, "port", false), (check.Findings[0].Level, check.Findings[0].About, check.DuringRun));
        Assert.Contains("nginx (process 42)", check.Findings[0].Text);
        await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });

        int before = server.Checks.Count;
        check = await Check(dashboard);
        Assert.True(check.DuringRun);
        Assert.Equal((false, null), (server.Checks[before].TryBind, client.Checks[^1].Reach));
    }

    [Fact]
    public async Task A_check_that_is_asked_for_while_another_goes_on_is_one_more()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        await Check(dashboard);
        Func<CheckOrder, HostCheck?> fine = server.Finds;
        // While the first is answered the firewall is mended, and the second is asked for.
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously), mended = new();
        server.Hold = () =>
        {
            asked.TrySetResult();
            return mended.Task;
        };
        server.Finds = order => fine(order)! with { TrialBind = "EACCES" };
        Task<LabCheck> first = Check(dashboard);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        server.Finds = fine;
        Task<Immutable<LabCheck>> second = dashboard.Lab.Check();
        // A grain takes calls in their order: what is asked after it is answered after it was taken.
        await dashboard.Lab.State();
        mended.SetResult();
        Assert.Equal("privileged", (await first).Findings[0].About);
        Assert.All((await second).Value.Findings, f => Assert.Equal(FindingLevel.Ok, f.Level));
    }

    [Fact]
    public async Task A_busy_port_is_checked_seldom_and_the_client_does_not_connect_to_it_each_time()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents(time: time);
        await using TestDashboard running = dashboard;
        Func<CheckOrder, HostCheck?> fine = client.Finds;
        client.Finds = order => order.Reach is { } to ? fine(order)! with { Reach = new(to, ReachResult.Open, null, 100_000) } : fine(order);
        await server.Send([ScriptedAgent.Row("0.0.0.0:11111", "0.0.0.0:0", null, TcpState.Listen)]);
        await Check(dashboard);
        int asked = server.Checks.Count, connected = client.Checks.Count;

        // The service closes first: a TIME-WAIT ends with every connection it had a minute ago.
        for (int i = 0; i < 50; i++)
        {
            await server.Send([ScriptedAgent.Row("192.168.122.68:11111", $"192.168.122.177:{40_000 + i}", TcpState.TimeWait, null)]);
            await dashboard.Lab.State();
        }
        LabCheck check = await Check(dashboard);
        Assert.Equal((asked + 1, connected + 1), (server.Checks.Count, client.Checks.Count));
        Assert.Equal(ReachResult.Open, check.Hosts[0].Check!.Reach!.Result);

        time.Advance(TimeSpan.FromSeconds(3));
        LabCheck later = await Until(dashboard, c => c?.At > check.At);
        Assert.Equal((asked + 2, connected + 1), (server.Checks.Count, client.Checks.Count));
        Assert.Equal(check.Hosts[0].Check!.Reach, later.Hosts[0].Check!.Reach);
    }

    [Fact]
    public async Task What_was_found_during_a_run_or_of_another_port_does_not_outlive_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        (TestDashboard dashboard, ScriptedAgent client, _) = await TestDashboard.StartWithAgents(time: time);
        await using TestDashboard running = dashboard;
        Assert.Equal(11111, (await Check(dashboard)).Port);
        await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        Assert.Null((await dashboard.Lab.State()).Value.Check);
        Assert.True((await Check(dashboard)).DuringRun);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        Assert.Null((await dashboard.Lab.State()).Value.Check);
        time.Advance(TimeSpan.FromSeconds(3));
        LabCheck after = await Until(dashboard, c => c is not null);
        Assert.Equal((22222, false), (after.Port, after.DuringRun));
        Assert.Equal("192.168.122.68:22222", client.Checks[^1].Reach.ToString());
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_a_finding_and_not_a_failure()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        await Check(dashboard);
        server.Finds = _ => null;
        LabCheck check = await Check(dashboard);
        Assert.Equal(("answer", HubRoutes.Server), (check.Findings[0].About, check.Findings[0].Host));
        Assert.Null(check.Hosts[1].Check);
    }

    [Fact]
    public async Task A_check_beyond_its_bounds_ends_the_report()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent agent = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        HostCheck check = agent.Finds(new(1, 11111, null, false))!;
        PortHolder holder = new() { State = TcpState.Listen, Local = Endpoint.V4(0, 1) };
        foreach (HostCheck bad in (HostCheck[])[check with { Holders = [.. Enumerable.Repeat(holder, HostCheck.MaxHolders + 1)] }, check with { TrialBind = new('x', 33) },
            check with { Holders = [holder with { Program = new('x', 65) }] }, check with { Holders = [holder with { User = new('x', 65) }] }, check with { Capabilities = [""] }, check with { Port = 0 },
            check with { Sysctls = new Dictionary<string, string?> { ["net.ipv4.ip_local_reserved_ports"] = new('1', 16_385) } }])
            await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, true, Check: bad)));
        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, false, Check: check)));
    }

    private static async Task<LabCheck> Check(TestDashboard dashboard)
    {
        using HttpResponseMessage answer = await dashboard.Post("/api/labs/local/check");
        Assert.True(answer.IsSuccessStatusCode);
        return (await answer.Content.ReadFromJsonAsync(WireJson.Default.LabCheck, TestContext.Current.CancellationToken))!;
    }

    private static async Task<LabCheck> Until(TestDashboard dashboard, Func<LabCheck?, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (await tick.WaitForNextTickAsync(limit.Token))
        {
            if ((await dashboard.Lab.State()).Value.Check is var check && wanted(check))
                return check!;
        }
        throw new TimeoutException();
    }
}
