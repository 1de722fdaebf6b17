using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>What docs/scenarios.md shows is right: every example goes through the check.</summary>
public sealed partial class ScenarioDocsTests
{
    private static readonly string Docs = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scenarios.md"));
    private static readonly string[] Blocks = [.. Fence().Matches(Docs).Select(m => m.Groups[1].Value)];
    private static readonly string Example = Blocks.Single(b => b.Contains("\nid: refused\n", StringComparison.Ordinal));

    [Fact]
    public void The_lesson_that_is_added_step_by_step_is_a_lesson()
    {
        ScenarioReading read = ScenarioReader.ReadYaml(Example);
        Assert.Empty(read.Faults);
        Assert.Equal("refused", read.Scenario!.Id);
        Assert.Equal(2, read.Scenario.Expect!.Count);
    }

    [Fact]
    public void Every_example_fits_into_it()
    {
        Assert.True(Blocks.Length > 10);
        foreach (string block in Blocks)
        {
            string yaml =
                block == Example ? block
                : block.StartsWith("- do:", StringComparison.Ordinal) || block.StartsWith("- { do:", StringComparison.Ordinal) ? WithActions(block)
                : With(Example, block);
            Assert.True(
                ScenarioReader.ReadYaml(yaml) is { Scenario: not null } read,
                $"{block}\n{string.Join('\n', Lessons.Faults(yaml).Select(f => f.In(TextCatalog.English)))}"
            );
        }
    }

    [Fact]
    public void Every_word_of_the_language_is_told()
    {
        string[] words =
        [
            .. Topics.All,
            .. ScenarioBinder.WordsOf(typeof(ActionKind)),
            .. ScenarioBinder.WordsOf(typeof(WaitFor)),
            .. ScenarioBinder.WordsOf(typeof(ScenarioNeed)),
            .. ScenarioBinder.WordsOf(typeof(ValueKind)),
            .. ScenarioBinder.WordsOf(typeof(ScenarioLevel)),
            .. ScenarioBinder.WordsOf(typeof(OnError)),
            .. ConditionFunctions.All.Keys.Select(f => f + "("),
            .. SocketOption.Known.Values,
            .. Sysctls.Allowed.Select(s => s.Replace("net.ipv4.", "", StringComparison.Ordinal)),
            .. ActionFields.Common,
            .. ActionFields.All,
        ];
        Assert.DoesNotContain(words, w => !Docs.Contains(w, StringComparison.Ordinal));
        foreach (ActionKind kind in Enum.GetValues<ActionKind>())
        {
            string row = Docs.Split('\n')
                .First(l => l.StartsWith('|') && l.Contains($"`{ScenarioBinder.WordsOf(typeof(ActionKind))[(int)kind]}`", StringComparison.Ordinal));
            Assert.All(ActionFields.Of(kind).Needs, f => Assert.Contains(f, row));
        }
    }

    // The example, with the doc's other values, ports and programs, and the actions as a step at its end.
    private static string WithActions(string actions)
    {
        string all = Blocks
            .Where(b =>
                b.StartsWith("values:", StringComparison.Ordinal)
                || b.StartsWith("ports:", StringComparison.Ordinal)
                || b.StartsWith("programs:", StringComparison.Ordinal)
            )
            .Aggregate(Example, With);
        string step = "  - id: shown\n    title: Shown\n    does: Shown.\n    actions:\n" + string.Concat(actions.Split('\n').Select(l => $"      {l}\n"));
        return all.Replace("\nquestion:\n", $"\n{step}\nquestion:\n", StringComparison.Ordinal);
    }

    // A block's fields in place of the scenario's of that name.
    private static string With(string scenario, string block)
    {
        foreach (Match field in TopLevel().Matches(block))
            scenario = Regex.Replace(scenario, $"^{field.Groups[1].Value}:.*?(?=^\\w|\\z)", "", RegexOptions.Multiline | RegexOptions.Singleline);
        return scenario + "\n" + block;
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(\w+):", RegexOptions.Multiline)]
    private static partial Regex TopLevel();
}
