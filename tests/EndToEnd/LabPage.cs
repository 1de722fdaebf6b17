using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The lab's page as a person handles it: by the names of its buttons and switches, which are part of what was promised.</summary>
internal sealed class LabPage(IPage page)
{
    public static readonly string[] Steps = ["Start listener", "Connect", "Close", "Rebind"];

    public ILocator Main => page.GetByRole(AriaRole.Main);

    public ILocator Verdict => page.GetByRole(AriaRole.Region, new() { Name = "Rebind" });

    public ILocator ListenerSwitch => page.GetByLabel("SO_REUSEADDR on the first listener");

    public ILocator RebindSwitch => page.GetByLabel("SO_REUSEADDR on the new socket");

    /// <summary>The card with the result, whatever the step is called.</summary>
    public ILocator VerdictCard => page.Locator("section.verdict");

    public ILocator Explanation => VerdictCard.Locator(".explanation");

    public ILocator AllSteps => page.Locator("section.steps > ol > li");

    public ILocator DoneSteps => page.Locator("section.steps > ol > li.done");

    /// <summary>Every port of the chosen lesson.</summary>
    public ILocator Ports => page.Locator("section.options .port input");

    public ILocator Port => page.GetByLabel("Port");

    /// <summary>The button that can be pressed; that of a step still blocked has the same name and is disabled.</summary>
    public ILocator Button(string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Scenarios => page.GetByRole(AriaRole.Combobox, new() { Name = "Lesson", Exact = true });

    public async Task Prepare(string scenario, int port, string pause = "none")
    {
        await Scenarios.SelectOptionAsync(new SelectOptionValue { Label = scenario });
        await Port.FillAsync($"{port}");
        await page.GetByRole(AriaRole.Radio, new() { Name = pause, Exact = true }).CheckAsync();
    }

    /// <summary>Presses a step's button once it can be pressed, and waits until the step is done.</summary>
    public async Task Do(string step)
    {
        await Button(step).ClickAsync();
        await IsDone(step);
    }

    public async Task IsDone(string step)
    {
        ILocator item = page.GetByRole(AriaRole.Listitem).Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = step, Exact = true }) });
        await Expect(item).ToHaveClassAsync(new Regex(@"\bdone\b"));
    }

    public Task IsCurrent(string step) => Expect(Button(step)).ToBeEnabledAsync();

    public async Task SaysInUse()
    {
        await Expect(Verdict).ToContainTextAsync("EADDRINUSE");
        await Expect(Verdict).ToContainTextAsync("Address already in use");
    }

    public async Task SaysSuccess()
    {
        await Expect(Verdict).ToContainTextAsync("Success");
        await Expect(Verdict).Not.ToContainTextAsync("EADDRINUSE");
    }

    /// <summary>Reset, also where it asks back because the run is not at its end.</summary>
    public async Task Reset()
    {
        await Button("Reset").ClickAsync();
        ILocator sure = Button("Reset run");
        await Expect(sure.Or(Button("Start listener").And(page.Locator(":enabled"))).First).ToBeVisibleAsync();
        if (await sure.IsVisibleAsync())
            await sure.ClickAsync();
        await IsCurrent("Start listener");
        await Expect(Port).ToBeEnabledAsync();
    }

    /// <summary>The run that is open, from the lab itself.</summary>
    public static async Task<RunFile> OpenRun(Dashboard dashboard)
    {
        LabState lab = await dashboard.Lab();
        return await dashboard.GetRun(Assert.Single(lab.Runs).Header.Id);
    }
}
