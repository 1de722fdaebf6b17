using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>Something wrong in a scenario, and where.</summary>
/// <param name="Field">The field's path, <c>steps[2].actions[0].option</c>; empty for the whole.</param>
/// <param name="Problem">What is wrong and what is allowed; its code is one of <see cref="FaultCodes"/> or of a condition.</param>
public sealed record ScenarioFault(string Field, Message Problem)
{
    /// <summary>What was probably meant; null for no idea.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Message? Hint { get; init; }

    /// <summary>True where the scenario can be used all the same.</summary>
    public bool Warning { get; init; }

    /// <summary>The file's path; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    /// <summary>From 1; null where nobody knows it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    /// <summary>From 1; null where nobody knows it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Column { get; init; }

    /// <summary>As compilers write it: <c>mine.yaml:12:5: steps[0].id: ...</c></summary>
    public string In(TextCatalog texts)
    {
        string place = Line is { } line
            ? Column is { } column
                ? $"{line}:{column}"
                : $"{line}"
            : "";
        string sentence = Hint is { } hint ? $"{texts[Problem]} {texts[hint]}" : texts[Problem];
        return string.Join(
            ": ",
            ((string[])[string.Join(':', ((string[])[File ?? "", place]).Where(p => p.Length > 0)), Field, sentence]).Where(p => p.Length > 0)
        );
    }
}
