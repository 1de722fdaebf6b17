using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>What can be taken along is opened with the tools that it is for.</summary>
public sealed class ExportsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    private const string Mermaid = "mermaid@11.17.2", Marked = "marked@15.0.12";

    [Fact]
    public async Task Mermaid_draws_the_diagram_and_a_renderer_of_Markdown_shows_the_lab_note()
    {
        string id = await PlayByApi();
        IPage tools = await Chromium.Browser.NewPageAsync();
        await tools.AddScriptTagAsync(new() { Path = await NpmPackage.File(Mermaid, "dist/mermaid.min.js") });
        await tools.AddScriptTagAsync(new() { Path = await NpmPackage.File(Marked, "lib/marked.umd.js") });
        foreach (string language in (string[])["en", "ja"])
        {
            string diagram = await Dashboard.Http.GetStringAsync($"/api/runs/{id}/diagram.mermaid?lang={language}");
            Assert.Equal("sequence", await tools.EvaluateAsync<string>("async text => (await mermaid.parse(text)).diagramType", diagram));
            string drawn = await tools.EvaluateAsync<string>("async text => { const { svg } = await mermaid.render('drawn', text); document.body.innerHTML = svg; return document.body.textContent; }", diagram);
            foreach (string what in (string[])["SYN seq=0", "TIME-WAIT", "EADDRINUSE (Address already in use)", "$ ./sv 0"])
                Assert.Contains(what, drawn, StringComparison.Ordinal);

            string note = await Dashboard.Http.GetStringAsync($"/api/runs/{id}/report.md?lang={language}");
            await tools.EvaluateAsync("note => { document.body.innerHTML = marked.parse(note); }", note);
            await Expect(tools.Locator("h1")).ToHaveCountAsync(1);
            await Expect(tools.Locator("table").First.Locator("tbody tr")).ToHaveCountAsync(2);
            await Expect(tools.Locator("pre code.language-mermaid")).ToHaveTextAsync(diagram.TrimEnd('\n') + "\n");
            await Expect(tools.Locator("pre code").Filter(new() { HasText = "TIME-WAIT" }).First).ToBeVisibleAsync();
            await Expect(tools.Locator("strong code").Last).ToContainTextAsync("= -1 EADDRINUSE (Address already in use)");
        }
        await tools.CloseAsync();
    }
}
