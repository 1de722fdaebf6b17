using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The lesson without a mouse, and the names by which a person's own script finds things.</summary>
public sealed class KeyboardTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task Keys_run_the_steps_and_open_and_close_what_they_name()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        IKeyboard keyboard = visitor.Page.Keyboard;
        await visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Steps" }).ClickAsync();
        for (int i = 0; i < LabPage.Steps.Length; i++)
        {
            await lab.IsCurrent(LabPage.Steps[i]);
            await keyboard.PressAsync($"{i + 1}");
            await lab.IsDone(LabPage.Steps[i]);
        }
        await lab.SaysInUse();

        await lab.Button("Rebind").ClickAsync();
        await Expect(lab.Verdict).ToContainTextAsync("attempt 2");
        await Expect(lab.Button("Rebind")).ToBeFocusedAsync();

        ILocator help = visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "What this lab shows" });
        await keyboard.PressAsync("?");
        await Expect(help).ToBeVisibleAsync();
        await keyboard.PressAsync("Escape");
        await Expect(help).ToBeHiddenAsync();
        await Expect(lab.Button("Rebind")).ToBeFocusedAsync();
        await keyboard.PressAsync("r");
        await lab.IsCurrent("Start listener");
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Each_name_finds_one_thing_at_every_stage()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        await NamesFindOne();
        foreach (string step in LabPage.Steps)
        {
            await lab.Do(step);
            await NamesFindOne();
        }
        await lab.Reset();

        async Task NamesFindOne()
        {
            foreach (string name in (string[])[.. LabPage.Steps, "Play all", "Next action", "Reset"])
                await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(1);
            foreach (string name in (string[])["SO_REUSEADDR on the first listener", "SO_REUSEADDR on the new socket"])
            {
                await Expect(visitor.Page.GetByRole(AriaRole.Switch, new() { Name = name })).ToHaveCountAsync(1);
                await Expect(visitor.Page.GetByLabel(name)).ToHaveCountAsync(1);
            }
            await Expect(visitor.Page.GetByLabel("Port")).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task The_picture_follows_until_a_hand_scrolls_away_and_again_after_jump_to_now()
    {
        await using Visitor visitor = await Come(1280, 720);
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.IsDone("Rebind");
        // Some attempts more: the picture has to be longer than its window by more than a touch.
        for (int attempt = 2; attempt <= 5; attempt++)
        {
            await lab.Button("Rebind").ClickAsync();
            await Expect(lab.Verdict).ToContainTextAsync($"attempt {attempt}");
        }
        ILocator jump = lab.Button("Jump to now"),
            scroll = visitor.Page.Locator(".diagram .scroll");
        await visitor.Page.SetViewportSizeAsync(1440, 640);
        await visitor.Page.SetViewportSizeAsync(1280, 720);
        await Expect(jump).ToBeHiddenAsync();

        await scroll.HoverAsync();
        await visitor.Page.Mouse.WheelAsync(0, -2000);
        await Expect(jump).ToBeVisibleAsync();
        await jump.ClickAsync();
        await Expect(jump).ToBeHiddenAsync();
        Assert.True(await scroll.EvaluateAsync<double>("s => s.scrollTop") > 0);
        await lab.Reset();
    }
}
