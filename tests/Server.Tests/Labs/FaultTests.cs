using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class FaultTests
{
    private static readonly object Quick = new { scenario = "without-reuseaddr", port = 22222, pauseMs = 0 };
    private static readonly string[] Steps = ["start-listener", "connect", "close", "rebind"];

    public static TheoryData<string, string> EachStep => new()
    {
        { "start-listener", "server" }, { "connect", "client" }, { "connect", "server" }, { "close", "client" }, { "close", "server" }, { "rebind", "server" },
    };

    [Theory, MemberData(nameof(EachStep))]
    public async Task An_agent_that_dies_in_a_step_interrupts_the_run_and_after_Reset_the_lab_works_again(string dyingStep, string host)
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        ScriptedAgent dying = host == "client" ? client : server;
        string id = await dashboard.StartRun(Quick);
        foreach (string step in Steps.TakeWhile(s => s != dyingStep))
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);

        var dies = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        dying.Result = _ => { dies.TrySetResult(); throw new OperationCanceledException(); };
        Task<HttpResponseMessage> stepping = dashboard.Post($"/api/runs/{id}/steps/{dyingStep}");
        await dies.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await dying.Die();
        await using ScriptedAgent heir = await ScriptedAgent.Rejoin(dashboard.Url, host);
        await stepping;

        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Interrupted, run.Outcome);
        EndEvent end = Assert.Single(run.Events.OfType<EndEvent>());
        Assert.Contains(host, end.Reason);
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string next = await dashboard.StartRun(Quick);
        Assert.True((await dashboard.Post($"/api/runs/{next}/steps/start-listener")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_dashboard_that_ended_in_the_middle_of_a_run_marks_it_interrupted_and_keeps_its_events()
    {
        using var data = new TemporaryDirectory();
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(data.Path);
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        RunFile before = await dashboard.Run(id);
        await dashboard.DisposeAsync();

        (TestDashboard again, _, _) = await TestDashboard.StartWithAgents(data.Path);
        await using TestDashboard running = again;
        RunFile after = await again.Run(id);
        Assert.Equal(Outcome.Interrupted, after.Outcome);
        Assert.Equal(before.Events.Select(e => (e.Seq, e.GetType())), after.Events.Take(before.Events.Count).Select(e => (e.Seq, e.GetType())));
        (int status, string detail, _) = await TestDashboard.Problem(await again.Post($"/api/runs/{id}/steps/connect"));
        Assert.Equal(409, status);
        Assert.Contains("Reset", detail);
        Assert.True((await again.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await again.StartRun(Quick);
    }

    [Fact]
    public async Task A_run_that_was_completed_stays_so_when_the_dashboard_starts_again_and_is_not_opened()
    {
        using var data = new TemporaryDirectory();
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents(data.Path);
        string id = await dashboard.StartRun(Quick);
        foreach (string step in Steps)
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        await dashboard.DisposeAsync();

        (TestDashboard again, _, _) = await TestDashboard.StartWithAgents(data.Path);
        await using TestDashboard running = again;
        Assert.Equal(Outcome.Completed, (await again.Run(id)).Outcome);
        await using HubConnection browser = again.LabConnection();
        await browser.StartAsync(TestContext.Current.CancellationToken);
        Assert.Null((await browser.InvokeAsync<LabSnapshot>(nameof(ILabHub.Join), "local", TestContext.Current.CancellationToken)).State.Run);
    }

    [Fact]
    public async Task Reset_in_the_middle_of_a_step_closes_all_and_marks_the_run()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Result = _ => { hangs.TrySetResult(); throw new OperationCanceledException(); };
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        Task<HttpResponseMessage> connecting = dashboard.Post($"/api/runs/{id}/steps/connect");
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        int before = client.CloseAlls;
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await connecting;
        Assert.Equal(Outcome.Reset, (await dashboard.Run(id)).Outcome);
        Assert.Equal(before + 1, client.CloseAlls);
        Assert.True(server.CloseAlls > 0);
    }

    [Fact]
    public async Task What_an_agent_sends_twice_is_logged_once()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        AgentItem[] sent = await server.Send([new GapEvent { Source = EventSource.Agent, T = ScriptedAgent.Monotonic, Lost = 7, Reason = "seven rows" }]);
        Assert.Equal(sent[^1].Number, await server.Report(sent));
        Assert.Single((await dashboard.Run(id)).Events.OfType<GapEvent>());
    }

    [Fact]
    public async Task Items_missing_between_two_reports_are_counted_as_a_gap()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        AgentItem[] first = await server.Send([new NoteEvent { Source = EventSource.Agent, Code = "x", Text = "first" }]);
        await server.Report(new AgentItem(first[^1].Number + 4, new NoteEvent { Source = EventSource.Agent, Code = "x", Text = "later" }));
        Assert.Equal(3, Assert.Single((await dashboard.Run(id)).Events.OfType<GapEvent>()).Lost);
    }

    [Fact]
    public async Task A_report_with_more_than_it_may_hold_is_refused_and_logs_nothing()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        int before = (await dashboard.Run(id)).Events.Count;
        await Assert.ThrowsAsync<HubException>(() => server.Report([.. Enumerable.Range(100, AgentReport.MaxItems + 1).Select(n => new AgentItem(n, null))]));
        await Assert.ThrowsAsync<HubException>(() => server.Report(
            new AgentItem(1000, new CallEvent { Socket = "lfd", Call = "bind", Args = new string('x', 5000) })));
        await Assert.ThrowsAsync<HubException>(() => server.Report(new AgentItem(1000, new EndEvent { Outcome = Outcome.Completed })));
        Assert.Equal(before, (await dashboard.Run(id)).Events.Count);
    }

    [Fact]
    public async Task A_second_agent_for_a_taken_place_is_refused_with_a_sentence()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        await using ScriptedAgent other = await ScriptedAgent.Join(dashboard.Url, HubRoutes.Server);
        Assert.Contains("Another agent", other.Welcome!.Refused);
        await using ScriptedAgent nameless = await ScriptedAgent.Join(dashboard.Url, "printer");
        Assert.Contains("--name", nameless.Welcome!.Refused);
    }

    [Fact]
    public async Task What_a_browser_is_shown_is_already_stored()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        var missing = new List<long>();
        var watcher = new EndWatcher();
        watcher.OnBatch = async batch =>
        {
            RunFile stored = await dashboard.Run(batch.Run);
            lock (missing)
                missing.AddRange(batch.Events.Select(e => e.Seq).Except(stored.Events.Select(e => e.Seq)));
        };
        await using HubConnection browser = await watcher.Follow(dashboard);
        string id = await dashboard.StartRun(new { scenario = "with-reuseaddr", port = 22222, pauseMs = 0, play = true });
        await watcher.Completed;
        Assert.Empty(missing);
        Assert.Equal(Enumerable.Range(1, watcher.Seen.Count).Select(i => (long)i), watcher.Seen.Select(e => e.Seq));
    }

    [Fact]
    public async Task A_browser_that_comes_late_gets_the_whole_log_once()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        await using HubConnection browser = dashboard.LabConnection();
        await browser.StartAsync(TestContext.Current.CancellationToken);
        var snapshot = await browser.InvokeAsync<LabSnapshot>(nameof(ILabHub.Join), "local", TestContext.Current.CancellationToken);
        RunFile run = await dashboard.Run(id);
        Assert.Equal(run.Events.Select(e => e.Seq), snapshot.Events.Select(e => e.Seq));
        Assert.Equal(id, snapshot.State.Run!.Id);
        var since = await browser.InvokeAsync<IReadOnlyList<RunEvent>>(nameof(ILabHub.Since), id, 2L, TestContext.Current.CancellationToken);
        Assert.Equal(run.Events.Skip(2).Select(e => e.Seq), since.Select(e => e.Seq));
    }
}
