using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>What is settled when a run starts; the rest is its log.</summary>
public sealed record RunHeader
{
    /// <summary>The format that is written. <see cref="RunFormat1"/> converts files of the one before.</summary>
    public const string CurrentFormat = "reuseaddr-run/2";

    /// <summary>The format of the run file, <see cref="CurrentFormat"/> once it was read.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>The run's name in addresses: the start's date and time and a random part, <c>20261126-005018-77ad47</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The lab's id.</summary>
    public required string Lab { get; init; }

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>What was chosen, by the values' ids: one for each value of the scenario.</summary>
    public IReadOnlyDictionary<string, Scalar> Values
    {
        get => field ?? NoValues;
        init;
    }

    private static readonly Dictionary<string, Scalar> NoValues = [];

    /// <summary>The ports by their ids: one for each of the scenario.</summary>
    public required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>Milliseconds between two actions when it started; a person may change the pace later.</summary>
    public int PauseMs { get; init; }

    /// <summary>Wall time at t = 0, for display only.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The hosts of the lab by their roles, in the lab's order.</summary>
    public required IReadOnlyList<HostFacts> Hosts { get; init; }

    /// <summary>Where the hosts were.</summary>
    public HostsMode Mode { get; init; }

    /// <summary>The scenario as it was when the run started, without what tests expect of it: an old run stays readable.</summary>
    public required Scenario Script { get; init; }

    /// <summary>True when all hosts share one network namespace, whoever started their agents: each then reads the others' sockets as well.</summary>
    [JsonIgnore]
    public bool OneNamespace => ShareNamespace(Hosts);

    /// <summary>The same of hosts that have no run yet.</summary>
    public static bool ShareNamespace(IReadOnlyList<HostFacts> hosts) =>
        hosts.Count > 1
        && hosts[0].NetworkNamespace != 0
        && hosts[0].BootId != HostFacts.UnknownBoot
        && hosts.All(h => h.NetworkNamespace == hosts[0].NetworkNamespace && h.BootId == hosts[0].BootId);

    /// <summary>The scenario's first port.</summary>
    [JsonIgnore]
    public int MainPort => Ports.GetValueOrDefault(Script.MainPort.Id, Script.MainPort.Default);

    /// <summary>The run with a step more in its script; one that it has is not added again.</summary>
    public RunHeader With(ScenarioStep step) =>
        Script.FindStep(step.Id) is null ? this with { Script = Script with { Steps = [.. Script.Steps, step] } } : this;

    /// <summary>True for one of the run's ports.</summary>
    public bool HasPort(int port) => Ports.Any(p => p.Value == port);

    /// <summary>A host by its role; null where the run has none.</summary>
    public HostFacts? Host(string role) => Hosts.FirstOrDefault(h => h.Name == role);
}

/// <summary>A deciding call and what it came to.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">Which run of the step, from 1.</param>
/// <param name="Id">The action's id in the scenario; null for none.</param>
/// <param name="Call">bind, listen, connect, ...</param>
/// <param name="Socket">The socket's name.</param>
/// <param name="Result">What it returned; -1 on failure.</param>
/// <param name="Errno">The error's name; null on success.</param>
/// <param name="T">When it returned, on the run's axis.</param>
/// <param name="Seq">The event.</param>
public sealed record RunResult(
    string Step,
    int Attempt,
    string? Id,
    string Call,
    string Socket,
    long Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Errno,
    [property: JsonPropertyName("t"), JsonConverter(typeof(Tcp.NanosecondsAsSeconds))] long T,
    long Seq
)
{
    /// <summary>True when the call returned without an error.</summary>
    [JsonIgnore]
    public bool Succeeded => Errno is null;
}

/// <summary>A run with its whole log: what GET /api/runs/{id} returns (docs/run-format.md).</summary>
public sealed record RunFile
{
    /// <summary>The format of the file, <see cref="RunHeader.CurrentFormat"/> once it was read.</summary>
    public string Format { get; init; } = RunHeader.CurrentFormat;

    /// <summary>The run's name in addresses.</summary>
    public required string Id { get; init; }

    /// <summary>The lab's id.</summary>
    public required string Lab { get; init; }

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>What was chosen, by the values' ids: one for each value of the scenario.</summary>
    public required IReadOnlyDictionary<string, Scalar> Values { get; init; }

    /// <summary>The ports by their ids: one for each of the scenario.</summary>
    public required IReadOnlyDictionary<string, int> Ports { get; init; }

    /// <summary>Milliseconds between two actions when it started, 0 to <see cref="Limits.MaxPauseMs"/>.</summary>
    public int PauseMs { get; init; }

    /// <summary>Wall time at t = 0, for display only.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How it ended, or that it goes on.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>Every deciding call, in the order of the log.</summary>
    public required IReadOnlyList<RunResult> Results { get; init; }

    /// <summary>The hosts of the lab by their roles, in the lab's order.</summary>
    public required IReadOnlyList<HostFacts> Hosts { get; init; }

    /// <summary>Where the hosts were.</summary>
    public HostsMode Mode { get; init; }

    /// <summary>The scenario as it was when the run started, without what tests expect of it.</summary>
    public required Scenario Script { get; init; }

    /// <summary>The log, in order of seq.</summary>
    public required IReadOnlyList<RunEvent> Events { get; init; }
}

/// <summary>Where a lab's hosts are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HostsMode>))]
public enum HostsMode : byte
{
    /// <summary>Network namespaces of this machine.</summary>
    [JsonStringEnumMemberName("namespaces")]
    Namespaces,

    /// <summary>127.0.0.1, 127.0.0.2, ... of this machine.</summary>
    [JsonStringEnumMemberName("loopback")]
    Loopback,

    /// <summary>Agents that join from elsewhere.</summary>
    [JsonStringEnumMemberName("remote")]
    Remote,
}
