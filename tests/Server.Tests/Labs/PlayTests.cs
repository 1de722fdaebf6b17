using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>The article's lessons over the hubs and the API, with agents in the hands of the test.</summary>
public sealed class PlayTests
{
    private static readonly object Quick = new
    {
        scenario = "without-reuseaddr",
        ports = new { main = 22222 },
        pauseMs = 0,
    };
    private static readonly string[] Steps = ["start-listener", "connect", "close", "rebind"];

    [Fact]
    public async Task Steps_make_the_scenarios_calls_in_order_and_the_rebinds_failure_is_its_result()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        server.Result = c =>
            Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        server.Rows = c =>
            c is { Socket: "afd", Call: SocketCall.Close } ? [ScriptedAgent.Row("192.168.122.68:22222", "192.168.122.177:40000", null, TcpState.TimeWait)] : [];

        string id = await dashboard.StartRun(Quick);
        foreach (string step in Steps)
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal(Enumerable.Range(1, run.Events.Count).Select(i => (long)i), run.Events.Select(e => e.Seq));
        Assert.Equal(
            [
                "server socket lfd",
                "server bind lfd",
                "server listen lfd",
                "client socket cfd",
                "client connect cfd",
                "server accept4 lfd",
                "server close afd",
                "server close lfd",
                "client read cfd",
                "client close cfd",
                "server socket rfd",
                "server bind rfd",
            ],
            run.Events.OfType<CallEvent>().Select(c => $"{c.Host} {c.Call} {c.Socket}")
        );
        RunResult rebind = Assert.Single(run.Results);
        Assert.Equal(("EADDRINUSE", -1L, "bind"), (rebind.Errno, rebind.Result, rebind.Call));
        Assert.Equal(["accept", "we received FIN from server.", "bind: Address already in use"], run.Events.OfType<OutputEvent>().Select(o => o.Text));
    }

    [Fact]
    public async Task A_client_in_the_servers_namespace_binds_its_own_address_whoever_started_its_agent()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        HostFacts Facts(string name, string address) => ScriptedAgent.Facts(name) with { Address = address, NetworkNamespace = 4026531840 };
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client, facts: Facts(TestHosts.Client, "127.0.0.2"));
        await using ScriptedAgent server = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server, facts: Facts(TestHosts.Server, "127.0.0.1"));
        await dashboard.UntilReady();
        string id = await dashboard.StartRun(Quick);
        foreach (string step in Steps[..2])
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        Assert.Equal(
            ["socket", "bind", "connect"],
            (await dashboard.Run(id)).Events.OfType<CallEvent>().Where(c => c.Host == TestHosts.Client).Select(c => c.Call)
        );
    }

    [Fact]
    public async Task Play_with_the_option_sets_it_on_both_listeners_and_completes()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        var ended = new EndWatcher();
        await using var browser = await ended.Follow(dashboard);
        string id = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
                play = true,
            }
        );
        await ended.Completed;
        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal(["lfd", "rfd"], run.Events.OfType<CallEvent>().Where(c => c.Call == "setsockopt").Select(c => c.Socket));
        Assert.All(run.Results, r => Assert.True(r.Succeeded));
    }

    [Fact]
    public async Task A_failing_step_is_a_conflict_with_its_reason()
    {
        (TestDashboard dashboard, ScriptedAgent client, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        client.Result = c => Task.FromResult<(string, int, string)?>(c.Call == SocketCall.Connect ? ("ECONNREFUSED", 111, "Connection refused") : null);
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        (int status, string detail, _) = await TestDashboard.Problem(await dashboard.Post($"/api/runs/{id}/steps/connect"));
        Assert.Equal(409, status);
        Assert.Contains("Connection refused (ECONNREFUSED)", detail);
        Assert.Contains(client.Ended, e => e.Program == "cl" && e.Sockets.SequenceEqual(["cfd"]));
    }

    [Fact]
    public async Task Several_runs_are_played_side_by_side()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string[] ids = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(i =>
                    dashboard.StartRun(
                        new
                        {
                            scenario = "with-reuseaddr",
                            ports = new { main = 22222 + i },
                            pauseMs = 0,
                        }
                    )
                )
        );
        HttpResponseMessage[] answers = await Task.WhenAll(ids.Select(id => dashboard.Post($"/api/runs/{id}/steps/start-listener")));
        Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode));
        Assert.Equal(ids.Order(), (await dashboard.Lab.State()).Value.Runs.Select(r => r.Header.Id).Order());
        foreach (string id in ids)
            Assert.Equal(["socket", "setsockopt", "bind", "listen"], (await dashboard.Run(id)).Events.OfType<CallEvent>().Select(c => c.Call));
    }

    [Fact]
    public async Task A_dashboard_that_ends_ends_the_repeating_and_the_next_does_so_for_one_that_was_killed()
    {
        using var data = new TemporaryDirectory();
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents(data.Path);
        server.Result = c =>
            Task.FromResult<(string, int, string)?>(c is { Socket: "rfd", Call: SocketCall.Bind } ? ("EADDRINUSE", 98, "Address already in use") : null);
        string id = await dashboard.StartRun(Quick);
        foreach (string step in Steps)
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        Assert.Equal(202, (int)(await dashboard.Post($"/api/runs/{id}/repeat")).StatusCode);
        await dashboard.DisposeAsync();
        // The log as a kill would have left it.
        await using (var store = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Directory.EnumerateFiles(data.Path, "*.db").Single()}"))
        {
            await store.OpenAsync(TestContext.Current.CancellationToken);
            await using Microsoft.Data.Sqlite.SqliteCommand kill = store.CreateCommand();
            kill.CommandText = $"DELETE FROM events WHERE Json LIKE '%{NoteCodes.RepeatingEnded}%'";
            Assert.Equal(1, await kill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
        await using TestDashboard again = await TestDashboard.Start(data.Path);
        RunFile run = await again.Run(id);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal("interrupted", run.Events.OfType<NoteEvent>().Single(n => n.Code == NoteCodes.RepeatingEnded).Message["end"]);
    }
}
