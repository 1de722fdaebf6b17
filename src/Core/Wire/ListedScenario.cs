using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// A scenario as the catalogue lists it, with the whole of it still packed: a page that read all of them would show nothing for a quarter of a second more, and
/// most people open a few.
/// </summary>
public sealed class ListedScenario
{
    /// <summary><see cref="Scenario.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary><see cref="Scenario.Title"/>.</summary>
    public required LocalText Title { get; init; }

    /// <summary><see cref="Scenario.Summary"/>.</summary>
    public required LocalText Summary { get; init; }

    /// <summary><see cref="Scenario.Topic"/>.</summary>
    public required string Topic { get; init; }

    /// <summary><see cref="Scenario.Level"/>.</summary>
    public ScenarioLevel Level { get; init; }

    /// <summary><see cref="Scenario.Free"/>.</summary>
    public bool Free { get; init; }

    /// <summary>Whether two runs of it can stand side by side: it has a value to change, and changes nothing that both would share.</summary>
    public bool Twice { get; init; }

    /// <summary>What it needs of which hosts.</summary>
    public required ScenarioDemands Demands { get; init; }

    /// <summary>The whole as JSON in UTF-8.</summary>
    public required byte[] Packed { get; init; }

    /// <summary>The whole; unpacked when somebody asks first.</summary>
    [JsonIgnore]
    public Scenario Whole => field ??= JsonSerializer.Deserialize(Packed, LabJson.Default.Scenario)!;

    /// <summary>Lists a scenario, with everything it needs in <see cref="Scenario.Needs"/>.</summary>
    public static ListedScenario Of(Scenario scenario) =>
        new()
        {
            Id = scenario.Id,
            Title = scenario.Title,
            Summary = scenario.Summary,
            Topic = scenario.Topic,
            Level = scenario.Level,
            Free = scenario.Free,
            Twice = scenario.Values.Count > 0 && !scenario.Steps.SelectMany(s => s.Actions).Any(a => a.Do is ActionKind.Sysctl or ActionKind.Delay),
            Demands = ScenarioNeeds.Of(scenario),
            Packed = JsonSerializer.SerializeToUtf8Bytes(scenario, Packing.Scenario),
        };

    // In a class of its own: no page packs any.
    private static class Packing
    {
        public static readonly JsonTypeInfo<Scenario> Scenario = new LabJson(
            new(LabJson.Default.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        ).Scenario;
    }
}
