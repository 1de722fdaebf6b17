using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Options;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The list of runs: paged, filtered, and kept within bounds.</summary>
public sealed class RunListTests
{
    private static object Quick(string scenario) =>
        new
        {
            scenario,
            ports = new { main = 22222 },
            pauseMs = 0,
        };

    [Fact]
    public async Task It_is_paged_and_filtered_by_lesson_and_result()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        server.Result = c =>
            Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        string used = await Played(dashboard, "without-reuseaddr");
        server.Result = _ => Task.FromResult<(string, int, string)?>(null);
        string ok = await Played(dashboard, "with-reuseaddr"),
            open = await dashboard.StartRun(Quick("with-reuseaddr"));

        Assert.Equal([open, ok, used], await Ids(dashboard, ""));
        Assert.Equal([open, ok], await Ids(dashboard, "?limit=2"));
        Assert.Equal([used], await Ids(dashboard, $"?limit=2&before={ok}"));
        Assert.Equal([open, ok], await Ids(dashboard, "?lesson=with-reuseaddr"));
        Assert.Equal([used], await Ids(dashboard, "?result=EADDRINUSE"));
        Assert.Equal([ok], await Ids(dashboard, "?result=ok&lesson=with-reuseaddr"));
        Assert.Empty(await Ids(dashboard, "?lesson=none"));
        foreach (string wrong in (string[])["?limit=0", "?limit=201", "?limit=x", "?limit=", "?before="])
            Assert.Equal(400, (await TestDashboard.Problem(await dashboard.Http.GetAsync("/api/runs" + wrong, TestContext.Current.CancellationToken))).Status);
    }

    [Fact]
    public async Task A_run_is_deleted_once_it_is_over()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick("with-reuseaddr"));
        (int status, _, System.Text.Json.JsonElement body) = await TestDashboard.Problem(await Delete(dashboard, id));
        Assert.Equal((409, "edge.run-open"), (status, body.GetProperty("code").GetString()));
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        Assert.Equal(204, (int)(await Delete(dashboard, id)).StatusCode);
        Assert.Equal(404, (await TestDashboard.Problem(await Delete(dashboard, id))).Status);
        Assert.Empty(await Ids(dashboard, ""));
    }

    [Theory]
    [InlineData(2, null, 2)]
    [InlineData(null, 3, 0)]
    [InlineData(null, null, 3)]
    public async Task The_oldest_finished_runs_go_once_there_are_more_than_are_kept(int? runs, int? days, int left)
    {
        using var data = new TemporaryDirectory();
        EarlierData.Make(data.Path);
        EarlierData.Execute(
            data.Path,
            $"UPDATE runs SET Finished = 1; INSERT INTO runs SELECT '20261127-000000-aaaaaa', Lab, replace(Header, Id, '20261127-000000-aaaaaa'), 0, NULL FROM runs WHERE Id = '{EarlierData.Open}'"
        );
        // Three finished ones of a day that is long over, and one that is open.
        EarlierData.Execute(
            data.Path,
            """
            UPDATE events SET Run = '20200101' || substr(Run, 9) WHERE Run LIKE '20261126%';
            UPDATE runs SET Header = replace(Header, Id, '20200101' || substr(Id, 9)), Id = '20200101' || substr(Id, 9) WHERE Id LIKE '20261126%';
            """
        );
        await using TestDashboard dashboard = await TestDashboard.Start(
            data.Path,
            settings: new Dictionary<string, string?>
            {
                ["Retention:Runs"] = new Limit(runs).ToString(),
                ["Retention:Days"] = new Limit(days).ToString(),
                ["Retention:Megabytes"] = "all",
            }
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (EarlierData.Query(data.Path, "SELECT Id FROM runs WHERE Finished = 1 AND Summary IS NOT NULL").Count != left)
            await tick.WaitForNextTickAsync(limit.Token);
        Assert.Contains("20261127-000000-aaaaaa", await Ids(dashboard, ""));
        if (left == 2)
            Assert.DoesNotContain("20200101" + EarlierData.Reset[8..], await Ids(dashboard, ""));
    }

    private static async Task<string> Played(TestDashboard dashboard, string scenario)
    {
        string id = await dashboard.StartRun(Quick(scenario));
        foreach (string step in (string[])["start-listener", "connect", "close", "rebind"])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        return id;
    }

    private static Task<HttpResponseMessage> Delete(TestDashboard dashboard, string id) =>
        dashboard.Http.DeleteAsync($"/api/runs/{id}", TestContext.Current.CancellationToken);

    private static async Task<IEnumerable<string>> Ids(TestDashboard dashboard, string query) =>
        (await dashboard.Http.GetFromJsonAsync($"/api/runs{query}", WireJson.Default.IReadOnlyListRunSummary, TestContext.Current.CancellationToken))!.Select(
            r => r.Id
        );
}
