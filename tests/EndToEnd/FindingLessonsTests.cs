using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The catalogue: found by words and level, opened by the keyboard, marked when done.</summary>
public sealed class FindingLessonsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task Words_and_level_leave_the_lessons_that_fit()
    {
        await using Visitor visitor = await Come(path: "/");
        IPage page = visitor.Page;
        ILocator lessons = page.Locator(".lesson"),
            search = page.GetByLabel("Search lessons");
        await Expect(lessons.First).ToBeVisibleAsync();
        int all = await lessons.CountAsync();

        await search.FillAsync("half close");
        await Expect(lessons).Not.ToHaveCountAsync(all);
        await Expect(page.Locator("a[href='lab?lesson=half-close']")).ToBeVisibleAsync();
        await Expect(page.Locator("a[href='lab?lesson=with-reuseaddr']")).ToHaveCountAsync(0);

        await search.FillAsync("there is no such lesson");
        await Expect(lessons).ToHaveCountAsync(0);
        await Expect(page.GetByText("No lesson matches “there is no such lesson”.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear the search" }).ClickAsync();
        await Expect(lessons).ToHaveCountAsync(all);

        int counted = 0;
        foreach (string level in (string[])["Basic", "Intermediate", "Advanced"])
        {
            await page.Locator(".level .mud-select-input").First.ClickAsync();
            await page.GetByRole(AriaRole.Option, new() { Name = level, Exact = true }).ClickAsync();
            await Expect(lessons.Filter(new() { HasNotText = level })).ToHaveCountAsync(0);
            await Expect(lessons.First).ToBeVisibleAsync();
            counted += await lessons.CountAsync();
        }
        Assert.Equal(all, counted);
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_lesson_is_found_opened_and_played_by_the_keyboard_alone_and_is_done_then()
    {
        await using Visitor visitor = await Come(path: "/");
        IPage page = visitor.Page;
        LabPage lab = new(page);
        ILocator card = page.Locator(".lesson").Filter(new() { Has = page.Locator("a[href='lab?lesson=with-reuseaddr']") }),
            done = card.GetByText("Done", new() { Exact = true });
        await Expect(card).ToBeVisibleAsync();
        await Expect(done).ToHaveCountAsync(0);

        await visitor.TabTo("input");
        await page.Keyboard.TypeAsync("With SO_REUSEADDR");
        await visitor.TabTo("a[href='lab?lesson=with-reuseaddr']");
        await page.Keyboard.PressAsync("Enter");
        await Sheet.Lab.IsShown(visitor);
        await Expect(lab.Scenarios).ToHaveValueAsync("with-reuseaddr");

        await visitor.TabTo(".steps .primary");
        foreach (string step in LabPage.Steps)
        {
            await Expect(lab.Button(step)).ToBeFocusedAsync();
            await page.Keyboard.PressAsync("Enter");
            await lab.IsDone(step);
        }
        await lab.SaysSuccess();

        await page.GetByRole(AriaRole.Link, new() { Name = "Lessons", Exact = true }).ClickAsync();
        await Expect(done).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(done).ToBeVisibleAsync();
        visitor.HasNothingToComplainOf();
    }
}
