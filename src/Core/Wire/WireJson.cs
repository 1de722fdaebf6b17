using System.Text.Json;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>The one JSON of hubs, store and run files; source-generated, so that it survives trimming and NativeAOT.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowOutOfOrderMetadataProperties = true, MaxDepth = 32)]
[JsonSerializable(typeof(AgentHello))]
[JsonSerializable(typeof(AgentWelcome))]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(LabCheck))]
[JsonSerializable(typeof(LabSnapshot))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, long>))]
[JsonSerializable(typeof(LabState))]
[JsonSerializable(typeof(LabNow))]
[JsonSerializable(typeof(LabReply))]
[JsonSerializable(typeof(RunBatch))]
[JsonSerializable(typeof(LabCommand))]
[JsonSerializable(typeof(Scenario))]
[JsonSerializable(typeof(ListedScenario[]))]
[JsonSerializable(typeof(AgentOrder))]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(RunHeader))]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(IReadOnlyList<RunEvent>))]
[JsonSerializable(typeof(List<RunEvent>))]
[JsonSerializable(typeof(RunVerdict))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(IReadOnlyList<RunSummary>))]
[JsonSerializable(typeof(RunFilters))]
[JsonSerializable(typeof(IReadOnlyList<RecordedRun>))]
[JsonSerializable(typeof(RunsDone))]
[JsonSerializable(typeof(CaptureEntry))]
[JsonSerializable(typeof(CapturePart))]
[JsonSerializable(typeof(FileConnectionDetail))]
[JsonSerializable(typeof(IReadOnlyList<LabState>))]
[JsonSerializable(typeof(MatrixView))]
[JsonSerializable(typeof(MatrixFile))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(bool))]
public sealed partial class WireJson : JsonSerializerContext;
