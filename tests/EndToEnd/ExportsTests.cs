using System.Buffers.Binary;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>What can be taken along is opened with the tools that it is for.</summary>
public sealed class ExportsTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    private const string Mermaid = "mermaid@11.17.2",
        Marked = "marked@15.0.12";

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
            string drawn = await tools.EvaluateAsync<string>(
                "async text => { const { svg } = await mermaid.render('drawn', text); document.body.innerHTML = svg; return document.body.textContent; }",
                diagram
            );
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

    [Fact]
    public async Task The_diagram_is_saved_as_it_is_shown_as_a_picture_that_needs_nothing_else()
    {
        string id = await PlayByApi();
        // On a phone the links stand below everything else, and nothing may lie over them.
        await using Visitor visitor = await Come(390, 844, $"/runs/{id}", touch: true);
        await Expect(visitor.Page.Locator("svg.sequence")).ToBeVisibleAsync();
        string svg = await Save("SVG"),
            png = await Save("PNG");
        Assert.DoesNotMatch("(href|src)=|url\\((?!\"?#|data:)", await File.ReadAllTextAsync(svg));

        IPage alone = await Chromium.Browser.NewPageAsync();
        await alone.GotoAsync("file://" + svg);
        double[] size = await alone.EvaluateAsync<double[]>("[document.documentElement.width.baseVal.value, document.documentElement.height.baseVal.value]");
        string text = await alone.EvaluateAsync<string>("document.documentElement.textContent");
        foreach (string what in (string[])["server", "client", "TIME-WAIT", "SYN", "EADDRINUSE"])
            Assert.Contains(what, text, StringComparison.Ordinal);
        await alone.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Results, "screenshots", "saved-diagram.png") });
        // What the dashboard draws for programs has the same marks.
        string drawn = Path.ChangeExtension(svg, ".api.svg");
        await File.WriteAllBytesAsync(drawn, await Dashboard.Http.GetByteArrayAsync($"/api/runs/{id}/diagram.svg?width=700&theme=dark&lang=ja"));
        await alone.GotoAsync("file://" + drawn);
        Assert.Equal(700, await alone.EvaluateAsync<double>("document.documentElement.width.baseVal.value"));
        text = await alone.EvaluateAsync<string>("[...document.querySelectorAll('text')].map(t => t.textContent).join(' ')");
        foreach (string what in (string[])["server", "client", "TIME-WAIT", "SYN", "EADDRINUSE"])
            Assert.Contains(what, text, StringComparison.Ordinal);
        Assert.Matches("[\u3040-\u30ff\u4e00-\u9fff]", text);
        Assert.DoesNotMatch("(href|src)=|url\\((?!\"?#|data:)", await File.ReadAllTextAsync(drawn));
        await alone.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Results, "screenshots", "api-diagram.png") });
        await alone.CloseAsync();
        // IHDR: width and height (PNG, 11.2.2).
        byte[] octets = await File.ReadAllBytesAsync(png);
        Assert.Equal(
            [2 * size[0], 2 * size[1]],
            [BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(16)), (double)BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(20))]
        );
        visitor.HasNothingToComplainOf();

        async Task<string> Save(string kind)
        {
            IDownload saved = await visitor.Page.RunAndWaitForDownloadAsync(() =>
                visitor.Page.GetByRole(AriaRole.Button, new() { Name = kind, Exact = true }).ClickAsync()
            );
            Assert.Equal($"{id}.{kind.ToLowerInvariant()}", saved.SuggestedFilename);
            string path = Path.Combine(Directory.CreateTempSubdirectory("reuseaddr-saved-").FullName, saved.SuggestedFilename);
            await saved.SaveAsAsync(path);
            return path;
        }
    }
}
