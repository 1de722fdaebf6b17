using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Texts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The matrix as a trainee fills, compares and takes it along, and opens a cell as a run.</summary>
public sealed class MatrixTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Cells_are_tried_compared_exported_opened_again_and_run(string language)
    {
        TextCatalog words = TextCatalog.For(language);
        // A dashboard whose matrix nobody has filled.
        await using Dashboard own = await EndToEnd.Dashboard.Run();
        await using Visitor visitor = await Visitor.Come(Chromium, own, path: $"/matrix?lang={language}");
        IPage page = visitor.Page;
        await Sheet.Matrix.IsShown(visitor);
        await visitor.Shoot($"matrix-empty-{language}");

        await Button("matrix.page.fill-basic", ("count", 64)).ClickAsync();
        await Expect(page.Locator("td.fails a, td.ok a")).ToHaveCountAsync(16);
        await Expect(page.Locator(".about")).ToContainTextAsync(words["matrix.page.no-mismatch"]);
        // One by hand, by the keyboard.
        ILocator bound = page.GetByRole(AriaRole.Table, new() { Name = words["matrix.left.bound"], Exact = true }).Locator("td .cell").First;
        await bound.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("td a")).ToHaveCountAsync(17);
        await visitor.HasNoAxeViolation($"the basic cells and one more, {language}");

        await Button("matrix.page.fill-all", ("count", 1792)).ClickAsync();
        await Expect(page.Locator("td a")).ToHaveCountAsync(7 * 16);
        await Expect(page.Locator("td.mismatch, td.untried")).ToHaveCountAsync(0);
        await Expect(page.Locator(".about")).ToContainTextAsync("1792");

        // The kernels that come with the dashboard, beside this one.
        ILocator kernels = page.Locator(".compare .mud-checkbox input");
        await Expect(kernels).ToHaveCountAsync(2);
        foreach (ILocator kernel in await kernels.AllAsync())
            await kernel.CheckAsync();
        await Expect(page.Locator("section.list")).ToHaveCountAsync(2);
        await Expect(page.Locator("section.list").First).ToContainTextAsync("tools/kernels/run.sh 6.1");
        await Expect(page.Locator("td .other")).ToHaveCountAsync(2 * 7 * 16);
        await visitor.HasNoAxeViolation($"compared, {language}");
        await visitor.Shoot($"matrix-{language}");

        // Taken along, changed by somebody, and opened again.
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".exports a").First.ClickAsync());
        MatrixFile file = MatrixFile.Read(await File.ReadAllBytesAsync(await download.PathAsync()), out _)!;
        Assert.Equal(MatrixCell.All.Count, file.Results.Count);
        Assert.All(file.Results, r => Assert.Equal(r.Rule, r.Kernel));
        MatrixCell other = MatrixCell.Basic[5];
        MatrixFile changed = file with
        {
            Results = [.. file.Results.Select(r => r.Cell == other ? r with { Kernel = new(Core.Rule.PortCall.Bind, "EADDRINUSE") } : r)],
        };
        await page.Locator("#matrix-file")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "another.json",
                    MimeType = "application/json",
                    Buffer = changed.ToJson(),
                }
            );
        await Expect(page.Locator("td .other.differs")).ToHaveCountAsync(1);
        await Expect(page.Locator("section.list li")).ToHaveCountAsync(1);

        // Other addresses, and a cell as a run: what the kernel did there, it does here.
        await page.Locator(".choose > *").Nth(1).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "::ffff:127.0.0.1" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{own.Url}/matrix?first=v4&second=mapped&lang={language}");
        await page.GetByRole(AriaRole.Table, new() { Name = "TIME-WAIT", Exact = true }).Locator("td a").Nth(5).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 }).First).ToBeVisibleAsync();
        await Expect(page.Locator(".options input[role=switch]:checked")).ToHaveCountAsync(2);
        await page.Locator(".port input").First.FillAsync($"{LessonPorts.Next()}");
        await page.Locator(".pause .mud-radio").First.ClickAsync();
        await Expect(page.Locator(".run-buttons button").First).ToBeEnabledAsync();
        await page.Locator(".run-buttons button").First.ClickAsync();
        await Expect(new LabPage(page).DoneSteps).ToHaveCountAsync(3);
        await Expect(new LabPage(page).VerdictCard.Locator(".big")).ToContainTextAsync(words["verdict.success"]);
        visitor.HasNothingToComplainOf();

        ILocator Button(string code, (string, object?) argument) =>
            page.GetByRole(AriaRole.Button, new() { Name = words[Message.Of(code, argument)], Exact = true });
    }
}
