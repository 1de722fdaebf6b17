using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class FaultTests
{
    private static readonly object Quick = new
    {
        scenario = "without-reuseaddr",
        ports = new { main = 22222 },
        pauseMs = 0,
    };
    private static readonly string[] Steps = ["start-listener", "connect", "close", "rebind"];

    public static TheoryData<string, string> EachStep =>
        new()
        {
            { "start-listener", "server" },
            { "connect", "client" },
            { "connect", "server" },
            { "close", "client" },
            { "close", "server" },
            { "rebind", "server" },
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
        dying.Result = _ =>
        {
            dies.TrySetResult();
            throw new OperationCanceledException();
        };
        Task<HttpResponseMessage> stepping = dashboard.Post($"/api/runs/{id}/steps/{dyingStep}");
        await dies.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await dying.Die();
        await using ScriptedAgent heir = await ScriptedAgent.Rejoin(dashboard.Url, host);
        await stepping;
        await dashboard.UntilReady();

        RunFile run = await dashboard.Run(id);
        Assert.Equal(Outcome.Interrupted, run.Outcome);
        EndEvent end = Assert.Single(run.Events.OfType<EndEvent>());
        Assert.Equal(("end.agent-ended", host), (end.Reason!.Code, end.Reason["host"]));
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
        var watcher = new EndWatcher();
        await using HubConnection browser = await watcher.Follow(again);
        Assert.Empty((await watcher.Joined).Runs);
    }

    [Fact]
    public async Task Reset_in_the_middle_of_a_step_closes_all_and_marks_the_run()
    {
        (TestDashboard dashboard, ScriptedAgent client, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Result = _ =>
        {
            hangs.TrySetResult();
            throw new OperationCanceledException();
        };
        string id = await dashboard.StartRun(Quick);
        await dashboard.Post($"/api/runs/{id}/steps/start-listener");
        Task<HttpResponseMessage> connecting = dashboard.Post($"/api/runs/{id}/steps/connect");
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        int before = client.Closed;
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        await connecting;
        Assert.Equal(Outcome.Reset, (await dashboard.Run(id)).Outcome);
        Assert.Equal(before + 1, client.Closed);
        Assert.True(server.Closed > 0);
    }

    [Fact]
    public async Task What_an_agent_sends_twice_is_logged_once()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        AgentItem[] sent = await server.Send([
            new GapEvent
            {
                Source = EvidenceSource.Agent,
                T = ScriptedAgent.Monotonic,
                Lost = 7,
                Reason = new("gap.seven-rows"),
            },
        ]);
        Assert.Equal(sent[^1].Number, await server.Report(sent));
        Assert.Single((await dashboard.Run(id)).Events.OfType<GapEvent>());
    }

    [Fact]
    public async Task Items_missing_between_two_reports_are_counted_as_a_gap()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        string id = await dashboard.StartRun(Quick);
        AgentItem[] first = await server.Send([new NoteEvent { Source = EvidenceSource.Agent, Message = new("x.first") }]);
        await server.Report(new AgentItem(first[^1].Number + 4, new NoteEvent { Source = EvidenceSource.Agent, Message = new("x.later") }));
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
        await Assert.ThrowsAsync<HubException>(() =>
            server.Report(
                new AgentItem(
                    1000,
                    new CallEvent
                    {
                        Source = EvidenceSource.Call,
                        Socket = "lfd",
                        Call = "bind",
                        Args = new(),
                        ErrnoText = new string('x', 5000),
                    }
                )
            )
        );
        await Assert.ThrowsAsync<HubException>(() => server.Report(new AgentItem(1000, new EndEvent { Outcome = Outcome.Completed })));
        Assert.Equal(before, (await dashboard.Run(id)).Events.Count);
    }

    [Fact]
    public async Task A_second_agent_for_a_taken_place_is_refused()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        await using ScriptedAgent other = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server);
        Assert.Equal("join.taken", other.Welcome!.Refused!.Code);
        await using ScriptedAgent nameless = await ScriptedAgent.Join(dashboard.Url, "printer");
        Assert.Equal("join.unknown-role", nameless.Welcome!.Refused!.Code);
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
        string id = await dashboard.StartRun(
            new
            {
                scenario = "with-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
                play = true,
            }
        );
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
        RunFile run = await dashboard.Run(id);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watcher = new EndWatcher();
        watcher.OnBatch = batch =>
        {
            if (batch.Events[^1].Seq == run.Events.Count)
                all.TrySetResult();
            return Task.CompletedTask;
        };
        await using HubConnection browser = await watcher.Follow(dashboard);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await dashboard.Post("/api/labs/local/reset");
        Assert.Equal(id, Assert.Single((await watcher.Joined).Runs).Header.Id);
        lock (watcher.Seen)
            Assert.Equal(run.Events.Select(e => e.Seq), watcher.Seen.Take(run.Events.Count).Select(e => e.Seq));
    }
}
