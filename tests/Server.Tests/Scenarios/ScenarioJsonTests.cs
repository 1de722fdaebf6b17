using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>A scenario is the same whether it comes as YAML, as JSON, or as an object through a hub, which System.Text.Json has made.</summary>
public sealed class ScenarioJsonTests
{
    [Fact]
    public void Every_lesson_given_as_JSON_is_the_YAML_one()
    {
        Assert.NotEmpty(LessonJson.Files);
        foreach (string file in LessonJson.Files)
        {
            string yaml = File.ReadAllText(file),
                wanted = Told(ScenarioReader.ReadYaml(yaml).Scenario!);
            JsonObject json = LessonJson.Of(yaml);
            Assert.Equal(wanted, Told(ScenarioReader.ReadJson(json.Deserialize<JsonElement>()).Scenario!));
            ScenarioReading through = ScenarioReader.Check(json.Deserialize(WireJson.Default.Scenario)!);
            Assert.DoesNotContain(through.Faults, f => !f.Warning);
            Assert.Equal(wanted, Told(through.Scenario!));
        }
    }

    [Fact]
    public void What_is_left_out_has_the_default_that_a_file_has()
    {
        JsonObject json = LessonJson.Of(Lessons.Article);
        Assert.False(json.ContainsKey("pauseMs"));
        Assert.Equal(300, json.Deserialize(WireJson.Default.Scenario)!.PauseMs);
        json["pauseMs"] = 0;
        Assert.Equal(0, json.Deserialize(WireJson.Default.Scenario)!.PauseMs);
    }

    private static string Told(Scenario scenario) => JsonSerializer.Serialize(scenario, WireJson.Default.Scenario);
}
