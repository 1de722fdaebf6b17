using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Steps;

public sealed class StepsTests : PageTest
{
    private static readonly string Run = new RunScript().Header.Id;

    [Fact]
    public void Offers_one_primary_button_and_says_why_the_other_steps_wait()
    {
        IRenderedComponent<LabPage> page = Show(null);
        Assert.Equal("Start listener", Assert.Single(page.FindAll(".primary")).TextContent.Trim());
        IElement connect = Button(page, "Connect");
        Assert.True(connect.HasAttribute("disabled"));
        Assert.Contains("Run “Start listener” first.", page.Find("#" + connect.GetAttribute("aria-describedby")).TextContent);
    }

    [Theory]
    [
        InlineData("Start listener"),
        InlineData("Connect"),
        InlineData("Close"),
        InlineData("Rebind"),
        InlineData("Play all"),
        InlineData("Next action"),
        InlineData("Reset")
    ]
    public void Each_button_is_there_once_at_every_stage(string name)
    {
        RunScript[] stages =
        [
            new RunScript().StartListener(),
            new RunScript().StartListener().Connect(),
            new RunScript().StartListener().Connect().Close(),
            new RunScript().Whole(),
        ];
        IRenderedComponent<LabPage> page = Show(null);
        Assert.NotNull(Button(page, name));
        foreach (RunScript stage in stages)
        {
            Apply(page, Labs.Snapshot(stage));
            Assert.NotNull(Button(page, name));
        }
    }

    [Fact]
    public void The_first_step_opens_a_run_with_what_was_chosen()
    {
        IRenderedComponent<LabPage> page = Show(null);
        Switch(page, "rebindReuseAddr").Change(true);
        page.Find(".port input").Input("1234");
        page.Find(".port input").Input("12345");
        // Half of a number is a port too, of which nobody spoke.
        Assert.Empty(_orders.Asked);
        page.Find(".port").FocusOut();
        page.Find(".primary").Click();
        Assert.Equal(12345, Assert.Single(Assert.IsType<WatchPorts>(_orders.Asked[0]).Ports));
        Assert.IsType<StartRun>(_orders.Asked[1]);
        Assert.Equal(new RunStep("r", "start-listener"), _orders.Asked[2]);
        Assert.Equal(
            (12345, false, true, "without-reuseaddr"),
            (
                _orders.Started!.Ports!["main"],
                _orders.Started.Values!["listenerReuseAddr"].IsTrue,
                _orders.Started.Values["rebindReuseAddr"].IsTrue,
                _orders.Started.Scenario
            )
        );
    }

    [Theory]
    [InlineData("0"), InlineData("70000"), InlineData("abc"), InlineData("")]
    public void A_port_that_is_none_is_refused_with_what_to_do(string port)
    {
        IRenderedComponent<LabPage> page = Show(null);
        page.Find(".port input").Input(port);
        Assert.Contains("from 1 to 65535", page.Find(".options").TextContent);
        Assert.Equal("true", page.Find(".port input").GetAttribute("aria-invalid"));
        page.Find(".primary").Click();
        Assert.Empty(_orders.Asked);
    }

    [Fact]
    public void Another_scenario_brings_its_own_options()
    {
        IRenderedComponent<LabPage> page = Show(null);
        page.Find("select.scenarios").Change("with-reuseaddr");
        Assert.True(Switch(page, "listenerReuseAddr").HasAttribute("checked"));
        Assert.True(Switch(page, "rebindReuseAddr").HasAttribute("checked"));
    }

    [Fact]
    public void Options_and_scenario_are_settled_during_a_run()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        Assert.True(Switch(page, "listenerReuseAddr").HasAttribute("disabled"));
        Assert.True(page.Find(".port input").HasAttribute("disabled"));
        Assert.True(page.Find(".scenarios").HasAttribute("disabled"));
        Assert.Contains("Reset the run to change this", page.Find(".lab-bar").TextContent);
    }

    [Fact]
    public void From_the_second_rebind_on_the_button_keeps_its_name()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        page.Find(".primary").Click();
        Assert.Equal("Rebind", page.Find(".primary").TextContent.Trim());
        Assert.Equal([new RunStep(Run, "rebind")], _orders.Asked);
    }

    [Fact]
    public void Until_the_lab_shows_what_was_asked_nothing_more_is_asked()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _orders.Reply = LabReply.Done("r") with { Version = 3 };
        page.Find(".primary").Click();
        page.Find(".primary").Click();
        Assert.Equal([new RunStep(Run, "connect")], _orders.Asked);
        _store.Apply(Labs.State(new RunScript().StartListener(), 2));
        _store.Apply(Labs.State(new RunScript().StartListener(), 3));
        page.WaitForAssertion(() => Assert.Null(page.Find(".primary").GetAttribute("aria-disabled")));
        page.Find(".primary").Click();
        Assert.Equal([new RunStep(Run, "connect"), new RunStep(Run, "connect")], _orders.Asked);
    }

    [Fact]
    public void A_dashboard_that_was_started_again_is_not_waited_for()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _orders.Reply = LabReply.Done("r") with { Version = 300 };
        page.Find(".primary").Click();
        _store.SetLink(LinkStatus.Lost);
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".banner")));
        Apply(page, Labs.Snapshot(new RunScript().StartListener()));
        _store.SetLink(LinkStatus.Live);
        page.WaitForAssertion(() => Assert.Null(page.Find(".primary").GetAttribute("aria-disabled")));
    }

    [Fact]
    public void A_refusal_stands_near_the_steps_until_dismissed()
    {
        IRenderedComponent<LabPage> page = Show(null);
        _orders.Reply = new LabReply(Said("Another program holds port 11111. Choose another."));
        page.Find(".primary").Click();
        Assert.Contains("Another program holds port 11111.", page.Find(".left .banner").TextContent);
        page.Find(".left .banner button").Click();
        Assert.Empty(page.FindAll(".left .banner"));
    }

    [Fact]
    public void What_keeps_a_run_from_working_stands_at_the_start_button_with_what_to_do()
    {
        LabState state = Labs.State(null) with
        {
            Check = Check(
                new Finding(FindingLevel.Blocker, DateTimeOffset.UnixEpoch, "server", "port", Said("Port 11111 is taken."), Said("End it.")),
                new Finding(FindingLevel.Warning, DateTimeOffset.UnixEpoch, "server", "time-wait", Said("Wait."))
            ),
        };
        IRenderedComponent<LabPage> page = Show(null, state);
        IElement finding = Assert.Single(page.FindAll(".steps .finding"));
        Assert.Contains("Port 11111 is taken.", finding.TextContent);
        Assert.Contains("End it.", finding.TextContent);
        Assert.Contains("blocker", page.Find(".hosts-button").ClassName);
        Button(page, "Start anyway").Click();
        Assert.NotNull(_orders.Started);
        Assert.Empty(Show(null, state with { Version = 2, Check = state.Check! with { Port = 22222 } }).FindAll(".steps .finding"));
    }

    [Fact]
    public void Reset_asks_first_while_a_run_is_going_on_only()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        Button(page, "Reset").Click();
        Assert.Empty(_orders.Asked);
        _dialogs.FindAll("button").Single(b => b.TextContent.Trim() == "Reset run").Click();
        Assert.Equal([new ResetRun(Run)], _orders.Asked);
        Apply(page, Labs.Snapshot(new RunScript().Whole()));
        Button(page, "Reset").Click();
        Assert.Equal([new ResetRun(Run), new ResetRun(Run)], _orders.Asked);
    }
}
