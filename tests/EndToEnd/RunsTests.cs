using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Finished runs: listed, and opened to be read.</summary>
public sealed class RunsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task A_finished_run_is_listed_and_opens_read_only_with_its_diagram_and_verdict()
    {
        string id = await PlayByApi();
        await using Visitor visitor = await Come(path: "/runs");
        IPage page = visitor.Page;
        ILocator row = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.Locator($"a[href='runs/{id}']") });
        await Expect(row).ToContainTextAsync("Without SO_REUSEADDR");
        await Expect(row).ToContainTextAsync("bind() = EADDRINUSE");
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Sheet.Run(id).IsShown(visitor);
        await IsTheRun();
        await page.ReloadAsync();
        await IsTheRun();

        await Zooms(page);

        // A mark can be chosen; a host cannot be changed.
        await page.Locator(".timewait .state").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Option, new() { Selected = true })).ToContainTextAsync("TIME-WAIT");
        foreach (string step in (string[])[.. LabPage.Steps, "Play all", "Next action", "Reset", "Skip the wait", "Wait and try again"])
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = step, Exact = true })).ToHaveCountAsync(0);
        // Esc lets the mark go, and then the presenter mode.
        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator(".lab.presenter")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Option, new() { Selected = true })).ToHaveCountAsync(0);
        await Expect(page.Locator(".lab.presenter")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".lab.presenter")).ToHaveCountAsync(0);
        visitor.HasNothingToComplainOf();

        async Task IsTheRun()
        {
            LabPage lab = new(page);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = "Without SO_REUSEADDR" })).ToBeVisibleAsync();
            await lab.SaysInUse();
            await Expect(page.Locator(".sequence .attempt.bad")).ToContainTextAsync("EADDRINUSE");
            await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("bind: Address already in use");
        }
    }

    /// <summary>Keys, the wheel with Ctrl and the buttons change the size of the diagram, and not of the page.</summary>
    private static async Task Zooms(IPage page)
    {
        ILocator picture = page.Locator(".sequence"), scroll = page.Locator(".diagram .scroll");
        await page.Keyboard.PressAsync("+");
        await IsLarger(1.2);
        await scroll.HoverAsync();
        await page.Keyboard.DownAsync("Control");
        await page.Mouse.WheelAsync(0, -100);
        await page.Keyboard.UpAsync("Control");
        await IsLarger(1.44);
        await page.Keyboard.PressAsync("-");
        await IsLarger(1.2);
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom out" }).ClickAsync();
        await IsLarger(1);
        await page.Keyboard.PressAsync("0");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Whole run in view" })).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(0, await scroll.EvaluateAsync<double>("s => Math.max(0, s.scrollHeight - s.clientHeight)"));
        await page.Keyboard.PressAsync("0");
        await IsLarger(1);

        // Its own units are px at the usual size.
        Task IsLarger(double times) => Wait.Until(async () => Math.Abs(await picture.EvaluateAsync<double>("p => p.getScreenCTM().a") - times) < 0.01, Wait.Patience, () => $"The picture is not drawn at {times}.");
    }
}
