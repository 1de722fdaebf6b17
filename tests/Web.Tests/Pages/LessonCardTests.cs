using Bunit;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Catalogue;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>A card of the catalogue says what its lesson needs, or why these hosts cannot run it.</summary>
public sealed class LessonCardTests : PageTest
{
    [Fact]
    public void It_says_what_the_lesson_needs()
    {
        IRenderedComponent<LessonCard> card = Card([ScenarioNeed.OwnNamespaces, ScenarioNeed.Nft], null);
        Assert.Equal("Needs: network namespaces of the lab, nftables", card.Find(".needs").TextContent);
        Assert.Empty(Card([], null).FindAll(".needs"));
        IRenderedComponent<LessonCard> cannot = Card([ScenarioNeed.Nft], "nft does not work on server.");
        Assert.Empty(cannot.FindAll(".needs"));
        Assert.Contains("nft does not work on server.", cannot.Find(".missing").TextContent);
    }

    [Fact]
    public void Every_need_has_words()
    {
        foreach (ScenarioNeed need in Enum.GetValues<ScenarioNeed>())
            Assert.DoesNotContain("catalogue.", Card([need], null).Find(".needs").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<LessonCard> Card(ScenarioNeed[] needs, string? missing) =>
        Render<LessonCard>(p => p.Add(c => c.Lesson, ListedScenario.Of(Scripts.Many with { Needs = needs })).Add(c => c.Missing, missing));
}
