using System.Text.Json;
using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>Scenario texts that tests change.</summary>
internal static partial class Lessons
{
    /// <summary>The product's own directory, beside the program.</summary>
    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static string Article { get; } = File.ReadAllText(Path.Combine(Directory, "without-reuseaddr.yaml"));

    /// <summary>The article's lesson with one text in place of another, which has to be there.</summary>
    public static string With(string right, string wrong)
    {
        Assert.Contains(right, Article);
        int at = Article.IndexOf(right, StringComparison.Ordinal);
        return string.Concat(Article.AsSpan(0, at), wrong, Article.AsSpan(at + right.Length));
    }

    /// <summary>The fault's sentence stands in the catalogue, and everything that it names is there.</summary>
    public static void AssertTold(ScenarioFault fault)
    {
        foreach (Message message in (Message[])[fault.Problem, .. fault.Hint is { } hint ? [hint] : Array.Empty<Message>()])
        {
            Assert.True(message.IsBounded, message.ToString());
            Assert.True(Sentences.TryGetValue(message.Code, out string? sentence), message.Code);
            Assert.All(Place().Matches(sentence), p => Assert.True(message.Args.ContainsKey(p.Groups[1].Value), $"{message} lacks {p.Value}"));
        }
    }

    private static readonly Dictionary<string, string> Sentences = JsonSerializer.Deserialize<Dictionary<string, string>>(
        typeof(TextCatalog).Assembly.GetManifestResourceStream("Texts.en.scenarios")!
    )!;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Place();

    public static IReadOnlyList<ScenarioFault> Faults(string yaml) => ScenarioReader.ReadYaml(yaml).Faults;
}
