using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>What holds for one visit, and the clocks of what is shown.</summary>
public sealed class VisitTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task What_the_address_settles_holds_wherever_its_links_lead_until_a_hand_changes_it()
    {
        await using Visitor visitor = await Come(path: "/?predict=off&keys=off", predicts: true);
        IPage page = visitor.Page;
        LabPage lab = new(page);
        ILocator question = page.Locator(".question"),
            dialog = page.GetByRole(AriaRole.Dialog);
        await page.Locator(".pages-nav a").Nth(1).ClickAsync();
        await lab.IsCurrent("Start listener");
        await Expect(question).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("?");
        await page.Keyboard.PressAsync("+");
        await lab.Button("Help").ClickAsync();
        await Expect(dialog).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Switch, new() { Name = "Ask for a prediction before the deciding step" }).CheckAsync();
        await page.GetByRole(AriaRole.Switch, new() { Name = "Single keys are shortcuts" }).CheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(question).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(question).ToBeVisibleAsync();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Two_runs_on_one_page_count_down_by_a_clock_of_each_and_what_has_none_stands_still()
    {
        await using Visitor visitor = await Come(path: "/about");
        Assert.Equal(
            ["50", "10", "as it was"],
            await visitor.Page.EvaluateAsync<string[]>(
                """
                async () => {
                  const { sync } = await import("/js/page.js"), clocks = [document.createElement("div"), document.createElement("div")];
                  for (const clock of [...clocks, document.createElement("p")]) {
                    clock.innerHTML = "<span class=counts data-end=60000>as it was</span>";
                    if (clocks.includes(clock)) clock.dataset.clock = "";
                    document.body.append(clock);
                  }
                  sync(clocks[0], 10500);
                  sync(clocks[1], 50500);
                  return [...document.querySelectorAll(".counts")].map(e => e.textContent);
                }
                """
            )
        );
    }
}
