using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The page before it is a page.</summary>
public sealed class BootTests(SharedDashboard shared, Chromium chromium)
{
    [Theory]
    [InlineData("**/_framework/blazor.webassembly*.js")]
    [InlineData("**/_framework/ReuseAddrDashboard.Core*.wasm")]
    public async Task Says_that_a_part_did_not_come_and_loads_again(string part)
    {
        IPage page = await chromium.Browser.NewPageAsync();
        await page.RouteAsync(part, route => route.AbortAsync());
        await page.GotoAsync(shared.Dashboard.Url);
        ILocator words = page.GetByText("A part of the page did not come.");
        await Expect(words).ToBeVisibleAsync();

        await page.UnrouteAsync(part);
        await words.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Play all" })).ToBeVisibleAsync();
        await page.CloseAsync();
    }
}
