using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Free play as a trainee does it: the page offers the likeliest call, and one makes it or another.</summary>
public sealed class FreePlayTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Theory]
    [InlineData("en", "Make the call", "Save as lesson")]
    [InlineData("ja", "呼び出す", "レッスンとして保存")]
    public async Task Each_call_is_made_seen_and_saved(string language, string make, string save)
    {
        await using Visitor visitor = await Come(1280, 720, $"/lab?free&lang={language}");
        IPage page = visitor.Page;
        LabPage lab = new(page);
        int port = LessonPorts.Next();
        await lab.Ports.First.FillAsync($"{port}");
        foreach (
            string call in (string[])["socket()", $"bind(lfd, 0.0.0.0:{port})", "listen(lfd, 5)", "socket()", "connect(cfd, ", "accept4(lfd)", "close(afd)"]
        )
        {
            await Expect(page.Locator(".free .line")).ToContainTextAsync(call);
            if (call.StartsWith("bind", StringComparison.Ordinal))
                await Expect(page.Locator(".free .rule-says b")).Not.ToBeEmptyAsync();
            if (call.StartsWith("close", StringComparison.Ordinal))
                await visitor.ShootInBothThemes($"free-{language}");
            await lab.Button(make).ClickAsync();
        }
        await Expect(page.Locator(".sequence")).ToContainTextAsync("CLOSE-WAIT");
        await Expect(lab.VerdictCard).ToContainTextAsync("connect() = 0");
        await Expect(lab.VerdictCard.GetByRole(AriaRole.Heading, new() { Name = "connect(cfd)" })).ToBeVisibleAsync();

        await lab.Button(save).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).First.FillAsync("My own");
        IDownload saved = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Link).ClickAsync());
        Assert.Equal("own-lesson.yaml", saved.SuggestedFilename);
        Assert.Contains("do: \"connect\"", await File.ReadAllTextAsync(await saved.PathAsync()), StringComparison.Ordinal);

        await visitor.HasNoAxeViolation($"free play, {language}");
        await visitor.FitsEverySize($"free-{language}");
        await page.Locator(".free .run-buttons button").Last.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button).Last.ClickAsync();
        await Expect(page.Locator(".free .line")).ToContainTextAsync("socket()");
        Assert.Empty((await Dashboard.Lab()).Runs);
        visitor.HasNothingToComplainOf();
    }
}
