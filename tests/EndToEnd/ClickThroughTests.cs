using ReuseAddrDashboard.Core.Log;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Both scenarios, clicked through in Chromium against the published server on this machine's kernel.</summary>
public sealed class ClickThroughTests(SharedDashboards shared, Chromium chromium) : PageTests(shared, chromium)
{
    [Fact]
    public async Task Without_the_option_the_rebind_says_EADDRINUSE()
    {
        await using Visitor visitor = await Come(motion: true);
        LabPage lab = new(visitor.Page);
        await Stage(visitor, "1-empty");
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        for (int i = 0; i < LabPage.Steps.Length; i++)
        {
            await lab.Do(LabPage.Steps[i]);
            await Stage(visitor, $"without-{i + 2}-{LabPage.Steps[i].ToLowerInvariant().Replace(' ', '-')}");
        }
        await lab.SaysInUse();
        await Expect(lab.Main).ToContainTextAsync("TIME-WAIT");
        await Expect(lab.Main).ToContainTextAsync("we received FIN from server.");
        await Expect(lab.Main).ToContainTextAsync("bind: Address already in use");

        RunFile run = await LabPage.OpenRun(Dashboard);
        Assert.Equal(Outcome.Completed, run.Outcome);
        Assert.Equal("EADDRINUSE", Assert.Single(run.Results).Errno);
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task With_the_option_the_rebind_succeeds()
    {
        await using Visitor visitor = await Come(motion: true);
        LabPage lab = new(visitor.Page);
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        await Expect(lab.ListenerSwitch).ToBeCheckedAsync();
        await Expect(lab.RebindSwitch).ToBeCheckedAsync();
        foreach (string step in LabPage.Steps)
            await lab.Do(step);
        await lab.SaysSuccess();
        await Stage(visitor, "with-5-rebind");

        Assert.Equal([("bind", null), ("listen", null)], (await LabPage.OpenRun(Dashboard)).Results.Select(r => (r.Call, r.Errno)));
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task One_switch_alone_does_not_help(bool listener, bool rebind)
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.ListenerSwitch.SetCheckedAsync(listener);
        await lab.RebindSwitch.SetCheckedAsync(rebind);
        await lab.Button("Play all").ClickAsync();
        await lab.SaysInUse();
        await lab.IsDone("Rebind");
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Rebind_can_be_pressed_again()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysInUse();
        for (int attempt = 2; attempt <= 3; attempt++)
        {
            await lab.Button("Rebind").Or(lab.Button("Bind again")).ClickAsync();
            await Expect(lab.Verdict).ToContainTextAsync($"attempt {attempt}");
        }
        Assert.Equal(3, (await LabPage.OpenRun(Dashboard)).Results.Count);
        await Stage(visitor, "without-6-again");
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task A_skipped_wait_lets_the_same_program_bind_again()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("Without SO_REUSEADDR", LessonPorts.Next());
        await lab.Button("Play all").ClickAsync();
        await lab.SaysInUse();
        await lab.Button("Skip the wait").ClickAsync();
        // The button goes at once, the socket when the host has answered.
        await Expect(visitor.Page.Locator(".timewait.destroyed")).ToHaveCountAsync(1);
        await Expect(lab.Button("Skip the wait")).ToHaveCountAsync(0);
        await lab.Button("Rebind").ClickAsync();
        await Expect(lab.Verdict).ToContainTextAsync("Success");
        await Stage(visitor, "without-7-skipped");

        RunFile run = await LabPage.OpenRun(Dashboard);
        Assert.Equal([("bind", "EADDRINUSE"), ("bind", null), ("listen", null)], run.Results.Select(r => (r.Call, r.Errno)));
        Assert.Contains(run.Events, e => e is CallEvent { Call: "SOCK_DESTROY", Result: 0, Host: "server" });
        await lab.Reset();
        visitor.HasNothingToComplainOf();
    }

    [Fact]
    public async Task Next_action_carries_out_one()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        await lab.Prepare("With SO_REUSEADDR", LessonPorts.Next());
        string[] expected = ["start", "socket", "setsockopt", "bind", "listen"];
        for (int made = 1; made <= expected.Length; made++)
        {
            await lab.Button("Next action").ClickAsync();
            await Wait.Until(async () => (await Actions()).Length >= made, Wait.Patience, () => $"Action {made} was not carried out.");
            Assert.Equal(expected[..made], await Actions());
            await Expect(lab.Button("Next action")).ToBeEnabledAsync();
        }
        await lab.IsDone("Start listener");
        await lab.Reset();
        visitor.HasNothingToComplainOf();

        async Task<string[]> Actions() =>
            (await Dashboard.Lab()).Runs.Count == 0
                ? []
                :
                [
                    .. (await LabPage.OpenRun(Dashboard))
                        .Events.Select(e =>
                            e switch
                            {
                                CallEvent { Index: not null } call => call.Call,
                                ActionEvent => "start",
                                _ => null,
                            }
                        )
                        .OfType<string>(),
                ];
    }

    [Fact]
    public async Task Refuses_what_is_no_port()
    {
        await using Visitor visitor = await Come();
        LabPage lab = new(visitor.Page);
        foreach (string text in (string[])["0", "70000", "abc", ""])
        {
            await lab.Port.FillAsync(text);
            await Expect(lab.Main).ToContainTextAsync("A port is a whole number from 1 to 65535");
        }
        await Stage(visitor, "bad-port");
        await lab.Port.FillAsync($"{LessonPorts.Next()}");
        await Expect(lab.Main).Not.ToContainTextAsync("A port is a whole number from 1 to 65535");
        visitor.HasNothingToComplainOf();
    }

    private static async Task Stage(Visitor visitor, string name)
    {
        await visitor.HasNoAxeViolation(name);
        await visitor.Shoot(name);
    }
}
