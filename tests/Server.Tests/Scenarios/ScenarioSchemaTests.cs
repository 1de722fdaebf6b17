using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

public sealed class ScenarioSchemaTests
{
    [Fact]
    public void The_schema_for_editors_is_what_the_types_say()
    {
        string made = ScenarioSchema.Make(),
            path = Path.Combine(Lessons.Directory, "scenario.schema.json"),
            beside = Path.Combine(AppContext.BaseDirectory, "scenario.schema.json");
        File.WriteAllText(beside, made);
        Assert.True(File.Exists(path) && File.ReadAllText(path) == made, $"The types have changed. Copy {beside} to src/Server/Scenarios.");
    }

    [Fact]
    public void It_has_every_field_and_every_kind_of_action()
    {
        JsonNode schema = JsonNode.Parse(ScenarioSchema.Make())!;
        Assert.Equal(ScenarioBinder.FieldsOf(typeof(Scenario)).Select(f => f.Name), schema["properties"]!.AsObject().Select(p => p.Key));
        JsonNode action = schema["definitions"]!["ScenarioAction"]!;
        Assert.Equal(ActionFields.Common.Concat(ActionFields.All).Order(), action["properties"]!.AsObject().Select(p => p.Key).Order());
        Assert.Equal(Enum.GetValues<ActionKind>().Length + Enum.GetValues<WaitFor>().Length, action["allOf"]!.AsArray().Count);
        Assert.Contains("true for AF_INET6", action["properties"]!["v6"]!["description"]!.ToString());
    }

    [Fact]
    public void Every_lesson_is_right_by_it()
    {
        JsonSchema schema = JsonSchema.FromText(ScenarioSchema.Make());
        Assert.All(LessonJson.Files, f => Assert.True(IsRight(schema, LessonJson.Of(File.ReadAllText(f))), Path.GetFileName(f)));
    }

    [Fact]
    public void What_is_wrong_in_a_lesson_is_wrong_by_it()
    {
        JsonSchema schema = JsonSchema.FromText(ScenarioSchema.Make());
        foreach (
            (string what, Action<JsonObject> change) in ((string, Action<JsonObject>)[])
                [
                    ("no title", s => s.Remove("title")),
                    ("a field that there is not", s => s["pause"] = 1),
                    ("a topic that there is not", s => s["topic"] = "weather"),
                    ("a level that there is not", s => s["level"] = "hard"),
                    ("a text for a number", s => s["pauseMs"] = "soon"),
                    ("a pause too long", s => s["pauseMs"] = Limits.MaxPauseMs + 1),
                    ("no ports", s => s["ports"] = new JsonArray()),
                    ("a port too great", s => s["ports"]![0]!["default"] = 65536),
                    ("a title of no language", s => s["title"] = new JsonObject { ["ja"] = "x" }),
                    ("a title too long", s => s["title"] = new string('x', Limits.MaxText + 1)),
                    ("steps that are no list", s => s["steps"] = new JsonObject()),
                    (
                        "too many actions",
                        s =>
                            s["steps"]![0]!["actions"] = new JsonArray([
                                .. Enumerable.Range(0, Limits.MaxActions + 1).Select(_ => s["steps"]![0]!["actions"]![0]!.DeepClone()),
                            ])
                    ),
                    ("an action that there is not", s => FirstAction(s)["do"] = "dance"),
                    ("no program", s => FirstAction(s).Remove("program")),
                    ("a field of another action", s => FirstAction(s)["address"] = "any"),
                    ("a switch for a name", s => FirstAction(s)["program"] = true),
                    ("a socket's name too long", s => s["steps"]![0]!["actions"]![1]!["socket"] = "abcdefghijklmnopq"),
                    ("a wait for nothing", s => s["steps"]![0]!["actions"]!.AsArray().Add(new JsonObject { ["do"] = "wait" })),
                    (
                        "a wait for a state without one",
                        s =>
                            s["steps"]![0]!["actions"]!
                                .AsArray()
                                .Add(
                                    new JsonObject
                                    {
                                        ["do"] = "wait",
                                        ["for"] = "state",
                                        ["host"] = "server",
                                    }
                                )
                    ),
                    (
                        "a state that there is not",
                        s =>
                            s["steps"]![0]!["actions"]!
                                .AsArray()
                                .Add(
                                    new JsonObject
                                    {
                                        ["do"] = "wait",
                                        ["for"] = "state",
                                        ["host"] = "server",
                                        ["state"] = "TIME_WAIT",
                                    }
                                )
                    ),
                    (
                        "a limit of nothing",
                        s =>
                            s["steps"]![0]!["actions"]!
                                .AsArray()
                                .Add(
                                    new JsonObject
                                    {
                                        ["do"] = "wait",
                                        ["for"] = "time",
                                        ["limitMs"] = 0,
                                    }
                                )
                    ),
                ]
        )
        {
            JsonObject lesson = LessonJson.Of(Lessons.Article);
            change(lesson);
            Assert.False(IsRight(schema, lesson), what);
            Assert.True(ScenarioReader.ReadJson(lesson.Deserialize<JsonElement>()).Scenario is null, $"{what}: the reader takes it");
        }
    }

    private static JsonObject FirstAction(JsonObject lesson) => lesson["steps"]![0]!["actions"]![0]!.AsObject();

    private static bool IsRight(JsonSchema schema, JsonObject lesson) => schema.Evaluate(lesson.Deserialize<JsonElement>()).IsValid;

    [Fact]
    public void Every_lesson_names_it_in_its_first_line() =>
        Assert.All(
            Directory.GetFiles(Lessons.Directory, "*.yaml"),
            f => Assert.Equal("# yaml-language-server: $schema=scenario.schema.json", File.ReadLines(f).First())
        );
}
