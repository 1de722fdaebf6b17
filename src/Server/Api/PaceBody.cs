using System.ComponentModel;
using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Edge;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The body of a change of pace.</summary>
internal sealed record PaceBody
{
    internal const string Example = """{"pauseMs": 300}""";

    [Description("Milliseconds between two actions, 0 to 10,000.")]
    public required int PauseMs { get; init; }

    internal static (PaceBody?, IReadOnlyList<ProblemError>) Read(JsonElement root)
    {
        var errors = new List<ProblemError>();
        BodyFields.OnlyOf(root, ["pauseMs"], errors);
        int? pause = BodyFields.Whole(root, "pauseMs", 0, Limits.MaxPauseMs, errors);
        if (pause is null && errors.Count == 0)
            errors.Add(ProblemError.Of("pauseMs", Message.Of(EdgeCodes.Whole, ("field", "pauseMs"), ("least", 0), ("most", Limits.MaxPauseMs))));
        return (pause is { } ms ? new() { PauseMs = ms } : null, errors);
    }
}
