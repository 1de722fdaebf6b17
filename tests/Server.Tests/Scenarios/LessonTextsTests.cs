using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>Every text of a lesson that is shipped is there in each language of the catalogue.</summary>
public sealed partial class LessonTextsTests
{
    private static readonly (string Where, LocalText Text)[] Shipped = [.. ScenarioCatalog.Load(Lessons.Directory).All.SelectMany(Texts)];

    [Fact]
    public void Every_text_has_every_language_and_no_other()
    {
        Assert.True(Shipped.Length > 1000);
        Assert.Empty(Shipped.Where(t => !t.Text.ByLanguage.Keys.Order().SequenceEqual(TextCatalog.Languages.Order())).Select(t => t.Where));
    }

    [Fact]
    public void The_Japanese_of_a_text_is_Japanese_unless_the_text_is_names_alone() =>
        Assert.Empty(Shipped.Where(t => !IsJapanese(t.Text.In("ja")) && !IsNames(t.Text)).Select(t => $"{t.Where}: {t.Text.In("ja")}"));

    [Fact]
    public void The_English_of_a_text_is_not_Japanese() => Assert.Empty(Shipped.Where(t => IsJapanese(t.Text.In("en"))).Select(t => t.Where));

    [Fact]
    public void A_text_says_the_same_in_Japanese_wherever_it_stands() =>
        Assert.Empty(Shipped.GroupBy(t => t.Text.In("en")).Where(g => g.Select(t => t.Text.In("ja")).Distinct().Skip(1).Any()).Select(g => g.Key));

    [Fact]
    public void What_has_a_name_in_English_has_it_in_Japanese() => Assert.All(Shipped, t => Assert.Subset(Names(t.Text.In("ja")), Names(t.Text.In("en"))));

    private static bool IsJapanese(string text) => text.Any(c => c is >= '\u3041' and <= '\u30FF' or >= '\u4E00' and <= '\u9FFF');

    // An option, an address, an errno: the same in both, but for the full stop.
    private static bool IsNames(LocalText text) => text.In("ja").TrimEnd('.') == text.In("en").TrimEnd('.') && !OrdinaryWord().IsMatch(text.In("en"));

    private static HashSet<string> Names(string text) => [.. Name().Matches(text).Select(m => m.Value)];

    // Options and errnos, sysctls and fields, functions.
    [GeneratedRegex(@"(?<![A-Za-z0-9_.])(?:(?:SO|TCP|IP|IPV6|SOCK|FD)_[A-Z0-9_]+|E[A-Z]{4,}|[a-z0-9.]+_[a-z0-9_]+|[a-z]+[0-9]?(?=\())")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<![A-Za-z0-9_.])[A-Za-z]?[a-z]+(?![A-Za-z0-9_(]|\.[a-z])")]
    private static partial Regex OrdinaryWord();

    private static IEnumerable<(string, LocalText)> Texts(Scenario lesson)
    {
        (string, LocalText?)[] all =
        [
            ("title", lesson.Title),
            ("summary", lesson.Summary),
            .. lesson.Values.SelectMany(v => v.Choices?.Select(c => ($"{v.Id}.{c.Id}", c.Label)).Prepend((v.Id, v.Label)) ?? [(v.Id, v.Label)]),
            .. lesson.Steps.SelectMany(s =>
                ((string, LocalText?)[])[($"{s.Id}.title", s.Title), ($"{s.Id}.againTitle", s.AgainTitle), ($"{s.Id}.does", s.Does), ($"{s.Id}.shows", s.Shows)]
            ),
            .. lesson.Question is { } question ? question.Choices.Select(c => ($"question.{c.Id}", c.Text)).Prepend(("question", question.Text)) : [],
            .. lesson.Explanations.Select(e => ($"explanations.{e.Id}", e.Text)),
            .. lesson.ReadMore.Select(r => (r.Source, r.About)),
        ];
        return all.Where(t => t.Item2 is not null).Select(t => ($"{lesson.Id}: {t.Item1}", t.Item2!));
    }
}
