using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Texts;

/// <summary>What index.html says before, or instead of, the page: in every language, and as the catalogue has it.</summary>
public sealed class DocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "index.html"));

    [Fact]
    public void It_knows_the_languages_of_the_catalogue() =>
        Assert.Contains($"data-languages=\"{string.Join(' ', Languages.All)}\"", Document, StringComparison.Ordinal);

    [Theory]
    [InlineData("page.boot.failed"), InlineData("page.boot.reload"), InlineData("page.boot.no-script"), InlineData("page.boot.error")]
    public void It_says_it_in_each(string code) =>
        Assert.All(TextCatalog.Languages, l => Assert.Contains(TextCatalog.For(l)[code], Document, StringComparison.Ordinal));
}
