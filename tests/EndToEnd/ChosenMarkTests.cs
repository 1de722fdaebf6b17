using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A mark that is chosen in one place stands out in every place that has it.</summary>
public sealed class ChosenMarkTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task A_mark_chosen_anywhere_stands_out_everywhere_until_Escape()
    {
        await using Visitor visitor = await Come();
        IPage page = visitor.Page;
        LabPage lab = new(page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysInUse();
        ILocator panel = page.GetByRole(AriaRole.Group, new() { Name = "Selected event" }),
            list = page.GetByRole(AriaRole.Listbox);
        ILocator entry = list.GetByRole(AriaRole.Option, new() { Selected = true }),
            drawn = page.Locator(".sequence .chosen"),
            row = page.Locator(".sockets .row.chosen");

        // In the picture.
        await page.Locator(".timewait .state").First.ClickAsync();
        await Expect(entry).ToContainTextAsync("TIME-WAIT");
        await Expect(row).ToContainTextAsync("TIME-WAIT");
        await Expect(panel).ToContainTextAsync("/proc/net/tcp");
        await Expect(drawn).ToHaveCountAsync(1);

        // In the socket table, by the keyboard: first, as TIME-WAIT's row goes after a minute.
        await page.Keyboard.PressAsync("Escape");
        await Expect(entry).ToHaveCountAsync(0);
        await page.Locator(".sockets .row[tabindex]").First.PressAsync("Enter");
        await Expect(entry).ToContainTextAsync("TIME-WAIT");
        await Expect(drawn).ToContainTextAsync("TIME-WAIT");

        // In a list, by the keyboard: the picture brings it into its view.
        await page.GetByRole(AriaRole.Tab, new() { Name = "States" }).PressAsync("ArrowLeft");
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Segments" })).ToBeFocusedAsync();
        await list.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(panel).ToContainTextAsync("SYN, client → server");
        await Expect(drawn).ToContainTextAsync("SYN");
        await Expect(drawn).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(drawn).ToContainTextAsync("SYN+ACK");
        await Expect(entry).ToBeInViewportAsync();
        await visitor.HasNoAxeViolation("chosen-segment");

        // It stays chosen when more happens.
        await lab.Button("Rebind").ClickAsync();
        await Expect(lab.Verdict).ToContainTextAsync("attempt 2");
        await Expect(drawn).ToContainTextAsync("SYN+ACK");
        await Expect(drawn).ToBeInViewportAsync();

        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".chosen")).ToHaveCountAsync(0);
        await Expect(panel).ToHaveCountAsync(0);
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task The_lists_have_every_segment_state_and_call_of_the_run()
    {
        await using Visitor visitor = await Come(390, 844);
        IPage page = visitor.Page;
        LabPage lab = new(page);
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysSuccess();
        Core.Log.RunFile run = await LabPage.OpenRun(Dashboard);
        ILocator options = page.GetByRole(AriaRole.Listbox).GetByRole(AriaRole.Option);

        await page.GetByRole(AriaRole.Tab, new() { Name = "Calls" }).ClickAsync();
        await Expect(options).ToHaveCountAsync(run.Events.Count(e => e is Core.Log.CallEvent));
        await page.GetByRole(AriaRole.Tab, new() { Name = "Segments" }).ClickAsync();
        await Expect(options).ToHaveCountAsync(7);
        await page.GetByRole(AriaRole.Tab, new() { Name = "States" }).ClickAsync();
        foreach (string state in (string[])["LISTEN", "ESTAB", "TIME-WAIT"])
            await Expect(options.Filter(new() { HasText = state }).First).ToBeVisibleAsync();
        Assert.True(
            await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            "The page is wider than the phone."
        );
        await visitor.HasNoAxeViolation("lists-390");
        await visitor.Shoot("lists-390");
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }
}
