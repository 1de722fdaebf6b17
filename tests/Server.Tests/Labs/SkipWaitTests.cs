using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class SkipWaitTests
{
    private const string Local = "192.168.122.68:22222", Remote = "192.168.122.177:40000", Foreign = "192.168.122.177:50000";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_the_runs_own_TIME_WAIT_is_destroyed_and_only_where_the_host_may(bool may)
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server, facts: ScriptedAgent.Facts(HubRoutes.Server) with { CanDestroySockets = may });
        server.Connection = (Local, Remote);
        server.Rows = c => c is { Socket: "afd", Call: SocketCall.Close }
            ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait), ScriptedAgent.Row(Local, Foreign, null, TcpState.TimeWait)] : [];
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/skip-wait"));
        Assert.Equal(409, status);
        Assert.Contains("No socket of this run is in TIME-WAIT", detail);
        foreach (string step in (string[])["start-listener", "connect", "close"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        using HttpResponseMessage answer = await dashboard.Post($"/api/runs/{id}/skip-wait");
        if (may)
        {
            Assert.True(answer.IsSuccessStatusCode);
            DestroyOrder order = Assert.Single(server.Destroyed);
            Assert.Equal((Local, Remote), (order.Local.ToString(), order.Remote.ToString()));
        }
        else
        {
            (status, detail, _) = await TestDashboard.Problem(answer);
            Assert.Equal(409, status);
            Assert.Contains("CAP_NET_ADMIN", detail);
            Assert.Empty(server.Destroyed);
        }
    }

    [Fact]
    public async Task Reset_leaves_the_port_clean_for_the_next_run()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server, facts: ScriptedAgent.Facts(HubRoutes.Server) with { CanDestroySockets = true });
        server.Connection = (Local, Remote);
        server.Rows = c => c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait)] : [];
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        foreach (string step in (string[])["start-listener", "connect", "close"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        Assert.Equal(Local, Assert.Single(server.Destroyed).Local.ToString());
    }
}
