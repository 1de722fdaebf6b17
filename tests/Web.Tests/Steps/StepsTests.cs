using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Pages;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Steps;

public sealed class StepsTests : PageTest
{
    [Fact]
    public void Offers_one_primary_button_and_says_why_the_other_steps_wait()
    {
        IRenderedComponent<LabPage> page = Show(null);
        Assert.Equal("Start listener", Assert.Single(page.FindAll(".primary")).TextContent.Trim());
        IElement connect = Button(page, "Connect");
        Assert.True(connect.HasAttribute("disabled"));
        Assert.Contains("Needs “Start listener” first.", page.Find("#" + connect.GetAttribute("aria-describedby")).TextContent);
    }

    [Theory]
    [InlineData("Start listener"), InlineData("Connect"), InlineData("Close"), InlineData("Rebind"), InlineData("Play all"), InlineData("Next call"), InlineData("Reset")]
    public void Each_button_is_there_once_at_every_stage(string name)
    {
        RunScript[] stages = [new RunScript().StartListener(), new RunScript().StartListener().Connect(), new RunScript().StartListener().Connect().Close(), new RunScript().Whole()];
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
        Switch(page, "SO_REUSEADDR on the rebind").Change(true);
        page.Find("#port").Input("1234");
        page.Find("#port").Input("12345");
        // Half of a number is a port too, of which nobody spoke.
        Assert.Empty(_orders.Asked);
        page.Find("#port").Change("12345");
        page.Find(".primary").Click();
        Assert.Equal(["watch 12345", "start start-listener"], _orders.Asked);
        Assert.Equal((12345, false, true, "without-reuseaddr"), (_orders.Started!.Port, _orders.Started.ListenerReuseAddr, _orders.Started.RebindReuseAddr, _orders.Started.Scenario));
    }

    [Theory]
    [InlineData("0"), InlineData("70000"), InlineData("abc"), InlineData("")]
    public void A_port_that_is_none_is_refused_with_what_to_do(string port)
    {
        IRenderedComponent<LabPage> page = Show(null);
        page.Find("#port").Input(port);
        Assert.Contains("from 1 to 65535", page.Find("#port-help").TextContent);
        Assert.Equal("true", page.Find("#port").GetAttribute("aria-invalid"));
        page.Find(".primary").Click();
        Assert.DoesNotContain(_orders.Asked, a => a.StartsWith("start", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_scenario_brings_its_own_options()
    {
        IRenderedComponent<LabPage> page = Show(null);
        page.FindAll(".scenarios input")[1].Change(true);
        Assert.True(Switch(page, "SO_REUSEADDR on the first listener").HasAttribute("checked"));
        Assert.True(Switch(page, "SO_REUSEADDR on the rebind").HasAttribute("checked"));
    }

    [Fact]
    public void Options_and_scenario_are_settled_during_a_run()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        Assert.True(Switch(page, "SO_REUSEADDR on the first listener").HasAttribute("disabled"));
        Assert.True(page.Find("#port").HasAttribute("disabled"));
        Assert.True(page.Find(".scenarios").HasAttribute("disabled"));
        Assert.Contains("Reset to change", page.Find(".top").TextContent);
    }

    [Fact]
    public void From_the_second_rebind_on_the_button_keeps_its_name()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        page.Find(".primary").Click();
        Assert.Equal("Rebind", page.Find(".primary").TextContent.Trim());
        Assert.Equal(["step rebind"], _orders.Asked);
    }

    [Fact]
    public void Until_the_lab_shows_what_was_asked_nothing_more_is_asked()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _orders.Reply = LabReply.Done("r") with { Version = 3 };
        page.Find(".primary").Click();
        page.Find(".primary").Click();
        Assert.Equal(["step connect"], _orders.Asked);
        _store.Apply(Labs.State(new RunScript().StartListener(), 2));
        _store.Apply(Labs.State(new RunScript().StartListener(), 3));
        page.WaitForAssertion(() => Assert.Null(page.Find(".primary").GetAttribute("aria-disabled")));
        page.Find(".primary").Click();
        Assert.Equal(["step connect", "step connect"], _orders.Asked);
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
        _orders.Reply = new LabReply("port-in-use", "Another program holds port 11111. Choose another.");
        page.Find(".primary").Click();
        Assert.Contains("Another program holds port 11111.", page.Find(".left .banner").TextContent);
        page.Find(".left .banner button").Click();
        Assert.Empty(page.FindAll(".left .banner"));
    }

    [Fact]
    public void What_keeps_a_run_from_working_stands_at_the_start_button_with_what_to_do()
    {
        LabState state = Labs.State(null) with { Check = Check(new Finding(FindingLevel.Blocker, "server", "port", "Port 11111 is taken.", "End it."), new Finding(FindingLevel.Warning, "server", "time-wait", "Wait.")) };
        IRenderedComponent<LabPage> page = Show(null, state);
        IElement finding = Assert.Single(page.FindAll(".steps .finding"));
        Assert.Contains("Port 11111 is taken.", finding.TextContent);
        Assert.Contains("End it.", finding.TextContent);
        Assert.Contains("blocker", page.Find(".hosts-button").ClassName);
        Button(page, "Start anyway").Click();
        Assert.Equal(["start start-listener"], _orders.Asked);
        Assert.Empty(Show(null, state with { Version = 2, Check = state.Check! with { Port = 22222 } }).FindAll(".steps .finding"));
    }

    [Fact]
    public void Reset_asks_first_while_a_run_is_going_on_only()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        Button(page, "Reset").Click();
        Assert.Empty(_orders.Asked);
        Button(page, "Yes, put it away").Click();
        Assert.Equal(["reset"], _orders.Asked);
        Apply(page, Labs.Snapshot(new RunScript().Whole()));
        Button(page, "Reset").Click();
        Assert.Equal(["reset", "reset"], _orders.Asked);
    }
}
