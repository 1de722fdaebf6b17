using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>
/// Five lessons of different topics, one after the other, by the keyboard alone: at a desk, at a projector and on a phone, in both languages, in light and dark
/// by turns.
/// </summary>
public sealed class FiveLessonsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    private static readonly string[] Five = ["without-reuseaddr", "linger-zero", "two-listeners", "half-close", "fixed-source-port"];

    [Theory]
    [InlineData("en", 1440, 900, false)]
    [InlineData("en", 1280, 720, false)]
    [InlineData("en", 390, 844, true)]
    [InlineData("ja", 1440, 900, false)]
    [InlineData("ja", 1280, 720, false)]
    [InlineData("ja", 390, 844, true)]
    public async Task Each_is_found_predicted_played_and_explained(string language, int width, int height, bool touch)
    {
        await using Visitor visitor = await Visitor.Come(Chromium, Dashboard, width, height, Sheet.Lessons.In(language), predicts: true, touch);
        IPage page = visitor.Page;
        IKeyboard keyboard = page.Keyboard;
        LabPage lab = new(page);
        ILocator lessons = page.Locator("select.scenarios");
        foreach ((int turn, string lesson) in Five.Index())
        {
            // A lesson that is light here is dark at the next size and in the other language.
            await visitor.Show((turn + width + language[0]) % 2 == 0 ? ColorScheme.Light : ColorScheme.Dark);
            await visitor.TabTo(".find input");
            await keyboard.TypeAsync(lesson);
            await visitor.TabTo($".lesson-link[href^='lab?lesson={lesson}&']");
            await keyboard.PressAsync("Enter");
            await Expect(lessons).ToHaveValueAsync(lesson);
            await visitor.TabTo(".port input");
            await keyboard.PressAsync("Control+A");
            await keyboard.TypeAsync($"{LessonPorts.Next()}");
            await visitor.TabTo(".pause input");
            await keyboard.PressAsync("ArrowUp");
            await Expect(page.Locator(".pause input").First).ToBeCheckedAsync();

            int steps = await lab.AllSteps.CountAsync();
            bool asked = false;
            for (int step = 1; step <= steps; step++)
            {
                await keyboard.PressAsync($"{step}");
                ILocator choice = page.Locator(".mud-dialog .choice");
                if (!asked)
                {
                    await Expect(choice.First.Or(lab.DoneSteps.Nth(step - 1))).ToBeVisibleAsync();
                    if (asked = await choice.First.IsVisibleAsync())
                    {
                        await visitor.TabTo(".mud-dialog .choice");
                        await keyboard.PressAsync("Enter");
                        await Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);
                    }
                }
                await Expect(lab.DoneSteps).ToHaveCountAsync(step);
            }
            Assert.True(asked, $"{lesson} asked for no prediction.");
            await Expect(lab.Explanation).ToBeVisibleAsync();
            await Expect(lab.VerdictCard.Locator(".guess")).ToBeVisibleAsync();
            await lab.VerdictCard.ScrollIntoViewIfNeededAsync();
            await visitor.ShootInBothThemes($"five-{lesson}-{language}");
            await keyboard.PressAsync("r");
            await Expect(lessons).ToBeEnabledAsync();
            // Alt and the left arrow.
            await page.GoBackAsync();
        }
        await Expect(page.Locator(".lesson").Filter(new() { Has = page.Locator(".mud-chip-color-success") })).ToHaveCountAsync(Five.Length);
        visitor.HasNothingToComplainOf();
    }
}
