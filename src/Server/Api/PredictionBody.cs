using System.ComponentModel;
using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The body of a prediction.</summary>
internal sealed record PredictionBody
{
    internal const string Example = """{"choice": "in-use"}""";

    [Description("One of the choices of the scenario's question, by its id.")]
    public required string Choice { get; init; }

    internal static (PredictionBody?, IReadOnlyList<ProblemError>) Read(JsonElement root)
    {
        var errors = new List<ProblemError>();
        BodyFields.OnlyOf(root, ["choice"], errors);
        string? choice =
            BodyFields.Value(root, "choice") is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 and <= Limits.MaxId } id
                ? id
                : null;
        if (choice is null)
            errors.Add(ProblemError.Of("choice", Message.Of(EdgeCodes.Choice)));
        return (choice is null ? null : new() { Choice = choice }, errors);
    }
}
