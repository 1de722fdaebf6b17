using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Labs;
using ReuseAddrDashboard.Server.Tests.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Hubs;

public sealed class ListedScenarioTests
{
    private static readonly IReadOnlyList<Scenario> All = ScenarioCatalog.Load(Scenarios.Lessons.Directory).All;

    [Fact]
    public void A_browser_lists_every_lesson_and_unpacks_it_whole()
    {
        foreach (Scenario lesson in All.Select(l => l with { Expect = null }))
        {
            ListedScenario listed = ListedScenario.Of(lesson);
            Assert.Equal(
                (lesson.Id, lesson.Title, lesson.Summary, lesson.Topic, lesson.Level, lesson.Free),
                (listed.Id, listed.Title, listed.Summary, listed.Topic, listed.Level, listed.Free)
            );
            Assert.Equal(Json(lesson), Json(listed.Whole));
        }

        static string Json(Scenario scenario) => JsonSerializer.Serialize(scenario, WireJson.Default.Scenario);
    }

    [Fact]
    public void What_these_hosts_lack_is_told_without_unpacking()
    {
        HostFacts[] hosts = [BenchScenarios.Facts("client"), BenchScenarios.Facts("server") with { Sources = [] }];
        var lacking = new List<string>();
        foreach (Scenario lesson in All)
        {
            IReadOnlyList<Message> missing = ScenarioNeeds.Missing(lesson, hosts, HostsMode.Remote);
            Assert.Equal(missing, ScenarioNeeds.Missing(ListedScenario.Of(lesson).Demands, hosts, HostsMode.Remote));
            lacking.AddRange(missing.Select(m => m.Code));
        }
        Assert.Contains("need.capture", lacking);
        Assert.Contains("need.own-namespaces", lacking);
    }
}
