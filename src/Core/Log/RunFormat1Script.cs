using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>The scenario of a run of format 1 in the language of today: an action for each call, in its place, so that <c>index</c> still names it.</summary>
internal sealed class RunFormat1Script
{
    /// <summary>The two switches and the one port that there were.</summary>
    public const string ListenerReuseAddr = "listenerReuseAddr",
        RebindReuseAddr = "rebindReuseAddr",
        Port = "main";

    private readonly List<(string Id, string Host, string Command, string Started)> _programs = [];
    private readonly Dictionary<(string Step, long Index), string> _programByCall = [];

    public RunFormat1Script(JsonElement script, JsonElement options)
    {
        JsonElement defaults = script.Member("defaults");
        var steps = new JsonArray([.. script.Member("steps").EnumerateArray().Select(s => Step(s, options))]);
        Json = new JsonObject
        {
            ["id"] = script.Text("id"),
            ["title"] = script.Text("title"),
            ["summary"] = script.Text("summary"),
            ["topic"] = "time-wait",
            ["values"] = new JsonArray(
                Switch(ListenerReuseAddr, "SO_REUSEADDR on the first listener", defaults),
                Switch(RebindReuseAddr, "SO_REUSEADDR on the rebind", defaults)
            ),
            ["ports"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = Port,
                    ["default"] = defaults.Number("port"),
                    ["host"] = "server",
                }
            ),
            ["programs"] = new JsonArray([
                .. _programs.Select(p => new JsonObject
                {
                    ["id"] = p.Id,
                    ["host"] = p.Host,
                    ["command"] = p.Command,
                }),
            ]),
            ["pauseMs"] = defaults.Number("pauseMs"),
            ["steps"] = steps,
        };
    }

    public JsonObject Json { get; }

    /// <summary>The program whose call stands at that place; null for none.</summary>
    public string? ProgramOf(string? step, long? index) => step is not null && index is { } at ? _programByCall.GetValueOrDefault((step, at)) : null;

    /// <summary>The program that was started by a command on a host: of several, <paramref name="last"/> where it is one of them.</summary>
    public string ProgramOf(string? host, string started, string? last)
    {
        string[] all = [.. _programs.Where(p => p.Host == host && p.Started == started).Select(p => p.Id)];
        return last is not null && all.Contains(last) ? last : all.FirstOrDefault() ?? started;
    }

    private static JsonObject Switch(string id, string label, JsonElement defaults) =>
        new()
        {
            ["id"] = id,
            ["kind"] = "switch",
            ["label"] = label,
            ["default"] = defaults.Flag(id),
        };

    private JsonObject Step(JsonElement step, JsonElement options)
    {
        string id = step.Text("id") ?? "";
        bool lesson = step.Flag("resultIsLesson");
        var actions = new JsonArray();
        foreach (JsonElement call in step.Member("calls").EnumerateArray())
        {
            string program = Program(call.Text("host") ?? "", call.Text("program") ?? "", options);
            _programByCall[(id, actions.Count)] = program;
            actions.Add((JsonNode)Action(call, program, lesson));
        }
        return new()
        {
            ["id"] = id,
            ["title"] = step.Text("title"),
            ["againTitle"] = step.Text("againTitle"),
            ["does"] = step.Text("does"),
            ["shows"] = step.Text("shows"),
            ["repeats"] = step.Flag("repeats"),
            ["actions"] = actions,
        };
    }

    private static JsonObject Action(JsonElement call, string program, bool lesson)
    {
        string name = call.Text("call") ?? "",
            socket = call.Text("socket") ?? "";
        var action = new JsonObject
        {
            ["do"] = name,
            ["program"] = program,
            ["socket"] = socket,
        };
        string? when = call.Text("when") switch
        {
            null or "always" => null,
            "sharedNamespace" => "one-namespace()",
            "socketOpen" => $"open({socket})",
            var value => value,
        };
        if (when is not null)
            action["when"] = when;
        switch (name)
        {
            case "bind" or "connect":
                action["address"] = call.Text("address");
                if (call.Flag("anyPort"))
                    action["port"] = "0";
                break;
            case "setsockopt":
                action["option"] = call.Text("option") ?? "SO_REUSEADDR";
                action["value"] = call.Number("value") ?? 1;
                break;
            case "getsockopt":
                action["option"] = call.Text("option") ?? "SO_REUSEADDR";
                break;
            case "listen":
                action["backlog"] = call.Number("backlog") ?? 0;
                break;
            case "accept4":
                action["accepted"] = call.Text("accepted");
                break;
        }
        // Where the result was the lesson, bind decided and, where bind succeeded, listen.
        if (lesson && (name is "bind" or "listen"))
            action["decides"] = true;
        if (call.Text("prints") is { } prints)
            action["prints"] = prints;
        return action;
    }

    private string Program(string host, string command, JsonElement options)
    {
        string now = command
            .Replace("{0}", $"{{{ListenerReuseAddr}}}", StringComparison.Ordinal)
            .Replace("{1}", $"{{{RebindReuseAddr}}}", StringComparison.Ordinal);
        if (_programs.Find(p => p.Host == host && p.Command == now) is { Id: { } known })
            return known;
        string started = command
            .Replace("{0}", options.Flag(ListenerReuseAddr) ? "1" : "0", StringComparison.Ordinal)
            .Replace("{1}", options.Flag(RebindReuseAddr) ? "1" : "0", StringComparison.Ordinal);
        // ./sv 1 is sv, and the next program of that name sv2.
        string word = string.Concat(command.Split(' ')[0].Split('/')[^1].ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)),
            id = word.Length > 0 ? word : "program";
        for (int n = 2; _programs.Exists(p => p.Id == id); n++)
            id = $"{word}{n}";
        _programs.Add((id, host, now, started));
        return id;
    }
}

/// <summary>Members of JSON that may be absent or of another type: both are null.</summary>
internal static class JsonMembers
{
    public static string? Text(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static long? Number(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
        && of.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out long number)
            ? number
            : null;

    /// <summary>True for true alone.</summary>
    public static bool Flag(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <exception cref="JsonException">There is none.</exception>
    public static JsonElement Member(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) ? value : throw new JsonException($"'{name}' is missing.");

    public static JsonNode? Copy(this JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) ? Copy(value) : null;

    /// <exception cref="JsonException">It is no object.</exception>
    public static JsonObject CopyObject(this JsonElement of)
    {
        if (of.ValueKind != JsonValueKind.Object)
            throw new JsonException("An object is expected.");
        var copy = new JsonObject();
        foreach (JsonProperty member in of.EnumerateObject())
            copy[member.Name] = Copy(member.Value);
        return copy;
    }

    private static JsonNode? Copy(JsonElement of) =>
        of.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(of),
            JsonValueKind.Array => JsonArray.Create(of),
            JsonValueKind.Null => null,
            _ => JsonValue.Create(of),
        };
}
