using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Every page at every size, in both languages and themes: legible, nothing cut off, and clear of axe.</summary>
public sealed class LooksTests(SharedDashboard shared, Chromium chromium) : PageTests(shared, chromium)
{
    /// <summary>Least height of a letter's box that can be read from the back of a room, in px.</summary>
    private const double Legible = 20;

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Every_page_fits_every_size_and_has_no_axe_violation(string language)
    {
        string id = await PlayByApi();
        await using Visitor visitor = await Come(path: Sheet.Lessons.In(language));
        foreach (Sheet sheet in (Sheet[])[.. Sheet.InBar, Sheet.Run(id)])
        {
            await visitor.Page.GotoAsync(Dashboard.Url + sheet.In(language));
            await sheet.IsShown(visitor);
            await visitor.HasNoAxeViolation($"{sheet.Path} {language}");
            if (language == "en" || sheet == Sheet.Lessons || sheet == Sheet.Lab)
                await visitor.Shoot($"page-{sheet.Name}-{language}");
            else
                await visitor.FitsEverySize($"{sheet.Path} {language}");
        }
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task The_menu_of_a_phone_leads_to_every_page()
    {
        await PlayByApi();
        await using Visitor visitor = await Come(390, 844, "/");
        IPage page = visitor.Page;
        foreach (Sheet sheet in Sheet.InBar.Reverse())
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Menu", Exact = true }).ClickAsync();
            ILocator link = page.Locator(".mud-drawer a").Nth(Array.IndexOf(Sheet.InBar, sheet));
            await Expect(link).ToBeInViewportAsync();
            if (sheet == Sheet.About)
                await visitor.Shoot("menu");
            await link.ClickAsync();
            await sheet.IsShown(visitor);
            await Expect(link).Not.ToBeInViewportAsync();
        }
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Presenter_mode_is_legible_from_the_back_of_the_room(string language)
    {
        await using Visitor visitor = await Come(1280, 720, $"/lab?lesson=without-reuseaddr&lang={language}");
        IPage page = visitor.Page;
        LabPage lab = new(page);
        await page.Locator(".port input").First.FillAsync($"{LessonPorts.Next()}");
        await page.Locator(".pause .mud-radio").First.ClickAsync();
        await page.Locator(".run-buttons button").First.ClickAsync();
        await Expect(lab.VerdictCard).ToContainTextAsync("EADDRINUSE");
        await Expect(lab.DoneSteps).ToHaveCountAsync(LabPage.Steps.Length);
        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator(".lab.presenter")).ToBeVisibleAsync();
        await visitor.HasNoAxeViolation($"presenter {language}");
        await visitor.Shoot($"presenter-{language}");
        string[] small = await page.EvaluateAsync<string[]>("""
            least => {
              const small = new Set();
              for (const root of document.querySelectorAll(".diagram, .verdict, .steps li.now, .steps li.done")) {
                const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
                for (let node; (node = walk.nextNode());) {
                  const e = node.parentElement;
                  if (!node.data.trim() || e.closest("title, .sr") || !e.checkVisibility()) continue;
                  const height = parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement ? e.getScreenCTM().a : 1);
                  if (height < least - 0.05) small.add(`${height.toFixed(1)} px: ${e.tagName}.${e.getAttribute("class") ?? ""} ${node.data.trim().slice(0, 60)}`);
                }
              }
              return [...small];
            }
            """, Legible);
        Assert.True(small.Length == 0, string.Join('\n', small));
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".lab.presenter")).ToHaveCountAsync(0);
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Forced_colours_leave_switches_buttons_and_status_dots_visible()
    {
        await using Visitor visitor = await Come();
        IPage page = visitor.Page;
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        foreach (string part in (string[])[".value-switch .mud-switch-track", ".value-switch [class*=mud-switch-thumb]", ".steps .primary", ".bar .pill i", ".hosts-button i", ".steps li.now .n"])
        {
            ILocator seen = page.Locator(part).First;
            await Expect(seen).ToBeAttachedAsync();
            Assert.True(await seen.EvaluateAsync<bool>("""
                e => {
                  const s = getComputedStyle(e), drawn = (style, width) => style !== "none" && parseFloat(width) > 0;
                  return e.getBoundingClientRect().width > 0 && (drawn(s.borderTopStyle, s.borderTopWidth) || drawn(s.outlineStyle, s.outlineWidth));
                }
                """), $"{part} has no border and no outline.");
        }
        await page.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Results, "screenshots", "forced-colours.png") });
        visitor.HasNothingToComplainOf();
    }
}
