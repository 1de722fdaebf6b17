using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A step that the lab repeats, on the real kernel, from the page; its wait is ended by destroying the TIME-WAIT socket.</summary>
public sealed class BindAgainTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task It_binds_once_a_second_and_succeeds_once_TIME_WAIT_is_gone()
    {
        Assert.SkipUnless((await Dashboard.Lab()).Hosts.All(h => h.Facts!.CanDestroySockets), "These hosts may not destroy sockets.");
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        foreach (string step in LabPage.Steps)
            await lab.Do(step);
        await lab.SaysInUse();
        await lab.Button("Wait and try again").ClickAsync();
        await Expect(lab.Verdict).ToContainTextAsync(new Regex(@"Attempt [4-9]…\s*TIME-WAIT [0-9.]+ s"));
        await Expect(visitor.Page.Locator(".attempt")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator(".attempt").Nth(1)).ToContainTextAsync(new Regex("attempts 2 to [4-9]"));
        await visitor.Shoot("bind-again");
        await lab.Button("Skip the wait").ClickAsync();
        await Expect(lab.Verdict).ToContainTextAsync("Success");
        await Expect(lab.Button("Stop")).ToHaveCountAsync(0);

        RunFile run = await LabPage.OpenRun(Dashboard);
        Assert.All(run.Results.SkipLast(2), r => Assert.Equal("EADDRINUSE", r.Errno));
        Assert.All(run.Results.TakeLast(2), r => Assert.Null(r.Errno));
        Assert.Contains(run.Events, e => e is CallEvent { Socket: DestroyOrder.SocketName, Errno: null });
        RunVerdict rule = BindChecks.Judge(RunFiles.HeaderOf(run), run.Events);
        Assert.DoesNotContain(rule.Made, c => c.Match == RuleMatch.Differs);
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }
}
