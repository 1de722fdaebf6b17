using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Log;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>What a person expects: asked before the deciding step, shown beside what happened, kept with the run.</summary>
public sealed class PredictTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task The_page_asks_before_the_deciding_step_until_it_is_told_not_to()
    {
        await using Visitor visitor = await Come(predicts: true);
        IPage page = visitor.Page;
        LabPage lab = new(page);
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "What do you expect?" }),
            setting = page.GetByRole(AriaRole.Switch, new() { Name = "Ask for a prediction before the deciding step" });
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        foreach (string step in LabPage.Steps.SkipLast(1))
            await lab.Do(step);
        await lab.Button("Rebind").ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        await visitor.HasNoAxeViolation("predict");
        await visitor.Shoot("predict");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "bind() fails" }).ClickAsync();
        await lab.SaysInUse();
        await Expect(lab.VerdictCard.Locator(".guess")).ToContainTextAsync("bind() fails");
        RunFile run = await LabPage.OpenRun(Dashboard);
        Assert.Contains(run.Events.OfType<NoteEvent>(), note => note.Code == NoteCodes.Predicted);
        await lab.Reset();

        await page.Keyboard.PressAsync("?");
        await setting.UncheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysSuccess();
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }
}
