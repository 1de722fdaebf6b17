using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Texts;

public sealed partial class TextCatalogTests
{
    /// <summary>What has no word to translate: names, commands, and what is put together of other texts.</summary>
    private static readonly string[] OnlyNames =
    [
        "text",
        "source.refused",
        "step.call-failed",
        "verdict.errno",
        "topic.reuseport",
        "check.remedy.buckets",
        "shell.name",
        "runs.of",
        "page.hosts.kernel-hz",
        "page.diagram.clock-margin",
        "page.diagram.numbers",
        "page.mark.numbers",
        "page.mark.numbers-no-ack",
        "matrix.left.listen",
        "matrix.left.established",
        "matrix.left.fin-wait-2",
        "matrix.left.close-wait",
        "matrix.left.time-wait",
        "captures.why",
        "replay.seconds",
    ];

    [Fact]
    public void Every_language_has_the_same_codes()
    {
        Assert.Equal(["en", "ja"], TextCatalog.Languages);
        Assert.All(TextCatalog.Languages, l => Assert.Equal(l, TextCatalog.For(l).Language));
        Assert.Equal(TextCatalog.English.Codes.Order(StringComparer.Ordinal), TextCatalog.Japanese.Codes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_sentence_names_the_same_in_every_language() =>
        Assert.All(
            TextCatalog.English.Codes,
            c => Assert.True(Places(Raw(TextCatalog.English, c)).SequenceEqual(Places(Raw(TextCatalog.Japanese, c))), $"{c}: {Raw(TextCatalog.Japanese, c)}")
        );

    [Fact]
    public void Every_place_is_written_in_a_way_that_is_filled() =>
        Assert.All(
            TextCatalog.English.Codes.SelectMany(c => Places(Raw(TextCatalog.English, c)).Select(p => (c, p))),
            x => Assert.True(Place().IsMatch(x.p), $"{x.c}: {x.p}")
        );

    [Fact]
    public void Japanese_sentences_are_Japanese() =>
        Assert.Empty(TextCatalog.Japanese.Codes.Where(c => !Japanese().IsMatch(Raw(TextCatalog.Japanese, c))).Except(OnlyNames));

    [Fact]
    public void English_sentences_have_no_character_of_another_script() =>
        Assert.All(TextCatalog.English.Codes, c => Assert.DoesNotMatch(FullWidth(), Raw(TextCatalog.English, c)));

    // docs/glossary-ja.md: no space between Japanese and Latin letters, full-width punctuation between Japanese.
    [Fact]
    public void Japanese_sentences_keep_the_rules_of_spacing_and_punctuation()
    {
        Assert.All(TextCatalog.Japanese.Codes, c => Assert.DoesNotMatch(Spaced(), Raw(TextCatalog.Japanese, c)));
        Assert.All(TextCatalog.Japanese.Codes, c => Assert.DoesNotMatch(HalfWidth(), Raw(TextCatalog.Japanese, c)));
    }

    [Theory]
    [InlineData("ja", "ja")]
    [InlineData("ja-JP", "ja")]
    [InlineData("JA", "ja")]
    [InlineData("en-GB", "en")]
    [InlineData("fr", "en")]
    [InlineData("jam", "en")]
    [InlineData("", "en")]
    [InlineData(null, "en")]
    public void A_language_without_texts_is_answered_in_English(string? asked, string answered) => Assert.Equal(answered, TextCatalog.For(asked).Language);

    [Theory]
    [InlineData("en", 0, "0 ns")]
    [InlineData("en", 85_000, "85 µs")]
    [InlineData("en", 999_600, "1.0 ms")]
    [InlineData("en", 3_788_000, "3.8 ms")]
    [InlineData("en", 999_960_000, "1.00 s")]
    [InlineData("en", 61_200_000_000, "61.20 s")]
    [InlineData("en", -326_000_000, "-326.0 ms")]
    [InlineData("ja", 999, "999ナノ秒")]
    [InlineData("ja", 85_000, "85マイクロ秒")]
    [InlineData("ja", 3_788_000, "3.8ミリ秒")]
    [InlineData("ja", 61_200_000_000, "61.20秒")]
    public void A_duration_has_its_unit_in_the_language_of_the_sentence(string language, long ns, string shown)
    {
        Assert.Equal(shown, Durations.Span(ns, language));
        // Through a sentence: its only place is the duration.
        Assert.Contains(shown, TextCatalog.For(language)[Message.Of("diagram.removed-after", ("lasted", ns))], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", 340_400_000, "340 ms")]
    [InlineData("en", 2_080_000_000, "2.1 s")]
    [InlineData("en", 134_200_000_000, "134 s")]
    [InlineData("ja", 340_400_000, "340ミリ秒")]
    [InlineData("ja", 134_200_000_000, "134秒")]
    public void A_moment_has_its_unit_in_the_language_of_the_sentence(string language, long ns, string shown) =>
        Assert.Equal(shown, Durations.Moment(ns, language));

    [Fact]
    public void Whole_seconds_and_codes_are_filled_in_Japanese_as_in_English()
    {
        Assert.Equal("TIME-WAITが終わるまで、約51秒待つ。", TextCatalog.Japanese[Message.Of("verdict.cure.wait-for-time-wait-left", ("left", 50_100_000_000))]);
        string quirk = TextCatalog.Japanese["verdict.quirk.time-wait-missed"];
        Assert.EndsWith(quirk, TextCatalog.Japanese[Message.Of("note.rule-quirk", ("known", "verdict.quirk.time-wait-missed"))], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stopped", "stopped on request", "停止の要求")]
    [InlineData("EADDRINUSE", "EADDRINUSE", "EADDRINUSE")]
    public void A_value_that_has_a_word_is_called_by_it(string value, string english, string japanese)
    {
        Message ended = Message.Of("note.repeating-ended", ("step", "x"), ("after", 3_000_000_000), ("attempts", 4), ("end", value));
        Assert.Equal($"Stopped repeating “x” after 3.00 s and 4 attempts: {english}.", TextCatalog.English[ended]);
        Assert.Equal($"3.00秒、4回の試行の後、「x」の繰り返しを止めました：{japanese}。", TextCatalog.Japanese[ended]);
    }

    [Fact]
    public void A_text_of_a_scenario_is_told_in_the_language_of_the_sentence()
    {
        var title = new LocalText(
            new Dictionary<string, string>
            {
                ["en"] = "Rebind",
                ["ja"] = "再バインド",
                ["fr"] = "Relier",
            }
        );
        Message waits = Message.Of("lab.step-waits", ("first", title));
        Assert.Equal(["first", "first@ja"], waits.Args.Keys);
        Assert.True(waits.IsBounded);
        Assert.Equal("Run “Rebind” first.", TextCatalog.English[waits]);
        Assert.Equal("先に「再バインド」を実行してください。", TextCatalog.Japanese[waits]);
        Assert.Equal("先に「Rebind」を実行してください。", TextCatalog.Japanese[Message.Of("lab.step-waits", ("first", LocalText.Of("Rebind")))]);
    }

    [Fact]
    public void What_is_no_number_stays_as_it_is() => Assert.Equal("3 s後に消滅", TextCatalog.Japanese[Message.Of("diagram.removed-after", ("lasted", "3 s"))]);

    [Fact]
    public void A_language_that_has_no_file_cannot_be_loaded() => Assert.Throws<InvalidOperationException>(() => TextCatalog.Load("xx"));

    private static string Raw(TextCatalog texts, string code) => texts.Sentence(code)!;

    private static IEnumerable<string> Places(string sentence) => AnyPlace().Matches(sentence).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    // A brace before a quotation mark is JSON in a sentence.
    [GeneratedRegex(@"\{[^""}][^}]*\}")]
    private static partial Regex AnyPlace();

    [GeneratedRegex(@"^\{[a-z][a-z0-9-]*(:(span|moment|s|text|word))?\}$")]
    private static partial Regex Place();

    [GeneratedRegex(@"[\u3040-\u30ff\u4e00-\u9fff]")]
    private static partial Regex Japanese();

    [GeneratedRegex(@"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")]
    private static partial Regex FullWidth();

    [GeneratedRegex(@"[\u3040-\u30ff\u4e00-\u9fff] +[A-Za-z0-9{]|[A-Za-z0-9})] +[\u3040-\u30ff\u4e00-\u9fff]")]
    private static partial Regex Spaced();

    // Parentheses of a call, (), and of a command stay.
    [GeneratedRegex(@"[\u3040-\u30ff\u4e00-\u9fff](\([^)]|[,:;?!]|\.( |$))")]
    private static partial Regex HalfWidth();
}
