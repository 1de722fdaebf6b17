using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class ClockTests
{
    [Fact]
    public async Task Times_of_another_machine_are_placed_on_the_labs_axis_within_the_measured_uncertainty()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(
            dashboard.Url,
            TestHosts.Server,
            facts: ScriptedAgent.Facts(TestHosts.Server) with
            {
                BootId = "00000000-0000-4000-8000-000000000001",
            },
            clockBehind: 1_000_000_000_000
        );
        LabHost host = await UntilMeasured(dashboard);
        Assert.InRange(host.ClockUncertainty!.Value, 1, 1_000_000_000);

        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        long before = ScriptedAgent.Monotonic;
        await server.Send([
            new NoteEvent
            {
                Source = EvidenceSource.Agent,
                Message = new("now"),
                T = ScriptedAgent.Monotonic - 1_000_000_000_000,
            },
        ]);
        long after = ScriptedAgent.Monotonic;

        RunFile run = await dashboard.Run(id);
        ClockEvent known = Assert.IsType<ClockEvent>(run.Events[0]);
        Assert.Equal((TestHosts.Server, 0L, 0L), (known.Host, known.T, known.Shift));
        Assert.InRange(known.Uncertainty, 1, 1_000_000_000);
        long t = run.Events.OfType<NoteEvent>().Single(n => n.Code == "now").T;
        Assert.InRange(t, 0, after - before + run.Events.Max(e => e.T) + host.ClockUncertainty.Value);
        Assert.True(t < 60_000_000_000, "a clock 1000 s behind must not show");
    }

    [Theory]
    [InlineData(new string[] { "start-listener" }, Outcome.Interrupted)]
    [InlineData(new string[] { "start-listener", "connect", "close", "rebind" }, Outcome.Completed)]
    public async Task A_host_that_is_started_anew_ends_the_run_whose_axis_its_new_clock_is_not_on(string[] steps, Outcome outcome)
    {
        const long behind = 1_000_000_000_000;
        HostFacts facts = ScriptedAgent.Facts(TestHosts.Server);
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(
            dashboard.Url,
            TestHosts.Server,
            facts: facts with
            {
                BootId = "00000000-0000-4000-8000-000000000001",
            },
            clockBehind: behind
        );
        await UntilMeasured(dashboard);
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        foreach (string step in steps)
            Assert.True((await dashboard.Post($"/api/runs/{id}/steps/{step}")).IsSuccessStatusCode, step);
        RunFile before = await dashboard.Run(id);

        await server.Die();
        await using ScriptedAgent booted = await ScriptedAgent.Rejoin(
            dashboard.Url,
            TestHosts.Server,
            facts with
            {
                BootId = "00000000-0000-4000-8000-000000000002",
            },
            5 * behind
        );
        await booted.Send([
            new NoteEvent
            {
                Source = EvidenceSource.Agent,
                Message = new("now"),
                T = ScriptedAgent.Monotonic - 5 * behind,
            },
        ]);
        await UntilMeasured(dashboard);
        await client.Send([
            new NoteEvent
            {
                Source = EvidenceSource.Agent,
                Message = new("now"),
                T = ScriptedAgent.Monotonic,
            },
        ]);
        RunFile run = await dashboard.Run(id);
        Assert.Equal(outcome, run.Outcome);
        Assert.Equal(before.Events.Select(e => (e.Seq, e.T)), run.Events.Take(before.Events.Count).Select(e => (e.Seq, e.T)));
        Assert.All(
            run.Events.Skip(before.Events.Count),
            e => Assert.True(e is EndEvent or NoteEvent { Code: NoteCodes.AgentLost or NoteCodes.AgentRestarted }, e.ToString())
        );
        Assert.InRange(run.Events.Max(e => e.T), 0, 600_000_000_000);

        (int status, string detail, _) = await TestDashboard.Problem(
            await dashboard.Post($"/api/runs/{id}/steps/{(outcome == Outcome.Completed ? "rebind" : "connect")}")
        );
        Assert.Equal((409, true), (status, detail.Contains("has ended")));
        Assert.True((await dashboard.Post("/api/labs/local/reset")).IsSuccessStatusCode);
        string next = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        Assert.True((await dashboard.Post($"/api/runs/{next}/steps/start-listener")).IsSuccessStatusCode);
        Assert.InRange((await dashboard.Run(next)).Events.OfType<CallEvent>().First().T, -600_000_000_000, 600_000_000_000);
    }

    [Fact]
    public async Task A_clock_that_could_not_be_measured_is_measured_again()
    {
        var time = new FakeTimeProvider();
        await using TestDashboard dashboard = await TestDashboard.Start(time: time);
        await using ScriptedAgent client = await ScriptedAgent.Join(dashboard.Url, TestHosts.Client);
        await using ScriptedAgent server = await ScriptedAgent.Join(
            dashboard.Url,
            TestHosts.Server,
            facts: ScriptedAgent.Facts(TestHosts.Server) with
            {
                BootId = "00000000-0000-4000-8000-000000000001",
            },
            clockFails: true
        );
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await dashboard.Lab.State()).Value.Hosts.Any(h => !h.Connected))
        {
            if (server.ClockAsked > 0)
                time.Advance(TimeSpan.FromSeconds(10));
            await tick.WaitForNextTickAsync(limit.Token);
        }
        Assert.True(server.ClockAsked > 1);
    }

    private static async Task<LabHost> UntilMeasured(TestDashboard dashboard)
    {
        await dashboard.UntilReady();
        return (await dashboard.Lab.State()).Value.Hosts.Single(h => h.Name == TestHosts.Server);
    }
}
