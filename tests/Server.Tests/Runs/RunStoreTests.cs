using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

public sealed class RunStoreTests
{
    [Fact]
    public async Task A_run_keeps_its_own_copy_of_the_scenario_without_what_tests_expect()
    {
        (TestDashboard dashboard, _, _) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        Scenario catalogues = ScenarioCatalog.Load(Path.Combine(AppContext.BaseDirectory, "Scenarios")).Find("without-reuseaddr")!;
        Assert.NotNull(catalogues.Expect);
        string id = await dashboard.StartRun(
            new
            {
                scenario = "without-reuseaddr",
                ports = new { main = 22222 },
                pauseMs = 0,
            }
        );
        Assert.Null((await dashboard.Run(id)).Script.Expect);
        Assert.DoesNotContain(EarlierData.Query(dashboard.DataPath, "SELECT Header FROM runs"), h => h.Contains("\"expect\"", StringComparison.Ordinal));
        Assert.DoesNotContain(
            "\"expect\"",
            await dashboard.Http.GetStringAsync("/api/scenarios/without-reuseaddr", TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Outcome_and_results_in_the_list_are_those_of_the_file()
    {
        using var directory = new TemporaryDirectory();
        EarlierData.Make(directory.Path);
        await using TestDashboard dashboard = await TestDashboard.Start(directory.Path);
        foreach (string id in (string[])[EarlierData.Completed, EarlierData.Reset, EarlierData.Open])
        {
            RunFile run = await dashboard.Run(id);
            Assert.Equal(ScenarioProgress.Fold(RunFiles.HeaderOf(run), run.Events).Outcome, run.Outcome);
            Assert.Contains(
                $"\"id\":\"{id}\"",
                await dashboard.Http.GetStringAsync("/api/runs", TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }
    }
}
