using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Every page at every size, in both languages and themes: legible, nothing cut off, and clear of axe.</summary>
public sealed class LooksTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
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
            // What a page is like that was asked for by its address, AddressTests see.
            await visitor.Follow(sheet.In(language));
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
        string id = await PlayByApi();
        await using Visitor visitor = await Come(390, 844, "/", touch: true);
        IPage page = visitor.Page;
        await visitor.HasRoomForAFinger("/");
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
            await visitor.HasRoomForAFinger(sheet.Path);
        }
        await page.GotoAsync($"{Dashboard.Url}/runs/{id}");
        await page.Locator(".timewait .state").First.ClickAsync();
        await Expect(page.Locator(".chosen-mark")).ToBeVisibleAsync();
        await visitor.HasRoomForAFinger("a chosen mark");
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData("en", "without-reuseaddr")]
    [InlineData("ja", "with-reuseaddr")]
    public async Task What_came_out_is_in_view_and_presenter_mode_shows_the_whole_run_to_the_back_of_the_room(string language, string lesson)
    {
        await using Visitor visitor = await Come(1280, 720, $"/lab?lesson={lesson}&lang={language}");
        IPage page = visitor.Page;
        LabPage lab = new(page);
        await page.Locator(".port input").First.FillAsync($"{LessonPorts.Next()}");
        await page.Locator(".pause .mud-radio").First.ClickAsync();
        await page.Locator(".run-buttons button").First.ClickAsync();
        await Expect(lab.DoneSteps).ToHaveCountAsync(LabPage.Steps.Length);
        foreach (string seen in (string[])[".verdict .big", lesson == "without-reuseaddr" ? ".term .error" : ".term", ".steps li.done >> nth=-1"])
            await Expect(page.Locator(seen).First).ToBeInViewportAsync(new() { Ratio = 0.9f });
        // 125 and 200 % of a window of 1280 x 720.
        foreach ((int width, int height) in ((int, int)[])[(1024, 576), (640, 360), (1280, 720)])
        {
            await page.SetViewportSizeAsync(width, height);
            await LabelsAreLegible(page, $"{width} x {height}");
        }

        await page.Keyboard.PressAsync("p");
        await Expect(page.Locator(".lab.presenter")).ToBeVisibleAsync();
        await Expect(page.Locator(".mud-appbar")).ToBeHiddenAsync();
        await visitor.HasNoAxeViolation($"presenter {language}");
        await visitor.Shoot($"presenter-{language}");
        string[] small = await page.EvaluateAsync<string[]>(
            """
            least => {
              const small = new Set();
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let node; (node = walk.nextNode());) {
                const e = node.parentElement;
                if (!node.data.trim() || e.closest("title, .sr, .skip, script, style, noscript") || !e.checkVisibility({ visibilityProperty: true })) continue;
                const height = parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement ? e.getScreenCTM().a : 1);
                if (height < least - 0.05) small.add(`${height.toFixed(1)} px: ${e.tagName}.${e.getAttribute("class") ?? ""} ${node.data.trim().slice(0, 60)}`);
              }
              return [...small];
            }
            """,
            Legible
        );
        Assert.True(small.Length == 0, string.Join('\n', small));
        await LabelsAreLegible(page, "presenter");
        Assert.Equal(
            0,
            await page.Locator(".diagram .scroll").EvaluateAsync<double>("s => Math.max(0, s.scrollHeight - s.clientHeight, s.scrollWidth - s.clientWidth)")
        );

        await page.SetViewportSizeAsync(1024, 576);
        LocatorBoundingBoxResult picture = (await page.Locator(".diagram").BoundingBoxAsync())!,
            verdict = (await lab.VerdictCard.BoundingBoxAsync())!;
        Assert.True(
            picture.Width > 600 && picture.X + picture.Width <= verdict.X && verdict.X + verdict.Width <= 1024 && picture.Height > 500,
            $"{picture.Width} x {picture.Height}, then {verdict.X}"
        );
        await page.Locator(".tools [aria-pressed]").Last.ClickAsync();
        await Expect(page.Locator(".lab.presenter")).ToHaveCountAsync(0);
        visitor.HasNothingToComplainOf();
    }

    /// <summary>No label of the diagram lies over another, none leaves the picture, and the window shows some of them.</summary>
    private static async Task LabelsAreLegible(IPage page, string where)
    {
        string[] wrong = await page.EvaluateAsync<string[]>(
            """
            async () => {
              await new Promise(frame => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(frame))));
              const scroll = document.querySelector(".diagram .scroll"), picture = scroll.querySelector(".sequence").getBoundingClientRect(), wrong = [];
              scroll.scrollIntoView({ block: "nearest" });
              const labels = [...scroll.querySelectorAll("text"), ...document.querySelectorAll(".diagram .head, .diagram .clock")].map(e => {
                const range = document.createRange();
                range.selectNodeContents(e);
                return { name: e.textContent.trim(), box: e.ownerSVGElement ? e.getBoundingClientRect() : range.getBoundingClientRect(), drawn: !!e.ownerSVGElement };
              });
              const window = scroll.getBoundingClientRect(), bottom = Math.min(window.bottom, innerHeight);
              if (labels.filter(l => l.drawn && l.box.top >= window.top && l.box.bottom <= bottom).length < 3) wrong.push(`${labels.length} labels, of which hardly any is in view`);
              labels.forEach((a, i) => {
                if (a.drawn && (a.box.left < picture.left - 1 || a.box.right > picture.right + 1)) wrong.push(`${a.name} leaves the picture`);
                for (const b of labels.slice(i + 1).filter(b => b.drawn === a.drawn)) {
                  const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left), high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
                  // A line's box is higher than its letters.
                  if (wide > 2 && high > 0.3 * Math.min(a.box.height, b.box.height)) wrong.push(`${a.name} lies over ${b.name}`);
                }
              });
              return wrong;
            }
            """
        );
        Assert.True(wrong.Length == 0, $"{where}:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public async Task Forced_colours_leave_switches_buttons_and_status_dots_visible()
    {
        await using Visitor visitor = await Come();
        IPage page = visitor.Page;
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        foreach (
            string part in (string[])
                [
                    ".value-switch .mud-switch-track",
                    ".value-switch [class*=mud-switch-thumb]",
                    ".steps .primary",
                    ".bar .pill i",
                    ".hosts-button i",
                    ".steps li.now .n",
                ]
        )
        {
            ILocator seen = page.Locator(part).First;
            await Expect(seen).ToBeAttachedAsync();
            Assert.True(
                await seen.EvaluateAsync<bool>(
                    """
                    e => {
                      const s = getComputedStyle(e), drawn = (style, width) => style !== "none" && parseFloat(width) > 0;
                      return e.getBoundingClientRect().width > 0 && (drawn(s.borderTopStyle, s.borderTopWidth) || drawn(s.outlineStyle, s.outlineWidth));
                    }
                    """
                ),
                $"{part} has no border and no outline."
            );
        }
        await page.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Results, "screenshots", "forced-colours.png") });
        visitor.HasNothingToComplainOf();
    }
}
