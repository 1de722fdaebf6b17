using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>
/// Reads the body of POST /api/labs/{lab}/runs; everything that is wrong at once, by field. Whether a scenario has such values and ports is the lab's to say.
/// </summary>
internal static class StartRunBody
{
    public const string Example = """{"scenario": "without-reuseaddr", "play": true}""";

    private static readonly string[] Fields = ["scenario", "script", "values", "ports", "pauseMs", "play"];

    public static (StartRun? Request, IReadOnlyList<ProblemError> Errors) Read(JsonElement root)
    {
        var errors = new List<ProblemError>();
        BodyFields.OnlyOf(root, Fields, errors);
        JsonElement? scenario = BodyFields.Value(root, "scenario"),
            script = BodyFields.Value(root, "script");
        if (scenario is null == script is null)
            Add(errors, "scenario", EdgeCodes.ScenarioOrScript);
        else if (scenario is { } named && (named.ValueKind != JsonValueKind.String || named.GetString() is not { Length: > 0 and <= Limits.MaxId }))
            Add(errors, "scenario", EdgeCodes.ScenarioName, ("most", Limits.MaxId));
        var request = new StartRun
        {
            Scenario = scenario is { ValueKind: JsonValueKind.String } s ? s.GetString() : null,
            Script = script is { } whole ? Script(whole, errors) : null,
            Values = Values(root, errors),
            Ports = Ports(root, errors),
            PauseMs = BodyFields.Whole(root, "pauseMs", 0, Limits.MaxPauseMs, errors),
            Play = BodyFields.Switch(root, "play", errors) ?? false,
        };
        return (errors.Count == 0 ? request : null, errors);
    }

    private static Scenario? Script(JsonElement script, List<ProblemError> errors)
    {
        ScenarioReading? read = script.ValueKind switch
        {
            JsonValueKind.Object => ScenarioReader.ReadJson(WithoutMissing(script)),
            JsonValueKind.String => ScenarioReader.ReadYaml(script.GetString()!),
            _ => null,
        };
        if (read is null)
            Add(errors, "script", EdgeCodes.Script);
        else if (read.Scenario is null)
            errors.AddRange(read.Faults.Where(f => !f.Warning).Select(f => ScenarioFaults.Error(f, "script")));
        return read?.Scenario;
    }

    // What GET /api/scenarios/{id} answers with may be sent back as it is.
    private static JsonElement WithoutMissing(JsonElement script)
    {
        if (!script.TryGetProperty("missing", out _))
            return script;
        JsonObject own = JsonObject.Create(script)!;
        own.Remove("missing");
        return own.Deserialize<JsonElement>();
    }

    private static Dictionary<string, Scalar>? Values(JsonElement root, List<ProblemError> errors)
    {
        if (BodyFields.Value(root, "values") is not { } given)
            return null;
        if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Count() > Limits.MaxValues)
        {
            Add(errors, "values", EdgeCodes.Values, ("most", Limits.MaxValues));
            return null;
        }
        var values = new Dictionary<string, Scalar>();
        foreach (JsonProperty value in given.EnumerateObject())
        {
            if (Chosen(value.Value) is { } read)
                values[value.Name] = read;
            else
                Add(errors, $"values.{Problems.Short(value.Name)}", EdgeCodes.Value, ("most", Scalar.MaxText));
        }
        return values;
    }

    private static Scalar? Chosen(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => Scalar.Of(value.GetBoolean()),
            JsonValueKind.Number when value.TryGetInt64(out long number) => Scalar.Of(number),
            JsonValueKind.String when value.GetString() is { Length: <= Scalar.MaxText } text => Scalar.Of(text),
            _ => null,
        };

    private static Dictionary<string, int>? Ports(JsonElement root, List<ProblemError> errors)
    {
        if (BodyFields.Value(root, "ports") is not { } given)
            return null;
        if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Count() > Limits.MaxPorts)
        {
            Add(errors, "ports", EdgeCodes.Ports, ("most", Limits.MaxPorts));
            return null;
        }
        var ports = new Dictionary<string, int>();
        foreach (string name in given.EnumerateObject().Select(p => p.Name).Distinct())
        {
            if (BodyFields.Whole(given, name, Limits.MinPort, Limits.MaxPort, errors, $"ports.{Problems.Short(name)}") is { } port)
                ports[name] = port;
        }
        return ports;
    }

    private static void Add(List<ProblemError> errors, string field, string code, params ReadOnlySpan<(string Name, object? Value)> args) =>
        errors.Add(ProblemError.Of(field, Message.Of(code, args)));
}
