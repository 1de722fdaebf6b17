using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>A scenario's values as a person reads them.</summary>
public static class ValueTexts
{
    /// <summary><c>on</c>, <c>30 s</c>, a choice's label.</summary>
    public static string Shown(this ScenarioValue of, Scalar content, TextCatalog texts) =>
        of.Kind switch
        {
            ValueKind.Switch => texts[content.IsTrue ? "page.value.on" : "page.value.off"],
            ValueKind.Choice => of.Choices?.FirstOrDefault(c => c.Id == content.ToString()) is { } choice
                ? choice.Label.In(texts.Language)
                : content.ToString(),
            _ => of.Unit is { } unit ? $"{content} {unit}" : content.ToString(),
        };
}
