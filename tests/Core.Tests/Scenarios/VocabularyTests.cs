using System.Reflection;
using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Scenarios;

public sealed class VocabularyTests
{
    [Fact]
    public void Every_fault_is_a_sentence_of_the_catalogue()
    {
        string[] codes = [.. typeof(FaultCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!)];
        Assert.Equal(codes.Length, codes.Distinct().Count());
        Assert.DoesNotContain(codes, c => !TextCatalog.English.Has(c));
        Assert.DoesNotContain(TextCatalog.English.Codes, c => c.StartsWith("scenario.", StringComparison.Ordinal) && !codes.Contains(c));
    }

    [Fact]
    public void Every_topic_level_and_need_has_a_name_that_a_person_reads()
    {
        Assert.DoesNotContain(Topics.All, t => !TextCatalog.English.Has($"topic.{t}"));
        Assert.DoesNotContain(Enum.GetValues<ScenarioLevel>(), l => !TextCatalog.English.Has($"catalogue.level-{l.ToString().ToLowerInvariant()}"));
        Assert.DoesNotContain(Words<ScenarioNeed>(), n => !TextCatalog.English.Has($"need.{n}"));
    }

    [Fact]
    public void Every_field_of_an_action_belongs_to_some_kind_and_every_kind_has_its_fields()
    {
        string[] fields = [.. typeof(ScenarioAction).GetProperties().Where(p => p.CanWrite).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];
        Assert.Equal(fields.Order(), ActionFields.Common.Concat(ActionFields.All).Order());
        ActionShape[] shapes = [.. Enum.GetValues<ActionKind>().Select(ActionFields.Of), .. Enum.GetValues<WaitFor>().Select(ActionFields.Of)];
        string[] used = [.. shapes.SelectMany(s => s.Needs.Concat(s.Takes)).Distinct()];
        Assert.Equal(ActionFields.All.Order(), used.Order());
        Assert.All(shapes, s => Assert.Empty(s.Needs.Intersect(s.Takes)));
    }

    [Fact]
    public void A_field_counts_as_given_when_it_says_something()
    {
        Assert.Equal(
            ["program", "socket", "decides"],
            ActionFields.GivenIn(
                new()
                {
                    Do = ActionKind.Listen,
                    Program = "sv",
                    Socket = "lfd",
                    Decides = true,
                    OnError = OnError.Exit,
                }
            )
        );
    }

    [Theory]
    [InlineData("SO_REUSEADR", "SO_REUSEADDR")]
    [InlineData("sokcet", "socket")]
    [InlineData("Program", "program")]
    [InlineData("bakclog", "backlog")]
    [InlineData("x", null)]
    [InlineData("entirely", null)]
    public void A_misspelled_word_is_recognised(string word, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(word, ["SO_REUSEADDR", "SO_REUSEPORT", "socket", "program", "backlog"]));

    private static IEnumerable<string> Words<T>()
        where T : Enum => typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => JsonSerializer.Serialize(f.GetValue(null)).Trim('"'));
}
