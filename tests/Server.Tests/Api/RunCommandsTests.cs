using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Api;

public sealed class RunCommandsTests
{
    [Fact]
    public async Task An_action_a_step_and_the_rest_are_carried_out_on_the_run_that_is_named()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string first = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        string other = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22223 },
                pauseMs = 0,
            }
        );

        Assert.Equal(200, await Status(dashboard, $"/api/runs/{other}/next-action"));
        Assert.Equal(200, await Status(dashboard, $"/api/runs/{first}/steps/start-listener"));
        Assert.Equal(["socket", "bind", "listen"], (await dashboard.Run(first)).Events.OfType<CallEvent>().Select(c => c.Call));
        Assert.True((await dashboard.Run(other)).Events.Count > 0);
        Assert.DoesNotContain((await dashboard.Run(other)).Events.OfType<StepEvent>(), s => s.Status == StepStatus.Done);

        Assert.Equal(200, await Status(dashboard, $"/api/runs/{first}/pace", new { pauseMs = 5 }));
        Assert.Equal(200, await Status(dashboard, $"/api/runs/{first}/reset"));
        Assert.Equal((Outcome.Reset, Outcome.Running), ((await dashboard.Run(first)).Outcome, (await dashboard.Run(other)).Outcome));
        Assert.Equal(200, await Status(dashboard, "/api/labs/local/reset"));
        Assert.Equal(Outcome.Reset, (await dashboard.Run(other)).Outcome);
    }

    [Fact]
    public async Task Play_and_repeat_answer_at_once_and_skipping_and_stopping_when_it_is_done()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        server.Result = c =>
            Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        var ended = new EndWatcher();
        await using var browser = await ended.Follow(dashboard);
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        using (HttpResponseMessage played = await dashboard.Post($"/api/runs/{id}/play"))
            Assert.Equal((202, $"/api/runs/{id}"), ((int)played.StatusCode, played.Headers.Location!.ToString()));
        await ended.Completed;
        Assert.Equal(202, await Status(dashboard, $"/api/runs/{id}/repeat"));
        Assert.Equal(200, await Status(dashboard, $"/api/runs/{id}/stop-repeating"));
        Assert.Contains((await dashboard.Run(id)).Events, e => e is NoteEvent { Code: NoteCodes.RepeatingEnded });
        (int status, _, JsonElement problem) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/skip-wait"));
        Assert.Equal((409, "lab.no-time-wait"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task What_a_lab_refuses_has_the_status_of_its_kind()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        Assert.Equal((404, "lab.unknown-step"), await Refused(dashboard, $"/api/runs/{id}/steps/fly"));
        Assert.Equal((409, "lab.step-waits"), await Refused(dashboard, $"/api/runs/{id}/steps/rebind"));
        Assert.Equal((400, "edge.body"), await Refused(dashboard, $"/api/runs/{id}/pace", new { pauseMs = 10_001 }));
        Assert.Equal((400, "edge.body"), await Refused(dashboard, $"/api/runs/{id}/pace", new { }));
        Assert.Equal((400, "edge.body"), await Refused(dashboard, $"/api/runs/{id}/pace", new { pauseMs = 1, speed = 2 }));
        Assert.Equal(200, await Status(dashboard, $"/api/runs/{id}/reset"));
        Assert.Equal((409, "lab.run-not-open"), await Refused(dashboard, $"/api/runs/{id}/play"));
        await server.Die();
        for (int tries = 0; ; tries++)
        {
            (int status, string? code) = await Refused(dashboard, "/api/labs/local/runs", new { scenario = "without-reuseaddr", ports = new { main = 22222 } });
            Assert.True(status is 503 or 409 && tries < 500, $"{status} {code}");
            if ((status, code) == (503, "lab.hosts-missing"))
                break;
        }
    }

    [Fact]
    public async Task A_check_of_the_hosts_is_answered_with_what_was_found()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        using HttpResponseMessage answer = await dashboard.Post("/api/labs/local/check");
        JsonElement check = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal((200, 2), ((int)answer.StatusCode, check.GetProperty("hosts").GetArrayLength()));
    }

    private static async Task<int> Status(TestDashboard dashboard, string path, object? body = null)
    {
        using HttpResponseMessage answer = await dashboard.Post(path, body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (int)answer.StatusCode;
    }

    private static async Task<(int, string?)> Refused(TestDashboard dashboard, string path, object? body = null)
    {
        using HttpResponseMessage answer = await dashboard.Post(path, body);
        if (answer.IsSuccessStatusCode)
            return ((int)answer.StatusCode, null);
        (int status, _, JsonElement problem) = await TestDashboard.Problem(answer);
        return (status, problem.GetProperty("code").GetString());
    }
}
