using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The page before it is a page.</summary>
public sealed class BootTests(SharedDashboards shared, Chromium chromium) : LabTests(shared)
{
    [Fact]
    public async Task The_lab_and_the_lessons_load_no_assembly_of_other_pages_and_the_history_does()
    {
        await using Visitor visitor = await Visitor.Open(chromium, Dashboard);
        var pages = new System.Collections.Concurrent.ConcurrentQueue<string>();
        visitor.Page.Request += (_, request) =>
        {
            if (request.Url.Contains("ReuseAddrDashboard.Pages", StringComparison.Ordinal) && request.Url.EndsWith(".wasm", StringComparison.Ordinal))
                pages.Enqueue(request.Url);
        };
        foreach (string address in (string[])["/?lang=en", "/lab?lesson=with-reuseaddr&lang=en", "/lab?free"])
        {
            await visitor.Page.GotoAsync(Dashboard.Url + address);
            await visitor.HasCome();
        }
        Assert.Empty(pages);
        await visitor.Page.GotoAsync($"{Dashboard.Url}/runs");
        await visitor.HasCome();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Runs" })).ToBeVisibleAsync();
        Assert.NotEmpty(pages);
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData("**/_framework/blazor.webassembly*.js")]
    [InlineData("**/_framework/ReuseAddrDashboard.Core*.wasm")]
    public async Task Says_that_a_part_did_not_come_and_loads_again(string part)
    {
        await using Visitor visitor = await Visitor.Open(chromium, Dashboard);
        IPage page = visitor.Page;
        await page.RouteAsync(part, route => route.AbortAsync());
        await page.GotoAsync($"{Dashboard.Url}/lab");
        ILocator words = page.GetByText("Part of the page failed to load.");
        await Expect(words).ToBeVisibleAsync();

        await page.UnrouteAsync(part);
        await visitor.Anew(() => words.GetByRole(AriaRole.Link).ClickAsync());
        await visitor.HasCome();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play all" })).ToBeVisibleAsync();
        visitor.HasNothingToComplainOf();
    }
}
