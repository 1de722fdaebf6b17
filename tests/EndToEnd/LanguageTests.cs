using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The page in Japanese: chosen in the menu or by the address, and Japanese throughout.</summary>
public sealed class LanguageTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    /// <summary>What stays as it is in every language: names of products, columns of ss, and the kernel's word for an errno.</summary>
    private static readonly string[] Names =
    [
        "ASP.NET Core, Blazor, SignalR, Entity Framework Core",
        "Local Address:Port",
        "Peer Address:Port",
        "Address already in use",
    ];

    private static readonly TextCatalog Japanese = TextCatalog.Japanese;

    [Fact]
    public async Task The_menu_leads_to_Japanese_and_back_on_the_same_page()
    {
        await using Visitor visitor = await Come(path: "/hosts");
        IPage page = visitor.Page;
        ILocator html = page.Locator("html"),
            heading = page.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(html).ToHaveAttributeAsync("lang", "en");
        await Expect(heading).ToHaveTextAsync("Hosts");
        Assert.False(await LoadedJapanese());

        await Choose("Language", "日本語");
        await Expect(heading).ToHaveTextAsync(Japanese["shell.hosts"]);
        Assert.True(await LoadedJapanese());
        await Expect(html).ToHaveAttributeAsync("lang", "ja");
        Assert.Equal("/hosts", new Uri(page.Url).AbsolutePath);

        // It stays so on other pages, and without the address saying so.
        await page.GotoAsync(Dashboard.Url + "/about");
        await Expect(heading).ToHaveTextAsync(Japanese["about.title"]);

        await Choose(Japanese["shell.language"], "English");
        await Expect(heading).ToHaveTextAsync("About");
        await Expect(html).ToHaveAttributeAsync("lang", "en");
        Assert.Equal("/about", new Uri(page.Url).AbsolutePath);
        await visitor.IsLive();
        visitor.HasNothingToComplainOf();

        // Who reads English does not wait for it.
        Task<bool> LoadedJapanese() =>
            page.EvaluateAsync<bool>(
                "name => performance.getEntriesByType('resource').some(e => e.name.includes(name) && e.name.endsWith('.wasm'))",
                TextCatalog.JapaneseAssembly
            );

        async Task Choose(string menu, string language)
        {
            await visitor.IsLive();
            await page.GetByRole(AriaRole.Button, new() { Name = menu }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = language }).ClickAsync();
        }
    }

    [Fact]
    public async Task No_English_sentence_is_left_on_a_Japanese_page()
    {
        string id = await PlayByApi();
        await using Visitor visitor = await Come(path: Sheet.Lessons.In("ja"));
        foreach (Sheet sheet in (Sheet[])[.. Sheet.InBar, Sheet.Run(id)])
        {
            await visitor.Follow(sheet.In("ja"));
            await sheet.IsShown(visitor);
            await HasNoEnglish(visitor.Page, sheet.Path);
        }
        await visitor.Follow("/runs/20000101-000000-abcd?lang=ja");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await HasNoEnglish(visitor.Page, "a run that is not there");

        // A link carries the language, and where an address does not name it, it is still so in this tab.
        await visitor.Page.Locator(".pages-nav a").First.ClickAsync();
        await Expect(visitor.Page).ToHaveURLAsync(Dashboard.Url + "/?lang=ja");
        await visitor.Page.GotoAsync(Dashboard.Url + "/");
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Japanese["catalogue.title"]);
    }

    [Fact]
    public async Task A_lesson_played_in_Japanese_says_nothing_in_English()
    {
        await using Visitor visitor = await Come(path: "/lab?lesson=without-reuseaddr&lang=ja", predicts: true);
        IPage page = visitor.Page;
        LabPage lab = new(page);
        ILocator primary = page.Locator(".steps .primary");
        await lab.Ports.First.FillAsync($"{LessonPorts.Next()}");
        await page.GetByRole(AriaRole.Radio, new() { Name = Japanese["page.none"], Exact = true }).CheckAsync();
        await HasNoEnglish(page, "before the run");
        int steps = await lab.AllSteps.CountAsync();
        for (int done = 1; done <= steps; done++)
        {
            await primary.ClickAsync();
            if (done == steps)
            {
                await Expect(page.Locator(".mud-dialog .choice").First).ToBeVisibleAsync();
                await HasNoEnglish(page, "the question");
                await page.Locator(".mud-dialog .choice").First.ClickAsync();
            }
            await Expect(lab.DoneSteps).ToHaveCountAsync(done);
            await HasNoEnglish(page, $"step {done}");
        }
        await Expect(lab.VerdictCard).ToContainTextAsync("EADDRINUSE");

        foreach (string list in (string[])["segments", "states", "calls"])
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = Japanese[$"page.lists.{list}"] }).ClickAsync();
            await page.GetByRole(AriaRole.Listbox).FocusAsync();
            await page.Keyboard.PressAsync("End");
            await Expect(page.Locator(".chosen-mark")).ToBeVisibleAsync();
            await HasNoEnglish(page, list);
        }
        await page.Locator(".sockets .row[tabindex]").First.ClickAsync();
        await HasNoEnglish(page, "a socket's row");
        await Dialog(() => page.Locator(".lab-bar .hosts-button").ClickAsync(), "hosts");
        await Dialog(() => page.Keyboard.PressAsync("?"), "help");
        await lab.Button(Japanese["page.verdict.skip-wait"]).ClickAsync();
        await Expect(page.Locator(".timewait.destroyed")).ToHaveCountAsync(1);
        await HasNoEnglish(page, "the wait skipped");
        await lab.Button(Japanese["page.run.reset"]).ClickAsync();
        await Expect(page.Locator("select.scenarios")).ToBeEnabledAsync();
        await Expect(page.GetByText(Japanese["lab.kept"])).ToBeVisibleAsync();
        await HasNoEnglish(page, "after the run");
        visitor.HasNothingToComplainOf();

        async Task Dialog(Func<Task> open, string name)
        {
            await open();
            ILocator dialog = page.Locator(".mud-dialog");
            await Expect(dialog).ToBeVisibleAsync();
            await HasNoEnglish(page, name);
            await page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToHaveCountAsync(0);
        }
    }

    /// <summary>Four Latin words on end make a sentence, but not where commands, calls and what programs print are shown as they are.</summary>
    private static async Task HasNoEnglish(IPage page, string where)
    {
        string[] found = await page.EvaluateAsync<string[]>(
            """
            names => {
              const sentence = /(?:[A-Za-z][A-Za-z'’-]*[,;:.]?\s+){3,}[A-Za-z]/, verbatim = "code, kbd, .mono, .term .lines, .call, .raw-line, [lang=en], script, style, noscript, #blazor-error-ui";
              const found = [];
              const note = (text, e) => {
                for (const name of names) text = text.replaceAll(name, "");
                if (sentence.test(text) && !e.closest(verbatim) && e.checkVisibility()) found.push(`${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""}: ${text.trim()}`);
              };
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              for (let node; (node = walk.nextNode());) note(node.data, node.parentElement);
              for (const e of document.querySelectorAll("[title], [aria-label], [placeholder]"))
                for (const name of ["title", "aria-label", "placeholder"]) if (e.hasAttribute(name)) note(e.getAttribute(name), e);
              note(document.title, document.body);
              return found;
            }
            """,
            Names
        );
        Assert.True(found.Length == 0, $"English on the Japanese page, {where}:\n{string.Join('\n', found)}");
    }
}
