using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Events;

/// <summary>What is settled when a run starts; the rest is its log.</summary>
public sealed record RunHeader
{
    /// <summary>The only format there is; a reader refuses any other.</summary>
    public const string CurrentFormat = "reuseaddr-run/1";

    public string Format { get; init; } = CurrentFormat;

    public required string Id { get; init; }

    public required string Lab { get; init; }

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    public required RunOptions Options { get; init; }

    /// <summary>Wall time at t = 0, for display only.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public required IReadOnlyList<HostFacts> Hosts { get; init; }

    /// <summary>The scenario as it was when the run started, so that an old run stays readable.</summary>
    public required Scenario Script { get; init; }

    /// <summary>True when both hosts share one network namespace, whoever started their agents: each then reads the other's sockets as well.</summary>
    [JsonIgnore]
    public bool OneNamespace => Hosts is [var a, var b] && a.NetworkNamespace != 0 && a.NetworkNamespace == b.NetworkNamespace
        && a.BootId != HostFacts.UnknownBoot && a.BootId == b.BootId;
}

/// <summary>One attempt to bind again and its result.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Result">What bind returned or, where bind succeeded, what listen did.</param>
/// <param name="Errno">The failing call's errno name; null on success.</param>
/// <param name="Call">The call that decided, bind or listen.</param>
/// <param name="T">When, on the run's axis.</param>
public sealed record RebindResult(
    int Attempt,
    long Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Errno,
    string Call,
    [property: JsonPropertyName("t"), JsonConverter(typeof(NanosecondsAsSeconds))] long T);

/// <summary>A run with its whole log: what GET /api/runs/{id} returns and what a viewer gets first.</summary>
public sealed record RunFile
{
    public string Format { get; init; } = RunHeader.CurrentFormat;

    public required string Id { get; init; }

    public required string Lab { get; init; }

    public required string Scenario { get; init; }

    public required RunOptions Options { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public Outcome Outcome { get; init; }

    public required IReadOnlyList<RebindResult> Rebind { get; init; }

    public required IReadOnlyList<HostFacts> Hosts { get; init; }

    public required Scenario Script { get; init; }

    public required IReadOnlyList<RunEvent> Events { get; init; }
}

/// <summary>A line in the list of runs.</summary>
public sealed record RunSummary(string Id, string Lab, string Scenario, RunOptions Options, DateTimeOffset StartedAt, Outcome Outcome, IReadOnlyList<RebindResult> Rebind, long Events);
