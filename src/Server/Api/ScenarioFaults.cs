using System.ComponentModel;
using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>What is wrong with a scenario, as the API says it.</summary>
internal sealed record ScenarioCheckAnswer
{
    [Description("True where the scenario can be used; there may be warnings all the same.")]
    public required bool Valid { get; init; }

    [Description("The scenario's id; null where it cannot be used.")]
    public required string? Id { get; init; }

    [Description("Everything that is wrong, in the order of the lines.")]
    public required IReadOnlyList<ScenarioFaultEntry> Faults { get; init; }
}

internal sealed record ScenarioFaultEntry
{
    [Description("The file's path on the dashboard's host; left out where the scenario came in a request.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    [Description("The field's path, steps[2].actions[0].option; empty for the whole.")]
    public required string Field { get; init; }

    [Description("From 1; null where nobody knows it.")]
    public required int? Line { get; init; }

    [Description("From 1; null where nobody knows it.")]
    public required int? Column { get; init; }

    [Description("True where the scenario can be used all the same.")]
    public required bool Warning { get; init; }

    [Description("A stable name of what is wrong.")]
    public required string Code { get; init; }

    [Description("What the sentence names.")]
    public required IReadOnlyDictionary<string, string> Args { get; init; }

    [Description("What is wrong and what is allowed, in the language that was asked for.")]
    public required string Detail { get; init; }

    [Description("What was probably meant, in the language that was asked for.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hint { get; init; }
}

internal static class ScenarioFaults
{
    public static ScenarioFaultEntry Entry(ScenarioFault fault, TextCatalog texts) =>
        new()
        {
            File = fault.File,
            Field = fault.Field,
            Line = fault.Line,
            Column = fault.Column,
            Warning = fault.Warning,
            Code = fault.Problem.Code,
            Args = fault.Problem.Args,
            Detail = texts[fault.Problem],
            Hint = fault.Hint is { } hint ? texts[hint] : null,
        };

    /// <summary>As one of a body's errors.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="under">The body's field that holds the scenario.</param>
    public static ProblemError Error(ScenarioFault fault, string under) =>
        ProblemError.Of(fault.Field.Length == 0 ? under : $"{under}.{fault.Field}", fault.Problem) with
        {
            Line = fault.Line,
            Column = fault.Column,
            Hint = fault.Hint,
        };
}
