using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Two runs side by side, as a trainee does it.</summary>
public sealed class CompareTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task One_click_drives_both_and_the_first_difference_is_told_live_and_from_the_history(string language)
    {
        await using Visitor visitor = await Come(1280, 720, $"/compare?lesson=with-reuseaddr&lang={language}");
        IPage page = visitor.Page;
        ILocator primary = page.Locator(".compare .primary"),
            difference = page.Locator(".difference .first");
        foreach (ILocator port in await page.Locator(".prepare input[inputmode=numeric]").AllAsync())
            await port.FillAsync($"{LessonPorts.Next()}");
        await visitor.FitsEverySize($"compare-prepare-{language}");
        await primary.ClickAsync();
        await Expect(page.Locator(".arm .diagram")).ToHaveCountAsync(2);
        for (int step = 0; step < 4; step++)
        {
            await Expect(primary).ToBeEnabledAsync();
            await primary.ClickAsync();
        }
        await Expect(difference).ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".arm").Nth(0).Locator(".verdict")).ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".arm").Nth(1).Locator(".verdict")).Not.ToContainTextAsync("EADDRINUSE");
        await difference.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator(".arm .chosen").First).ToBeVisibleAsync();
        await visitor.ShootInBothThemes($"compare-{language}");
        await visitor.HasNoAxeViolation($"compare, {language}");
        await visitor.FitsEverySize($"compare-{language}");

        await page.Locator(".drive button").Last.ClickAsync();
        await Expect(page.Locator(".drive .primary")).ToHaveCountAsync(0);
        await Expect(difference).ToContainTextAsync("EADDRINUSE");
        // The address has both: the history answers after the lab has put them away.
        await visitor.Anew(() => page.ReloadAsync());
        await visitor.HasCome();
        await Expect(difference).ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".arm .diagram")).ToHaveCountAsync(2);

        // Two others: a run that comes with the dashboard, and a file of another dashboard.
        await page.Locator(".drive button").Last.ClickAsync();
        await visitor.Follow($"/compare?right=api/recorded/without-reuseaddr&lang={language}");
        await Expect(page.Locator(".prepare [role=status]").Last).ToContainTextAsync("20");
        ILocator file = page.Locator(".prepare input[type=file]").First;
        await file.SetInputFilesAsync(
            new FilePayload
            {
                Name = "notes.json",
                MimeType = "application/json",
                Buffer = "{}"u8.ToArray(),
            }
        );
        await Expect(page.Locator(".prepare .banner.alarm")).ToContainTextAsync("notes.json");
        await visitor.HasNoAxeViolation($"two files, {language}");
        await visitor.Shoot($"compare-files-{language}");
        await file.SetInputFilesAsync(
            new FilePayload
            {
                Name = "theirs.json",
                MimeType = "application/json",
                Buffer = await Dashboard.Http.GetByteArrayAsync("/api/recorded/with-reuseaddr"),
            }
        );
        await Expect(page.Locator(".arm .diagram")).ToHaveCountAsync(2);
        await Expect(page.Locator(".arm").First).ToContainTextAsync("theirs.json");
        await Expect(page.Locator(".arm").Nth(0).Locator(".verdict")).Not.ToContainTextAsync("EADDRINUSE");
        await Expect(page.Locator(".arm").Nth(1).Locator(".verdict")).ToContainTextAsync("EADDRINUSE");
        visitor.HasNothingToComplainOf();
    }
}
