using System.Globalization;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Scenarios.Check;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>A lesson's YAML as the JSON that says the same, with nothing added: what a file leaves out stays out.</summary>
internal static class LessonJson
{
    public static IReadOnlyList<string> Files { get; } = [.. Directory.GetFiles(Lessons.Directory, "*.yaml").Order(StringComparer.Ordinal)];

    public static JsonObject Of(string yaml)
    {
        var faults = new FaultList();
        ScenarioNode? root = YamlNodes.Read(yaml, faults);
        Assert.Empty(faults.All);
        return Of(root!, null)!.AsObject();
    }

    private static JsonNode? Of(ScenarioNode node, string? field) =>
        node switch
        {
            MapNode map => new JsonObject(map.Fields.Select(f => KeyValuePair.Create(f.Name, Of(f.Value, f.Name)))),
            ListNode list => new JsonArray([.. list.Items.Select(i => Of(i, null))]),
            TextNode { IsNull: true } => null,
            // A port's id, an option's number: texts, though nobody quotes them in YAML.
            TextNode { Plain: true, Text: var text } when field is not ("port" or "option") => text is "true" or "false" ? text == "true"
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
            : text,
            _ => ((TextNode)node).Text,
        };
}
