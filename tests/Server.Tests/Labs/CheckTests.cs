using System.Net.Http.Json;
using Microsoft.AspNetCore.SignalR.Client;
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
            check with { Holders = [holder with { Program = new('x', 65) }] }, check with { Capabilities = [""] }, check with { Port = 0 }])
            await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, true, Check: bad)));
        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, false, Check: check)));
    }

    private static async Task<LabCheck> Check(TestDashboard dashboard)
    {
        using HttpResponseMessage answer = await dashboard.Post("/api/labs/local/check");
        Assert.True(answer.IsSuccessStatusCode);
        return (await answer.Content.ReadFromJsonAsync(WireJson.Default.LabCheck, TestContext.Current.CancellationToken))!;
    }
}
