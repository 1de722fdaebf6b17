using AngleSharp.Dom;
using Bunit;
using MudBlazor;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Steps;

/// <summary>The form is made of what the scenario lets a person choose.</summary>
public sealed class ValuesTests : PageTest
{
    [Fact]
    public void A_switch_a_number_a_choice_and_two_ports_are_asked_for_and_sent()
    {
        IRenderedComponent<LabPage> page = Form();
        Assert.True(Switch(page, "SO_LINGER").HasAttribute("checked"));
        Assert.Equal("Linger time (s)", page.Find("label[for$=-seconds]").TextContent);
        IRenderedComponent<MudSelect<string>> who = page.FindComponent<MudSelect<string>>();
        Assert.Equal(["the server", "the client"], ((string[])["server", "client"]).Select(who.Instance.ToStringFunc!));
        Assert.Equal(("11111", "11112"), (page.Find(".port input").GetAttribute("value"), page.Find("[id$=-other]").GetAttribute("value")));
        Switch(page, "SO_LINGER").Change(false);
        page.Find("[id$=-seconds]").Input("7");
        page.InvokeAsync(() => who.Instance.ValueChanged.InvokeAsync("client"));
        page.Find("[id$=-other]").Input("22222");
        page.Find(".primary").Click();
        StartRun asked = Assert.IsType<StartRun>(_orders.Asked[0]);
        Assert.Equal("many", asked.Scenario);
        Assert.Equal([Scalar.Of(false), Scalar.Of(7), Scalar.Of("client")], [asked.Values!["linger"], asked.Values["seconds"], asked.Values["who"]]);
        Assert.Equal((11111, 22222, 0), (asked.Ports!["main"], asked.Ports["other"], asked.PauseMs));
        Assert.Equal(new RunStep("r", "prepare"), _orders.Asked[1]);
    }

    [Theory]
    [InlineData("[id$=-seconds]", "31", "from 0 to 30"), InlineData("[id$=-seconds]", "", "from 0 to 30"), InlineData("[id$=-seconds]", "2.5", "from 0 to 30")]
    [InlineData("[id$=-other]", "70000", "from 1 to 65535"), InlineData("[id$=-other]", "11111", "different")]
    public void What_is_no_value_says_what_is_and_opens_no_run(string field, string typed, string says)
    {
        IRenderedComponent<LabPage> page = Form();
        page.Find(field).Input(typed);
        Assert.Contains(says, page.Find(".options").TextContent);
        page.Find(".primary").Click();
        Assert.Empty(_orders.Asked);
        Assert.Contains("not valid", page.Find(".left .banner").TextContent);
    }

    [Fact]
    public void After_a_run_header_and_switches_are_the_scenarios_again_and_another_port_stays()
    {
        RunHeader run = new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }
            .StartListener()
            .Header with
        {
            Ports = new Dictionary<string, int> { ["main"] = 22222 },
        };
        LabState state = Labs.State(new RunScript()) with { Runs = [new OpenRun(run)] };
        IRenderedComponent<LabPage> page = Show(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.StartListener(), state);
        Assert.True(Switch(page, "listenerReuseAddr").HasAttribute("checked"));
        _store.Apply(Labs.State(null, 2));
        page.WaitForAssertion(() => Assert.False(Switch(page, "listenerReuseAddr").HasAttribute("checked")));
        Assert.Equal("without-reuseaddr", page.Find("select.scenarios option[selected]").GetAttribute("value"));
        Assert.Equal("22222", page.Find(".port input").GetAttribute("value"));
    }

    [Fact]
    public void What_was_prepared_is_there_again_after_somebody_elses_run_and_not_after_ones_own()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [RunScript.Script, Scripts.Many]));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.Find("select.scenarios").Change("many");
        page.Find("[id$=-seconds]").Input("7");
        RunScript others = new RunScript().StartListener();
        _store.Apply(Labs.Snapshot(others, state: Labs.State(others, 2), scenarios: [RunScript.Script, Scripts.Many]));
        page.WaitForAssertion(() => Assert.Equal(RunScript.Script.Id, Chosen()));
        _store.Apply(Labs.State(null, 3));
        page.WaitForAssertion(() => Assert.Equal("many", Chosen()));
        Assert.Equal("7", page.Find("[id$=-seconds]").GetAttribute("value"));

        RunHeader own = Scripts.Header(Scripts.Many);
        _orders.Reply = LabReply.Done(own.Id);
        page.Find(".primary").Click();
        _store.Apply(Labs.State(null, 4) with { Runs = [new OpenRun(own)] });
        page.WaitForAssertion(() => Assert.True(page.Find("select.scenarios").HasAttribute("disabled")));
        _store.Apply(Labs.State(null, 5));
        page.WaitForAssertion(() => Assert.False(page.Find("select.scenarios").HasAttribute("disabled")));
        Assert.Equal(("many", "2"), (Chosen(), page.Find("[id$=-seconds]").GetAttribute("value")));

        string? Chosen() => page.Find("select.scenarios option[selected]").GetAttribute("value");
    }

    [Fact]
    public void A_scenario_that_was_edited_keeps_what_was_typed()
    {
        IRenderedComponent<LabPage> page = Form();
        page.Find("[id$=-seconds]").Input("7");
        _store.Lists(Scripts.Many with { Summary = LocalText.Of("Edited.") });
        page.WaitForAssertion(() => Assert.Contains("Edited.", page.Find(".steps").TextContent));
        Assert.Equal("7", page.Find("[id$=-seconds]").GetAttribute("value"));
    }

    [Fact]
    public void The_catalogue_is_one_select_by_topic_and_what_cannot_run_says_why()
    {
        Scenario six = RunScript.Script with { Id = "six", Title = LocalText.Of("IPv6"), Topic = "addresses", Needs = [ScenarioNeed.Ipv6] };
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many, RunScript.Script, six, Labs.With]));
        IRenderedComponent<LabPage> page = Render<LabPage>();
        IReadOnlyList<IElement> topics = page.FindAll("select.scenarios optgroup");
        Assert.Equal(["TIME-WAIT and SO_REUSEADDR", "Addresses", "Other socket options"], topics.Select(t => t.GetAttribute("label")));
        Assert.Equal(["without-reuseaddr", "with-reuseaddr"], topics[0].QuerySelectorAll("option").Select(o => o.GetAttribute("value")));
        IElement cannot = page.Find("option[value=six]");
        Assert.True(cannot.HasAttribute("disabled"));
        Assert.Contains("IPv6 address", cannot.TextContent);
        Assert.False(page.Find("option[value=many]").HasAttribute("disabled"));
        Assert.Contains("A summary of its own.", page.Find(".steps").TextContent);
    }

    [Fact]
    public void Another_scenario_of_other_ports_has_these_watched()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [RunScript.Script, Scripts.Many]));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.Find("select.scenarios").Change("many");
        Assert.Equal([11111, 11112], Assert.IsType<WatchPorts>(Assert.Single(_orders.Asked)).Ports);
    }

    private IRenderedComponent<LabPage> Form()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many]));
        _store.SetLink(LinkStatus.Live);
        return Render<LabPage>();
    }
}
