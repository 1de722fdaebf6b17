using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>The lessons there are, read from YAML files at start. A faulty file stops the start with all its faults named.</summary>
public sealed class ScenarioCatalog
{
    private const long MaxFile = 256 * 1024;

    private static readonly JsonSerializerOptions Strict = new(WireJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    private ScenarioCatalog(IReadOnlyList<Scenario> all) => All = all;

    public IReadOnlyList<Scenario> All { get; }

    public Scenario? Find(string id) => All.FirstOrDefault(s => s.Id == id);

    /// <summary>Reads every *.yaml of a directory.</summary>
    /// <exception cref="InvalidDataException">Something is wrong in a file; the message names file, place and fault, all at once.</exception>
    public static ScenarioCatalog Load(string directory)
    {
        var faults = new List<string>();
        var all = new List<Scenario>();
        foreach (string path in Directory.Exists(directory) ? Directory.GetFiles(directory, "*.yaml").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            string name = Path.GetFileName(path);
            if (new FileInfo(path).Length > MaxFile)
            {
                faults.Add($"{name}: larger than {MaxFile} octets.");
                continue;
            }
            try
            {
                all.AddRange(Parse(File.ReadAllText(path)));
            }
            catch (Exception e) when (e is YamlException or JsonException)
            {
                faults.Add($"{name}: {e.Message}");
            }
        }
        faults.AddRange(all.SelectMany(Faults));
        faults.AddRange(all.GroupBy(s => s.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: there are {g.Count()} scenarios with this id."));
        if (all.Count == 0 && faults.Count == 0)
            faults.Add($"No scenario in {directory}.");
        return faults.Count == 0 ? new(all) : throw new InvalidDataException("The scenario files cannot be used. " + string.Join(" ", faults));
    }

    /// <summary>Reads one file's text: <c>scenarios</c> (id, title, summary, defaults) that share the <c>steps</c>.</summary>
    public static IReadOnlyList<Scenario> Parse(string yaml)
    {
        object? graph = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object?>(yaml);
        string json = new SerializerBuilder().JsonCompatible().Build().Serialize(graph);
        ScenarioFile file = JsonSerializer.Deserialize<ScenarioFile>(json, Strict) ?? throw new JsonException("The file is empty.");
        return [.. file.Scenarios.Select(s => new Scenario { Id = s.Id, Title = s.Title, Summary = s.Summary, Defaults = s.Defaults, Steps = file.Steps })];
    }

    private static IEnumerable<string> Faults(Scenario s)
    {
        if (s.Steps.Count == 0)
            yield return $"{s.Id}: has no steps.";
        foreach (ScenarioStep step in s.Steps)
        {
            if (step.Calls.Count == 0)
                yield return $"{s.Id}/{step.Id}: has no calls.";
            foreach (ScenarioCall call in step.Calls)
            {
                if (call.Host is not (HubRoutes.Client or HubRoutes.Server))
                    yield return $"{s.Id}/{step.Id}/{call.Call}: host is client or server, not '{call.Host}'.";
                if (call.Call is SocketCall.Bind or SocketCall.Connect
                    && call.Address is not (HubRoutes.Client or HubRoutes.Server) && !System.Net.IPAddress.TryParse(call.Address, out _))
                    yield return $"{s.Id}/{step.Id}/{call.Call}: address is an IP address, client or server.";
                if (call.Call == SocketCall.Accept4 && string.IsNullOrEmpty(call.Accepted))
                    yield return $"{s.Id}/{step.Id}/accept4: accepted names the new socket.";
            }
        }
    }

    private sealed record ScenarioFile
    {
        public required IReadOnlyList<ScenarioHead> Scenarios { get; init; }

        public required IReadOnlyList<ScenarioStep> Steps { get; init; }
    }

    private sealed record ScenarioHead
    {
        public required string Id { get; init; }

        public required string Title { get; init; }

        public required string Summary { get; init; }

        public required RunOptions Defaults { get; init; }
    }
}
