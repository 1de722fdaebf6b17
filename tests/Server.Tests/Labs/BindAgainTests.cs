using Microsoft.Data.Sqlite;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class BindAgainTests
{
    private const string Local = "192.168.122.68:22222", Remote = "192.168.122.177:40000";

    [Fact]
    public async Task Without_a_rebind_that_failed_there_is_nothing_to_wait_for()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/wait-and-bind"));
        Assert.Equal(409, status);
        Assert.Contains("nothing to wait for", detail);
        Assert.True((await dashboard.Post($"/api/runs/{id}/stop-waiting")).IsSuccessStatusCode);
        Assert.Equal(404, (await TestDashboard.Problem(await dashboard.Post("/api/runs/20200101-000000-abcdef/wait-and-bind"))).Status);
    }

    [Fact]
    public async Task Every_attempt_is_a_real_one_and_the_first_that_succeeds_ends_it()
    {
        (TestDashboard dashboard, ScriptedAgent server, string id) = await Rebound(failing: 3);
        await using TestDashboard running = dashboard;
        TaskCompletionSource listening = new();
        Func<SocketCommand, Task<(string, int, string)?>> result = server.Result;
        server.Result = async c =>
        {
            if (c is { Socket: "rfd", Call: SocketCall.Listen })
                listening.TrySetResult();
            return await result(c);
        };
        Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/wait-and-bind")).StatusCode);
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        // Between the last attempt and the lab's end of waiting: stopping waits for both.
        Assert.True((await dashboard.Post($"/api/runs/{id}/stop-waiting")).IsSuccessStatusCode);

        RunFile run = await dashboard.Run(id);
        Assert.Equal([1, 2, 3, 4], run.Rebind.Select(r => r.Attempt));
        Assert.Equal(["EADDRINUSE", "EADDRINUSE", "EADDRINUSE", null], run.Rebind.Select(r => r.Errno));
        Timeline timeline = Timeline.Of(RunFiles.HeaderOf(run), run.Events);
        Assert.Equal([false, true, true, true], timeline.Rebinds.Select(r => r.Waited));
        Assert.False(timeline.BindingAgain);
        Assert.Contains(timeline.Notes, n => n.Code == NoteCodes.BindingAgainEnded && n.Text.StartsWith("Bound again at attempt 4, after ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_stops_when_told_leaves_no_socket_open_and_may_be_begun_anew()
    {
        (TestDashboard dashboard, ScriptedAgent server, string id) = await Rebound(failing: int.MaxValue);
        await using TestDashboard running = dashboard;
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/wait-and-bind")).StatusCode);
            (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/rebind"));
            Assert.Equal((409, true), (status, detail.Contains("still making calls")));
            Assert.True((await dashboard.Post($"/api/runs/{id}/stop-waiting")).IsSuccessStatusCode);
        }
        RunFile run = await dashboard.Run(id);
        Assert.Equal(2, run.Events.Count(e => e is NoteEvent { Code: NoteCodes.BindingAgainEnded } n && n.Text.StartsWith("Binding again was stopped", StringComparison.Ordinal)));
        Assert.Empty(ScenarioProgress.Of(run.Script, run.Events).OpenSockets);
        Assert.DoesNotContain(server.Commands, c => c.Call == SocketCall.Listen && c.Socket == "rfd");
    }

    [Fact]
    public async Task Reset_ends_the_waiting_and_the_log_says_so()
    {
        (TestDashboard dashboard, _, string id) = await Rebound(failing: int.MaxValue);
        await using TestDashboard running = dashboard;
        Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/wait-and-bind")).StatusCode);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await HasEnded(dashboard, id, "Binding again was cut short");
        await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
    }

    [Fact]
    public async Task An_agent_that_is_started_anew_ends_the_waiting_and_the_rebind_after_it_is_none_of_its_attempts()
    {
        (TestDashboard dashboard, ScriptedAgent server, string id) = await Rebound(failing: int.MaxValue);
        await using TestDashboard running = dashboard;
        Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/wait-and-bind")).StatusCode);
        await server.Die();
        await using ScriptedAgent heir = await ScriptedAgent.Rejoin(dashboard.Url, HubRoutes.Server);
        Assert.True((await dashboard.Post($"/api/runs/{id}/stop-waiting")).IsSuccessStatusCode);
        await HasEnded(dashboard, id, "Binding again ");

        int before = (await dashboard.Run(id)).Rebind.Count;
        Assert.True((await dashboard.Post($"/api/runs/{id}/steps/rebind")).IsSuccessStatusCode);
        RunFile run = await dashboard.Run(id);
        RebindAttempt[] later = [.. Timeline.Of(RunFiles.HeaderOf(run), run.Events).Rebinds.Skip(before)];
        Assert.False(Assert.Single(later).Waited);
    }

    [Fact]
    public async Task A_dashboard_that_ends_ends_the_waiting_and_the_next_does_so_for_one_that_was_killed()
    {
        using var data = new TemporaryDirectory();
        (TestDashboard dashboard, _, string id) = await Rebound(failing: int.MaxValue, data.Path);
        Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/wait-and-bind")).StatusCode);
        await dashboard.DisposeAsync();
        // The log as a kill would have left it.
        await using (var store = new SqliteConnection($"Data Source={Directory.EnumerateFiles(data.Path, "*.db").Single()}"))
        {
            await store.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand kill = store.CreateCommand();
            kill.CommandText = $"DELETE FROM events WHERE Json LIKE '%{NoteCodes.BindingAgainEnded}%'";
            Assert.Equal(1, await kill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        await using TestDashboard again = await TestDashboard.Start(data.Path);
        await HasEnded(again, id, "The dashboard ended while binding again.");
    }

    private static async Task HasEnded(TestDashboard dashboard, string id, string text)
    {
        RunFile run = await dashboard.Run(id);
        Timeline timeline = Timeline.Of(RunFiles.HeaderOf(run), run.Events);
        Assert.Equal(Outcome.Completed, timeline.Progress.Outcome);
        Assert.False(timeline.BindingAgain);
        Assert.StartsWith(text, Assert.Single(timeline.Notes, n => n.Code == NoteCodes.BindingAgainEnded).Text);
    }

    private static async Task<(TestDashboard, ScriptedAgent, string)> Rebound(int failing, string? data = null)
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents(data);
        int binds = 0;
        server.Connection = (Local, Remote);
        server.Rows = c => c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row(Local, Remote, null, TcpState.TimeWait)] : [];
        server.Result = c => Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } && binds++ < failing ? ("EADDRINUSE", 98, "Address already in use") : null);
        string id = await dashboard.StartRun(new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 });
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        return (dashboard, server, id);
    }
}
