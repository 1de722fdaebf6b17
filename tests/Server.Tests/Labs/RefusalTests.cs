using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class RefusalTests
{
    private static readonly object Quick = new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 };

    [Theory]
    [InlineData("connect", "'Start listener' comes first")]
    [InlineData("rebind", "'Start listener' comes first")]
    [InlineData("dance", "start-listener, connect, close, rebind")]
    public async Task A_step_that_cannot_run_is_refused_and_nothing_is_called(string step, string says)
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/{step}"));
        Assert.Equal(step == "dance" ? 404 : 409, status);
        Assert.Contains(says, detail);
        Assert.Empty(client.Commands.Concat(server.Commands));
        Assert.Equal(Outcome.Running, (await dashboard.Run(id)).Outcome);
    }

    [Fact]
    public async Task A_step_that_is_done_is_not_done_again()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/start-listener"));
        Assert.Equal((409, 3), (status, server.Commands.Count));
        Assert.Contains("is done", detail);
    }

    [Fact]
    public async Task A_second_run_waits_for_Reset_while_one_is_running_and_not_once_it_is_completed()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string first = await dashboard.StartRun(Quick);
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post("/api/labs/local/runs", Quick));
        Assert.Equal(409, status);
        Assert.Contains("Reset", detail);
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{first}/steps/{step}")).IsSuccessStatusCode, step);

        await dashboard.StartRun(Quick);
        Assert.Equal(Outcome.Completed, (await dashboard.Run(first)).Outcome);
        (status, detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{first}/steps/rebind"));
        Assert.Equal(409, status);
        Assert.Contains("not the open run", detail);
    }

    [Theory]
    [InlineData("EADDRINUSE", 98, "Address already in use", "choose another port")]
    [InlineData("EACCES", 13, "Permission denied", "1024 or above")]
    public async Task A_listener_that_cannot_bind_fails_its_step_with_advice_and_may_be_tried_again(string errno, int number, string text, string advice)
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        int binds = 0;
        server.Result = c => Task.FromResult<(string, int, string)?>(c.Call == SocketCall.Bind && binds++ == 0 ? (errno, number, text) : null);
        string id = await dashboard.StartRun(Quick);
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/start-listener"));
        Assert.Equal(409, status);
        Assert.Contains($"{text} ({errno})", detail);
        Assert.Contains(advice, detail);
        Assert.Equal(["socket", "bind", "close"], (await dashboard.Run(id)).Events.OfType<CallEvent>().Select(c => c.Call));
        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/start-listener")).IsSuccessStatusCode);
    }
}
