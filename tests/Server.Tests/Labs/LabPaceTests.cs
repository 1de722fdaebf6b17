using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Labs;
using static ReuseAddrDashboard.Server.Tests.Labs.BenchScenarios;

namespace ReuseAddrDashboard.Server.Tests.Labs;

/// <summary>A pause while the lab plays, and what people expect before the deciding step.</summary>
public sealed class LabPaceTests
{
    private static readonly ScenarioQuestion Question = new()
    {
        Text = LocalText.Of("What will bind() return?"),
        Choices =
        [
            new()
            {
                Id = "ok",
                Text = LocalText.Of("0"),
                When = "result(again) == ok",
            },
            new()
            {
                Id = "in-use",
                Text = LocalText.Of("EADDRINUSE"),
                When = "result(again) == EADDRINUSE",
            },
        ],
    };

    private static (LabBench, BenchAgent, BenchAgent) WithAgents()
    {
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents(Rebind() with { Question = Question });
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        return (bench, client, server);
    }

    [Fact]
    public void A_pause_between_two_actions_stops_at_once_and_the_step_goes_on_where_it_was()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start(pauseMs: 1000);
        bench.Begin(new PlayRun(id));
        bench.Pass(TimeSpan.FromSeconds(1));
        int calls = bench.Log<CallEvent>(id).Count();
        Assert.True(calls > 0);

        Assert.True(bench.Ask(new PauseRun(id)).Ok);
        Assert.Null(bench.Run(id).Doing);
        bench.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(calls, bench.Log<CallEvent>(id).Count());
        Assert.Equal(StepReadiness.Begun, bench.Run(id).Progress.Steps[0].Readiness);

        bench.Begin(new PlayRun(id));
        bench.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(Outcome.Completed, bench.Run(id).Progress.Outcome);
        Assert.Equal(1, bench.Run(id).Progress.Steps[0].Attempt);
    }

    [Fact]
    public void A_pause_between_two_steps_stops_playing()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start(pauseMs: 1000);
        bench.Begin(new PlayRun(id));
        while (bench.Run(id).Progress.Steps[0].Readiness != StepReadiness.Done)
            bench.Pass(TimeSpan.FromMilliseconds(100));
        bench.Ask(new PauseRun(id));
        bench.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(0, bench.Run(id).Progress.Steps[1].Attempt);
        Assert.True(bench.Ask(new RunStep(id, "connect"), wait: false).Ok);
    }

    [Fact]
    public void A_wait_of_a_step_is_paused_at_once_and_waited_for_anew()
    {
        Scenario waits = Rebind() with { PauseMs = 0 };
        ScenarioStep close = waits.Steps.First(s => s.Id == "close");
        waits = waits with
        {
            Steps =
            [
                .. waits.Steps.Select(s =>
                    s.Id == "close"
                        ? s with
                        {
                            Actions =
                            [
                                .. close.Actions,
                                new()
                                {
                                    Do = ActionKind.Wait,
                                    For = WaitFor.Time,
                                    LimitMs = 30_000,
                                },
                            ],
                        }
                        : s
                ),
            ],
        };
        (LabBench bench, BenchAgent client, BenchAgent server) = LabBench.WithAgents(waits);
        (client.Connected, server.Connected) = ((ClientEnd, ServerEnd), (ServerEnd, ClientEnd));
        string id = bench.Start();
        bench.Begin(new PlayRun(id));
        bench.Pass(TimeSpan.FromSeconds(10));
        int calls = bench.Log<CallEvent>(id).Count();
        Assert.True(bench.Ask(new PauseRun(id)).Ok);
        Assert.Null(bench.Run(id).Doing);
        bench.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((calls, StepReadiness.Begun), (bench.Log<CallEvent>(id).Count(), bench.Run(id).Progress.Find("close")!.Readiness));

        bench.Begin(new PlayRun(id));
        bench.Pass(TimeSpan.FromSeconds(29));
        Assert.Equal(StepReadiness.Begun, bench.Run(id).Progress.Find("close")!.Readiness);
        bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(Outcome.Completed, bench.Run(id).Progress.Outcome);
    }

    [Fact]
    public void The_wait_for_a_port_is_paused_at_once()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        string id = bench.Start();
        server.Tell(Row(ServerEnd, "192.168.122.177:50000", null, Core.Tcp.TcpState.TimeWait, bench.Now));
        bench.Begin(new PlayRun(id));
        Assert.NotNull(bench.Run(id).Doing);
        Assert.True(bench.Ask(new PauseRun(id)).Ok);
        Assert.Null(bench.Run(id).Doing);
        bench.Pass(TimeSpan.FromMinutes(2));
        Assert.Empty(server.Calls);
    }

    [Fact]
    public void A_pause_where_nothing_is_done_changes_nothing()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        Assert.True(bench.Ask(new PauseRun(id)).Ok);
        Assert.True(bench.Ask(new RunStep(id, "start")).Ok);
    }

    [Fact]
    public void What_people_expect_is_in_the_log_until_the_step_that_is_asked_about_begins()
    {
        (LabBench bench, _, BenchAgent server) = WithAgents();
        server.Result = c => c is { Socket: "rfd", Call: SocketCall.Bind } ? InUse : null;
        string id = bench.Start();
        Assert.True(bench.Ask(new PredictRun(id, "ok")).Ok);
        Assert.True(bench.Ask(new PredictRun(id, "in-use")).Ok);
        Assert.Equal(["ok", "in-use"], bench.Log<NoteEvent>(id).Where(n => n.Code == NoteCodes.Predicted).Select(n => n.Message["choice"]));

        Assert.Equal(LabRefusals.UnknownChoice, bench.Ask(new PredictRun(id, "neither")).Refusal?.Code);
        foreach (string step in (string[])["start", "connect", "close", "again"])
            Assert.True(bench.Ask(new RunStep(id, step)).Ok, step);
        Assert.Equal(LabRefusals.TooLate, bench.Ask(new PredictRun(id, "ok")).Refusal?.Code);
        Assert.Equal(2, bench.Stored[id].OfType<NoteEvent>().Count(n => n.Code == NoteCodes.Predicted));
    }

    [Fact]
    public void A_runs_predictions_are_bounded()
    {
        (LabBench bench, _, _) = WithAgents();
        string id = bench.Start();
        for (int i = 0; i < LabLimits.Predictions; i++)
            Assert.True(bench.Ask(new PredictRun(id, "ok")).Ok);
        Assert.Equal(LabRefusals.TooManyPredictions, bench.Ask(new PredictRun(id, "ok")).Refusal?.Code);
    }

    [Fact]
    public void A_scenario_without_a_question_takes_no_prediction()
    {
        (LabBench bench, _, _) = LabBench.WithAgents(Rebind() with { Question = null });
        Assert.Equal(LabRefusals.NoQuestion, bench.Ask(new PredictRun(bench.Start(), "ok")).Refusal?.Code);
    }
}
