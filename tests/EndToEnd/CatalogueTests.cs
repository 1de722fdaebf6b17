using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Lessons of the catalogue, chosen and played on the page: three of them, or with REUSEADDR_ALL_LESSONS=1 all, with pictures.</summary>
public sealed class CatalogueTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    private static readonly bool All = Environment.GetEnvironmentVariable("REUSEADDR_ALL_LESSONS") == "1";

    /// <summary>The longest wait of a lesson where TIME-WAIT may not be destroyed, and room for it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Lessons =>
        All
            ?
            [
                .. Directory
                    .EnumerateFiles(Path.Combine(Checkout.Root, "src", "Server", "Scenarios"), "*.yaml")
                    .Select(f => Path.GetFileNameWithoutExtension(f))
                    .Where(l => l != FreePlay.Id)
                    .Order(StringComparer.Ordinal),
            ]
            : ["wait-it-out", "two-listeners", "half-close"];

    [Theory, MemberData(nameof(Lessons))]
    public async Task A_lesson_is_played_to_its_end_and_explained(string lesson)
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        ILocator option = lab.Scenarios.Locator($"option[value='{lesson}']");
        string title = await option.InnerTextAsync();
        if (await option.IsDisabledAsync())
        {
            Assert.Matches(new Regex(" – .*This lesson ", RegexOptions.None, TimeSpan.FromSeconds(1)), title);
            Assert.Skip(title);
        }

        await lab.Scenarios.SelectOptionAsync(new SelectOptionValue { Value = lesson });
        foreach (ILocator port in await lab.Ports.AllAsync())
            await port.FillAsync($"{LessonPorts.Next()}");
        await visitor.Page.GetByRole(AriaRole.Radio, new() { Name = "none", Exact = true }).CheckAsync();
        await Check("before");
        await lab.Button("Play all").ClickAsync();
        await Wait.Until(
            async () =>
            {
                if (await lab.Button("Skip the wait").IsVisibleAsync() && await IsWaiting())
                    await lab.Button("Skip the wait").ClickAsync();
                return await lab.DoneSteps.CountAsync() == await lab.AllSteps.CountAsync();
            },
            Limit,
            () => $"{lesson} did not come to its end."
        );

        RunFile run = await LabPage.OpenRun(Dashboard);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Timeline timeline = Timeline.Fold(RunFiles.HeaderOf(run), run.Events);
        ScenarioExplanation chosen = run.Script.Explanations.First(e => Condition.Holds(e.When, timeline.Facts));
        await Expect(lab.Explanation).ToHaveTextAsync(chosen.Text.ToString());
        StepResult verdict = timeline.Verdict!;
        await Expect(lab.VerdictCard).ToContainTextAsync($"{verdict.Deciding.Call.Call}() = {verdict.Deciding.Call.Result}");
        await Expect(lab.VerdictCard.Locator(".rule.differs")).ToHaveCountAsync(0);
        await Check("after");
        await lab.Button("Reset").ClickAsync();
        await Expect(lab.Scenarios).ToBeEnabledAsync();
        visitor.HasNothingToComplainOf();

        async Task<bool> IsWaiting() =>
            (await Dashboard.Lab()).Runs is [{ Busy: true, Header.Id: var id }]
            && await Dashboard.GetRun(id) is var file
            && Timeline.Fold(RunFiles.HeaderOf(file), file.Events).WaitsForTimeWait;

        Task Check(string when) => All ? visitor.Shoot($"lesson-{lesson}-{when}") : visitor.FitsEverySize($"{lesson} {when}");
    }
}
