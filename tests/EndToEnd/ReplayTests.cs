using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>
/// A run at each of its moments: one that was made here, one from a file, one that came with the dashboard, and one that goes on while a person looks back.
/// </summary>
public sealed class ReplayTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    private static string Format1(string run) => Path.Combine(Checkout.Root, "tests", "Core.Tests", "Log", "Format1", run + ".json");

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task A_run_is_scrubbed_by_keyboard_played_and_its_link_leads_back_to_the_same_moment(string language)
    {
        TextCatalog words = TextCatalog.For(language);
        string id = await PlayByApi();
        await using Visitor visitor = await Come(path: $"/runs/{id}?lang={language}");
        IPage page = visitor.Page;
        ILocator line = page.GetByRole(AriaRole.Slider, new() { Name = words["replay.time"] });
        await Expect(page.Locator(".verdict")).ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".sequence .attempt.bad")).ToBeVisibleAsync();
        double height = (await page.Locator(".sequence").BoundingBoxAsync())!.Height;

        await line.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(page.Locator(".verdict")).Not.ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".sequence .attempt.bad")).ToBeHiddenAsync();
        await Expect(page.Locator(".sequence .call:visible")).ToHaveCountAsync(0);
        // From step to step up to the one that decides: its call is yet to come.
        for (int step = 0; step < 4; step++)
            await page.Keyboard.PressAsync("Shift+ArrowRight");
        await Expect(line).ToHaveAttributeAsync("aria-valuetext", new Regex(language == "en" ? @"^Rebind, \d+\.\d{3} s$" : @"、\d+\.\d{3}秒$"));
        await Expect(page.Locator(".sequence .attempt.bad")).ToBeHiddenAsync();
        await Expect(page.Locator(".sockets")).ToContainTextAsync("TIME-WAIT");
        Assert.Equal(height, (await page.Locator(".sequence").BoundingBoxAsync())!.Height);
        await visitor.Shoot($"replay-{language}");

        await Expect(page).ToHaveURLAsync(new Regex(@"[?&]t=\d+"));
        string said = (await line.GetAttributeAsync("aria-valuetext"))!;
        await page.ReloadAsync();
        await Expect(line).ToHaveAttributeAsync("aria-valuetext", said);
        await Expect(page.Locator(".sequence .attempt.bad")).ToBeHiddenAsync();

        await page.GetByLabel(words["replay.speed"]).SelectOptionAsync("50");
        await page.GetByRole(AriaRole.Button, new() { Name = words["replay.play"], Exact = true }).ClickAsync();
        await Expect(page.Locator(".verdict")).ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".sequence .attempt.bad")).ToBeVisibleAsync();
        // At the end it stops, and the address is that of the whole run again.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = words["replay.play"], Exact = true })).ToBeVisibleAsync();
        await Expect(page).Not.ToHaveURLAsync(new Regex(@"[?&]t="));
        await visitor.HasNoAxeViolation($"replay, {language}");
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_live_view_is_frozen_while_recording_goes_on_and_is_live_again()
    {
        await using Visitor visitor = await Come();
        IPage page = visitor.Page;
        LabPage lab = new(page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Do(LabPage.Steps[0]);
        await Expect(page.Locator(".sequence .call").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Freeze the view; recording goes on" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Play all", Exact = true }).ClickAsync();
        await Expect(page.Locator(".scrubber .more")).ToHaveTextAsync(new Regex(@"^\+[1-9][\d,]* events$"));
        await Expect(page.Locator(".sequence .segment")).ToHaveCountAsync(0);
        await visitor.Shoot("frozen");
        await page.GetByRole(AriaRole.Button, new() { Name = "Back to live", Exact = true }).ClickAsync();
        await lab.SaysInUse();
        await Expect(page.Locator(".scrubber")).ToHaveCountAsync(0);
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Without_hosts_run_files_are_dropped_and_chosen_and_recorded_runs_are_watched(string language)
    {
        TextCatalog words = TextCatalog.For(language);
        await using Dashboard alone = await EndToEnd.Dashboard.Run("--hosts", "none");
        await using Visitor visitor = await Visitor.Open(Chromium, alone);
        IPage page = visitor.Page;
        await page.GotoAsync($"{alone.Url}/runs?lang={language}");
        await page.GetByRole(AriaRole.Link, new() { Name = words["replay.open"] }).ClickAsync();

        // Dropped anywhere on the page.
        string file = await File.ReadAllTextAsync(Format1("plain"), TestContext.Current.CancellationToken);
        await using IJSHandle dropped = await page.EvaluateHandleAsync(
            "text => { const d = new DataTransfer(); d.items.add(new File([text], 'plain.json', { type: 'application/json' })); return d; }",
            file
        );
        await page.Locator("input[type=file]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.DispatchEventAsync("main", "drop", new { dataTransfer = dropped });
        await Expect(page.Locator(".banner")).ToContainTextAsync("plain.json");
        await Expect(page.Locator(".verdict")).ToContainTextAsync("EADDRINUSE");
        await visitor.Shoot($"run-file-{language}");

        await page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "no.json",
                    MimeType = "application/json",
                    Buffer = "[]"u8.ToArray(),
                }
            );
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no.json");
        await page.Locator("input[type=file]").SetInputFilesAsync(Format1("destroyed"));
        await Expect(page.Locator(".banner").First).ToContainTextAsync("destroyed.json");

        // A lesson that cannot be played here was played elsewhere, and says so.
        await page.GotoAsync($"{alone.Url}/lab?lesson=with-reuseaddr&lang={language}");
        await page.GetByRole(AriaRole.Link, new() { Name = words["replay.watch"] }).First.ClickAsync();
        await Expect(page.Locator(".banner").First).ToContainTextAsync(words["replay.recorded"]);
        await Expect(page.Locator(".verdict")).ToContainTextAsync("bind() = 0");
        await visitor.Shoot($"recorded-{language}");
        await visitor.HasNoAxeViolation($"a recorded run, {language}");
        visitor.HasNothingToComplainOf();
    }
}
