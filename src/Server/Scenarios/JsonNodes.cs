using System.Text.Json;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>A scenario as JSON: the depth is bounded by the reader, and the places are paths alone.</summary>
internal static class JsonNodes
{
    public static ScenarioNode Of(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => new MapNode([.. json.EnumerateObject().Select(p => new MapField(p.Name, Of(p.Value), 0, 0))], 0, 0),
            JsonValueKind.Array => new ListNode([.. json.EnumerateArray().Select(Of)], 0, 0),
            JsonValueKind.String => new TextNode(json.GetString()!, false, 0, 0),
            JsonValueKind.Null or JsonValueKind.Undefined => new TextNode("", true, 0, 0),
            _ => new TextNode(json.GetRawText(), true, 0, 0),
        };
}
