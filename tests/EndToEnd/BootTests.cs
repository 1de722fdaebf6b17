using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The page before it is a page.</summary>
public sealed class BootTests(SharedDashboards shared, Chromium chromium) : LabTests(shared)
{
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
