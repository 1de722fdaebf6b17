using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class CheckTests
{
    [Fact]
    public async Task The_check_on_demand_says_who_holds_the_port_and_a_run_may_start_all_the_same()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        Func<CheckOrder, HostCheck?> fine = server.Finds;
        server.Finds = order =>
            fine(order)! with
            {
                TrialBind = "EADDRINUSE",
                Holders =
                [
                    new()
                    {
                        State = TcpState.Listen,
                        Local = TcpEndpoint.V4(0, (ushort)order.Port),
                        Inode = 7,
                        Pid = 42,
                        Program = "nginx",
                    },
                ],
            };
        using HttpResponseMessage answer = await dashboard.Post("/api/labs/local/check");
        LabCheck check = (await answer.Content.ReadFromJsonAsync(WireJson.Default.LabCheck, TestContext.Current.CancellationToken))!;
        Assert.Equal((FindingLevel.Blocker, "port", false), (check.Findings[0].Level, check.Findings[0].About, check.DuringRun));
        Assert.Contains("nginx", check.Findings[0].Found.Args.Values);
        await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
    }

    [Fact]
    public async Task A_check_beyond_its_bounds_ends_the_report()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent agent = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        HostCheck check = agent.Finds(new() { Id = 1, Port = 11111 })!;
        PortHolder holder = new() { State = TcpState.Listen, Local = TcpEndpoint.V4(0, 1) };
        foreach (
            HostCheck bad in (HostCheck[])
                [
                    check with
                    {
                        Holders = [.. Enumerable.Repeat(holder, HostCheck.MaxHolders + 1)],
                    },
                    check with
                    {
                        TrialBind = new('x', 33),
                    },
                    check with
                    {
                        Holders = [holder with { Program = new('x', 65) }],
                    },
                    check with
                    {
                        Holders = [holder with { User = new('x', 65) }],
                    },
                    check with
                    {
                        Capabilities = [""],
                    },
                    check with
                    {
                        Port = 0,
                    },
                    check with
                    {
                        Sysctls = new Dictionary<string, string?> { ["net.ipv4.ip_local_reserved_ports"] = new('1', 16_385) },
                    },
                ]
        )
        {
            await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, true, Check: bad)));
        }

        await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, false, Check: check)));
    }
}
