using System.IO.Compression;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Finished runs: listed, looked after, and opened to be read.</summary>
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
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToContainTextAsync("TIME-WAIT");
        foreach (string step in (string[])[.. LabPage.Steps, "Play all", "Next action", "Reset", "Skip the wait", "Wait and try again"])
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = step, Exact = true })).ToHaveCountAsync(0);
        // Esc lets the mark go, and then the presenter mode.
        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator(".lab.presenter")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("[role=option][aria-selected=true]")).ToHaveCountAsync(0);
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

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Runs_are_found_noted_kept_downloaded_deleted_and_restored(string language)
    {
        TextCatalog words = TextCatalog.For(language);
        string first = await PlayByApi(),
            second = await PlayByApi(),
            note = $"course-{Guid.NewGuid():n}";
        await using Visitor visitor = await Come(path: $"/runs?lang={language}");
        IPage page = visitor.Page;
        ILocator rows = page.Locator("tr[data-run]"),
            noted = rows.Filter(new() { HasText = note }),
            dialog = page.GetByRole(AriaRole.Dialog);

        // A note on each, the second by the keyboard.
        foreach (string id in (string[])[first, second])
        {
            await Row(id).Locator("td.note button").ClickAsync();
            await page.Keyboard.TypeAsync(note);
            if (id == first)
                await visitor.HasNoAxeViolation($"a note is written, {language}");
            if (id == second)
                await page.Keyboard.PressAsync("Control+Enter");
            else
                await Row(id).GetByRole(AriaRole.Button, new() { Name = words["runs.note-save"], Exact = true }).ClickAsync();
            await Expect(Row(id).Locator(".saved")).ToContainTextAsync(words["runs.note-saved"]);
        }
        // Found by what was written, and by the topic; the address shows the same again.
        await page.GetByRole(AriaRole.Searchbox).FillAsync(note);
        await Expect(rows).ToHaveCountAsync(2);
        await page.Locator(".find .mud-select").First.ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = words["topic.time-wait"] }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{Dashboard.Url}/runs?q={note}&topic=time-wait&lang={language}");
        await Row(first).Locator("[aria-pressed]").ClickAsync();
        await Expect(Row(first).Locator("[aria-pressed]")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.ReloadAsync();
        await Expect(noted).ToHaveCountAsync(2);
        await Expect(Row(first).Locator("[aria-pressed]")).ToHaveAttributeAsync("aria-pressed", "true");

        // Both at once: into one zip, and away and back.
        await page.Locator("thead input[type=checkbox]").CheckAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".above a[download]").ClickAsync());
        await using (ZipArchive zip = await ZipFile.OpenReadAsync(await download.PathAsync()))
            Assert.Equal([$"{first}.json", $"{second}.json"], zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
        await page.Locator(".above").GetByRole(AriaRole.Button, new() { Name = words["runs.delete"], Exact = true }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("2");
        await Confirm();
        await Expect(page.Locator(".nothing")).ToContainTextAsync(words["runs.nothing"]);
        await Undo();
        await Expect(noted).ToHaveCountAsync(2);

        // One, by the keyboard alone: the arrow leads to it, Delete asks, Enter opens.
        await Row(second).Locator("a.run").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(Row(first).Locator("a.run")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Delete");
        await Confirm();
        await Expect(noted).ToHaveCountAsync(1);
        await Undo();
        await Expect(noted).ToHaveCountAsync(2);
        await Row(first).Locator("a.run").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Sheet.Run(first).IsShown(visitor);
        visitor.HasNothingToComplainOf();

        ILocator Row(string id) => page.Locator($"tr[data-run='{id}']");

        async Task Confirm() => await dialog.GetByRole(AriaRole.Button, new() { Name = words["runs.delete"], Exact = true }).ClickAsync();

        Task Undo() => page.Locator(".mud-snackbar").GetByRole(AriaRole.Button, new() { Name = words["runs.undo"] }).Last.ClickAsync();
    }

    /// <summary>Keys, the wheel with Ctrl and the buttons change the size of the diagram, and not of the page.</summary>
    private static async Task Zooms(IPage page)
    {
        ILocator picture = page.Locator(".sequence"),
            scroll = page.Locator(".diagram .scroll");
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
        Task IsLarger(double times) =>
            Wait.Until(
                async () => Math.Abs(await picture.EvaluateAsync<double>("p => p.getScreenCTM().a") - times) < 0.01,
                Wait.Patience,
                () => $"The picture is not drawn at {times}."
            );
    }
}
