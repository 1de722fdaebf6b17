using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// The part of <see cref="WireJson"/> that a browser speaks, with the same options: the page then does not carry the agents' part: 15 KB less to load.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowOutOfOrderMetadataProperties = true,
    MaxDepth = 32
)]
[JsonSerializable(typeof(LabState))]
[JsonSerializable(typeof(LabNow))]
[JsonSerializable(typeof(LabReply))]
[JsonSerializable(typeof(RunBatch))]
[JsonSerializable(typeof(LabCommand))]
[JsonSerializable(typeof(Scenario))]
[JsonSerializable(typeof(IReadOnlyList<ListedScenario>))]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(IReadOnlyList<RunSummary>))]
[JsonSerializable(typeof(RunFilters))]
[JsonSerializable(typeof(IReadOnlyList<RecordedRun>))]
[JsonSerializable(typeof(RunsDone))]
[JsonSerializable(typeof(RunMark))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, long>))]
[JsonSerializable(typeof(MatrixView))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
public sealed partial class LabJson : JsonSerializerContext;
