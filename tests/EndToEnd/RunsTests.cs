using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Finished runs: listed, and opened to be read.</summary>
public sealed class RunsTests(SharedDashboard shared, Chromium chromium) : PageTests(shared, chromium)
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

        // A mark can be chosen; a host cannot be changed.
        await page.Locator(".timewait .state").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Option, new() { Selected = true })).ToContainTextAsync("TIME-WAIT");
        foreach (string step in (string[])[.. LabPage.Steps, "Play all", "Next action", "Reset", "Skip the wait", "Wait and try again"])
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = step, Exact = true })).ToHaveCountAsync(0);
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
}
