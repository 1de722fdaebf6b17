using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Scenarios;
using ReuseAddrDashboard.Server.Tests.Hosting;
using ReuseAddrDashboard.Server.Tests.Labs;

namespace ReuseAddrDashboard.Server.Tests.Hubs;

/// <summary>What a browser reads of what the hub writes.</summary>
public sealed class ListedScenarioTests
{
    [Fact]
    public async Task A_browser_lists_every_lesson_unpacks_it_whole_and_knows_what_its_hosts_lack_for_it()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        JsonSerializerOptions hub = dashboard.Services.GetRequiredService<IOptions<JsonHubProtocolOptions>>().Value.PayloadSerializerOptions;
        HostFacts[] hosts = [BenchScenarios.Facts("client"), BenchScenarios.Facts("server") with { Sources = [] }];
        var lacking = new List<string>();
        foreach (Scenario lesson in ScenarioCatalog.Load(Scenarios.Lessons.Directory).All.Select(l => l with { Expect = null }))
        {
            ListedScenario[] sent = [ListedScenario.Of(lesson)];
            ListedScenario listed = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(sent, hub), LabJson.Default.IReadOnlyListListedScenario)![0];
            Assert.Equal(
                (lesson.Id, lesson.Title, lesson.Summary, lesson.Topic, lesson.Level, lesson.Free),
                (listed.Id, listed.Title, listed.Summary, listed.Topic, listed.Level, listed.Free)
            );
            Assert.Equal(Json(lesson), Json(listed.Whole));
            IReadOnlyList<Message> missing = ScenarioNeeds.Missing(listed.Demands, hosts, HostsMode.Remote);
            Assert.Equal(ScenarioNeeds.Missing(lesson, hosts, HostsMode.Remote), missing);
            lacking.AddRange(missing.Select(m => m.Code));
        }
        Assert.Contains("need.capture", lacking);
        Assert.Contains("need.own-namespaces", lacking);

        static string Json(Scenario scenario) => JsonSerializer.Serialize(scenario, WireJson.Default.Scenario);
    }
}
