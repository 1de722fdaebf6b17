using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Reads the body of POST /api/labs/{lab}/runs; every fault at once, by field.</summary>
internal static class StartRunBody
{
    private const int MaxOctets = 16 * 1024;

    private static readonly string[] Fields = ["scenario", "port", "listenerReuseAddr", "rebindReuseAddr", "pauseMs", "play"];

    public static async Task<(StartRun? Request, IDictionary<string, string[]> Faults)> Read(HttpRequest http, CancellationToken cancel)
    {
        var faults = new Dictionary<string, string[]>();
        using var body = new MemoryStream();
        var chunk = new byte[4096];
        for (int n; (n = await http.Body.ReadAsync(chunk, cancel)) > 0;)
        {
            body.Write(chunk, 0, n);
            if (body.Length > MaxOctets)
            {
                faults["body"] = [$"The body is larger than {MaxOctets} octets."];
                return (null, faults);
            }
        }
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(body.ToArray(), new() { MaxDepth = 8 }).RootElement;
        }
        catch (JsonException)
        {
            faults["body"] = ["""The body is not JSON. Send an object such as {"scenario": "without-reuseaddr", "play": true}."""];
            return (null, faults);
        }
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults["body"] = ["""The body is not a JSON object. Send one such as {"scenario": "without-reuseaddr", "play": true}."""];
            return (null, faults);
        }

        foreach (JsonProperty p in root.EnumerateObject().Where(p => !Fields.Contains(p.Name)))
            faults[p.Name.Length <= 40 ? p.Name : p.Name[..40]] = [$"There is no such field. The fields are: {string.Join(", ", Fields)}."];
        if (Value(root, "scenario") is not { ValueKind: JsonValueKind.String } scenario)
            faults["scenario"] = ["Name the scenario, for example \"without-reuseaddr\"."];
        else if (scenario.GetString() is { Length: > 100 or 0 })
            faults["scenario"] = ["A scenario's name has 1 to 100 characters."];
        var request = new StartRun
        {
            Scenario = Value(root, "scenario") is { ValueKind: JsonValueKind.String } s ? s.GetString()! : "",
            Port = Number(root, "port", RunOptions.MinPort, RunOptions.MaxPort, faults),
            ListenerReuseAddr = Flag(root, "listenerReuseAddr", faults),
            RebindReuseAddr = Flag(root, "rebindReuseAddr", faults),
            PauseMs = Number(root, "pauseMs", 0, RunOptions.MaxPauseMs, faults),
            Play = Flag(root, "play", faults) ?? false,
        };
        return (faults.Count == 0 ? request : null, faults);
    }

    private static JsonElement? Value(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int? Number(JsonElement root, string name, int least, int most, IDictionary<string, string[]> faults)
    {
        if (Value(root, name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most)
            return number;
        faults[name] = [$"{name} is a whole number from {least} to {most}."];
        return null;
    }

    private static bool? Flag(JsonElement root, string name, IDictionary<string, string[]> faults)
    {
        if (Value(root, name) is not { } value)
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        faults[name] = [$"{name} is true or false."];
        return null;
    }
}
