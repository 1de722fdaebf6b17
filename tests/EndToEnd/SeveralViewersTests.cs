using Microsoft.Playwright;
using ReuseAddrDashboard.Core.Log;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>The page is a function of the log: whoever looks, whenever they came, sees the same.</summary>
public sealed class SeveralViewersTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task Two_browsers_are_in_step_and_both_may_click()
    {
        await using Visitor first = await Come();
        await using Visitor second = await Come(390, 844);
        LabPage one = new(first.Page),
            two = new(second.Page);
        await one.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await one.Do("Start listener");
        await two.IsDone("Start listener");
        await two.Do("Connect");
        await one.IsDone("Connect");
        await one.Do("Close");
        await two.IsDone("Close");
        await two.Do("Rebind");
        await one.SaysInUse();
        await two.SaysInUse();
        await AreSame(first.Page, second.Page);
        first.HasNothingToComplainOf();
        second.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_page_loaded_again_in_the_middle_is_where_it_was()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Do("Start listener");
        await lab.Do("Connect");
        await visitor.Page.ReloadAsync();
        await visitor.IsLive();
        await lab.IsDone("Start listener");
        await lab.IsDone("Connect");
        await lab.Do("Close");
        await lab.Do("Rebind");
        await lab.SaysInUse();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_server_started_again_in_the_middle_marks_the_run_and_goes_on()
    {
        await using Dashboard own = await Dashboard.Run();
        await using Visitor visitor = await Visitor.Come(Chromium, own);
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Do("Start listener");
        await lab.Do("Connect");
        string id = (await LabPage.OpenRun(own)).Id;

        visitor.ServerIsAway = true;
        await own.Kill();
        await Expect(visitor.Page.GetByText("Disconnected from the dashboard.")).ToBeVisibleAsync();
        await visitor.Shoot("link-lost");
        await own.Start();
        await visitor.IsLive();
        visitor.ServerIsAway = false;

        await Expect(visitor.Page.GetByText("Disconnected from the dashboard.")).ToHaveCountAsync(0);
        RunFile interrupted = await own.GetRun(id);
        Assert.Equal(Outcome.Interrupted, interrupted.Outcome);
        Assert.Contains(interrupted.Events.OfType<CallEvent>(), call => call.Call == "connect");

        if ((await own.Lab()).Runs.Count > 0)
            await lab.Reset();
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysSuccess();
        visitor.HasNothingToComplainOf();
    }

    private static async Task AreSame(IPage one, IPage two)
    {
        string log = await one.GetByRole(AriaRole.Log).InnerTextAsync();
        Assert.Contains("bind: Address already in use", log);
        await Expect(two.GetByRole(AriaRole.Log)).ToHaveTextAsync(log, new() { UseInnerText = true });
    }
}
