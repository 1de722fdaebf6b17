using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Diagram;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Pages;
using ReuseAddrDashboard.Web.Shell;
using ReuseAddrDashboard.Web.Texts;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Pages;

public sealed class LabPageTests : BunitContext
{
    private readonly LabStore _store = new(new FakeTimeProvider());
    private readonly Orders _orders = new();

    public LabPageTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        Services.AddSingleton<IStringLocalizer, TextCatalog>();
        Services.AddSingleton(_store);
        Services.AddSingleton<ILabOrders>(_orders);
        Services.AddSingleton<PageScript>();
        BunitJSModuleInterop module = JSInterop.SetupModule("http://localhost/js/page.js");
        module.Mode = JSRuntimeMode.Loose;
        module.SetupModule("watchDiagram", _ => true).Mode = JSRuntimeMode.Loose;
        module.SetupModule("listenKeys", _ => true).Mode = JSRuntimeMode.Loose;
    }

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
    public void After_EADDRINUSE_the_lab_may_wait_and_bind_again_and_the_card_counts_the_attempts()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Button(page, "Wait and bind again").Click();
        RunScript waiting = new RunScript().Whole().BindAgain(2, 6, ends: false);
        page = Show(null);
        Apply(page, Labs.Snapshot(waiting, state: Labs.State(waiting) with { Version = 2, Busy = true }));
        Assert.Matches(@"Attempt 7 …\s+TIME-WAIT [0-9.]+ s", page.Find(".verdict .waiting-on").TextContent);
        Button(page, "Stop").Click();
        Assert.Equal(["wait-and-bind", "stop-waiting"], _orders.Asked);
        Assert.DoesNotContain("Wait and bind again", Show(new RunScript { Options = new() { ListenerReuseAddr = true, RebindReuseAddr = true } }.Whole()).Find(".verdict").TextContent);
    }

    [Fact]
    public void The_wait_can_be_skipped_only_where_the_host_may_destroy_sockets()
    {
        RunScript script = new RunScript().Whole();
        LabState state = Labs.State(script);
        Assert.DoesNotContain("Skip the wait", Show(script).Find(".verdict").TextContent);
        LabState may = state with { Version = 2, Hosts = [state.Hosts[0], state.Hosts[1] with { Facts = state.Hosts[1].Facts! with { CanDestroySockets = true } }] };
        IRenderedComponent<LabPage> page = Show(null);
        Apply(page, Labs.Snapshot(script, state: may));
        Button(page, "Skip the wait").Click();
        Assert.Equal(["skip-wait"], _orders.Asked);
    }

    [Fact]
    public void The_verdict_names_the_error_its_text_and_the_socket_in_the_way()
    {
        string verdict = Show(new RunScript().Whole()).Find(".verdict").TextContent;
        Assert.Contains("EADDRINUSE", verdict);
        Assert.Contains("Address already in use", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 is in the way. Neither it nor the new socket has SO_REUSEADDR; on Linux both need it.", verdict);
    }

    [Fact]
    public void Before_the_rebind_the_card_says_what_the_rule_says_and_what_would_help()
    {
        string verdict = Show(new RunScript().StartListener().Connect().Close()).Find(".verdict").TextContent;
        Assert.Contains("The rule says", verdict);
        Assert.Contains("bind() will fail with EADDRINUSE", verdict);
        Assert.Contains("The TIME-WAIT socket 192.168.122.68:11111 → 192.168.122.177:34552 is in the way. Neither it nor the new socket has SO_REUSEADDR; on Linux both need it.", verdict);
        Assert.Contains("It would succeed if both had SO_REUSEADDR, or if both had SO_REUSEPORT and the same user, or if TIME-WAIT were over.", verdict);
    }

    [Fact]
    public void Rule_and_kernel_stand_beside_each_other_and_a_difference_is_an_alarm()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        Assert.Contains("The kernel's rule says the same.", page.Find(".verdict .rule.same").TextContent);
        Assert.Contains("Bound again now: bind() will fail with EADDRINUSE.", page.Find(".verdict .next").TextContent);
        page = Show(new RunScript().StartListener().Connect().Close(timeWait: false).Rebind(errno: "EADDRINUSE"));
        Assert.Contains("Rule and kernel differ", page.Find(".verdict.alarm .rule.differs[role=alert]").TextContent);
    }

    [Fact]
    public void The_verdict_of_a_rebind_over_TIME_WAIT_is_success()
    {
        string verdict = Show(new RunScript { Options = new() { ListenerReuseAddr = true, RebindReuseAddr = true } }.Whole()).Find(".verdict").TextContent;
        Assert.Contains("Success", verdict);
        Assert.Contains("bind() = 0", verdict);
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
    public void A_lost_link_says_so_and_goes_away_by_itself()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _store.SetLink(LinkStatus.Lost);
        page.WaitForAssertion(() => Assert.Contains("The link to the dashboard is lost.", page.Find(".banner").TextContent));
        _store.SetLink(LinkStatus.Live);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".banner")));
    }

    [Fact]
    public void While_the_link_is_lost_nothing_can_be_pressed_and_what_was_refused_for_it_goes_with_it()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _orders.Reply = new LabReply("link-lost", "The link to the dashboard was lost before it answered.");
        page.Find(".primary").Click();
        _store.SetLink(LinkStatus.Lost);
        page.WaitForAssertion(() => Assert.Equal("true", page.Find(".primary").GetAttribute("aria-disabled")));
        Assert.Contains("Waits for the link to the dashboard.", page.Find(".steps .now").TextContent);
        Assert.True(Button(page, "Reset").HasAttribute("disabled"));
        Assert.NotEmpty(page.FindAll(".left .banner"));
        _store.SetLink(LinkStatus.Live);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".banner")));
        Assert.False(Button(page, "Reset").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(NoteCodes.AgentBack, 0)]
    [InlineData(NoteCodes.NoTimeWait, 1)]
    public void An_agent_that_is_back_is_no_longer_reported_lost(string then, int left)
    {
        RunScript script = new RunScript().StartListener()
            .Add(new NoteEvent { Host = "server", Code = NoteCodes.AgentLost, Level = NoteLevel.Warning, Text = "The server's agent is not connected." }, 1)
            .Add(new NoteEvent { Host = "server", Code = then, Level = NoteLevel.Info, Text = "Something else." }, 1);
        Assert.Equal(left, Show(script).FindAll(".banner").Count);
    }

    [Fact]
    public void No_name_that_a_script_looks_for_is_part_of_another()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        IElement[] buttons = [.. page.FindAll("button").Where(b => b.Closest("dialog") is null)];
        foreach (string name in (string[])["Start listener", "Connect", "Close", "Rebind", "Play all", "Next call", "Reset"])
            Assert.Single(buttons, b => (b.GetAttribute("aria-label") ?? b.TextContent).Contains(name, StringComparison.OrdinalIgnoreCase));
        // Regions, groups and tables are named by labels, too.
        foreach (string name in (string[])["Port", "SO_REUSEADDR on the first listener", "SO_REUSEADDR on the rebind"])
            Assert.Single(Names(page), n => n.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What getByLabel goes through: label elements, aria-label, and texts that aria-labelledby points to.</summary>
    private static IEnumerable<string> Names(IRenderedComponent<LabPage> page) =>
        page.FindAll("label").Select(l => l.TextContent)
            .Concat(page.FindAll("[aria-label]").Select(e => e.GetAttribute("aria-label")!))
            .Concat(page.FindAll("[aria-labelledby]").Select(e => page.Find("#" + e.GetAttribute("aria-labelledby")).TextContent));

    [Fact]
    public void An_interrupted_run_says_why_and_offers_Reset_as_the_one_thing_to_do()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener().Add(new EndEvent { Outcome = Outcome.Interrupted, Reason = "The server's agent ended." }, 0));
        Assert.Contains("This run was interrupted. The server's agent ended.", page.Find(".banner").TextContent);
        Assert.Equal("Reset", Assert.Single(page.FindAll(".primary")).TextContent.Trim());
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
    public void TIME_WAIT_left_on_the_port_is_announced_before_a_run()
    {
        var left = (SocketEvent)new RunScript().Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, timer: 42).Events[0] with { T = -2_000_000_000, After = null };
        IRenderedComponent<LabPage> page = Show(null, Labs.State(null, sockets: [left]));
        Assert.Contains("about 40 s more", page.Find(".banner").TextContent);
        Assert.Equal("40000", page.Find(".banner [data-end]").GetAttribute("data-end"));
        Assert.Contains("TIME-WAIT", page.Find(".sockets").TextContent);
        Assert.Contains("bind() will fail with EADDRINUSE", page.Find(".verdict").TextContent);
        page.Find("#port").Input("12346");
        Assert.Contains("Not yet bound again", page.Find(".verdict").TextContent);
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
    public void The_hosts_sheet_has_each_host_its_sources_sysctls_and_the_way_between_them()
    {
        LabState state = Labs.State(null) with { Check = Check(new Finding(FindingLevel.Warning, "server", "net.ipv4.tcp_max_tw_buckets", "So few.", "Raise it.")) };
        IRenderedComponent<LabPage> page = Show(null, state);
        page.Find(".hosts-button").Click();
        IReadOnlyList<IElement> hosts = page.FindAll(".sheet.hosts .host");
        Assert.Equal(["client", "server"], hosts.Select(h => h.GetAttribute("aria-label")));
        Assert.Contains("192.168.122.68:11111: refused after 0.2 ms", hosts[0].TextContent.Replace("200 µs", "0.2 ms"));
        Assert.Contains("LISTEN 0.0.0.0:11111: nginx, process 42", string.Join(' ', hosts[1].TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("Not SO_REUSEADDR", hosts[1].TextContent);
        Assert.Contains("So few.", hosts[1].QuerySelector(".judged")!.TextContent);
        Assert.Contains("CAP_NET_ADMIN", hosts[1].TextContent);
        Button(page, "Check again").Click();
        Assert.Equal(["check"], _orders.Asked);
    }

    private static LabCheck Check(params Finding[] findings)
    {
        HostCheck host = new() { Port = 11111, Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_max_tw_buckets"] = "3" }, Holders = [], Capabilities = ["CAP_NET_ADMIN"] };
        PortHolder holder = new() { State = TcpState.Listen, Local = RunScript.Any, Inode = 7, Pid = 42, Program = "nginx" };
        return new(11111, DateTimeOffset.UnixEpoch,
            [new("client", host with { Reach = new(RunScript.ServerEnd, ReachResult.Refused, "ECONNREFUSED", 200_000) }), new("server", host with { Holders = [holder] })], findings, DuringRun: false);
    }

    [Fact]
    public void A_host_that_left_is_named()
    {
        IRenderedComponent<LabPage> page = Show(null, Labs.State(null, serverLinked: false));
        Assert.Contains("server is not linked", page.Find(".banner").TextContent);
        Assert.Contains("blocker", page.Find(".hosts-button").ClassName);
    }

    [Fact]
    public void A_socket_row_in_focus_explains_the_kernels_line()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener().Connect().Close());
        page.Find(".sockets .row[tabindex]").Focus();
        Assert.Contains("447AA8C0:2B67", page.Find(".raw-line").TextContent);
        Assert.Contains("State TIME-WAIT.", page.Find(".raw dl").TextContent);
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

    [Fact]
    public void The_picture_has_its_marks_as_text_and_its_story_for_a_screen_reader()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(650));
        Assert.Equal("img", page.Find("svg.sequence").GetAttribute("role"));
        Assert.Contains(page.FindAll("svg.sequence text"), t => t.TextContent == "bind() = EADDRINUSE");
        Assert.Equal(7, page.FindAll("svg.sequence .segment.inferred").Count);
        Assert.Contains(page.FindAll("#diagram-story li"), l => l.TextContent.Contains("Address already in use", StringComparison.Ordinal));
        Assert.Contains("inferred segment", page.Find(".legend").TextContent);
        Assert.DoesNotContain("observed segment", page.Find(".legend").TextContent);
    }

    [Fact]
    public void Empty_places_say_why()
    {
        IRenderedComponent<LabPage> page = Show(null);
        Assert.Contains("Nothing has happened yet", page.Find(".diagram").TextContent);
        Assert.Contains("nothing listens on the port", page.Find(".sockets").TextContent);
        Assert.Contains("Not yet bound again", page.Find(".verdict").TextContent);
    }

    [Fact]
    public void The_terminal_shows_programs_and_their_errors()
    {
        IElement terminal = Show(new RunScript().Whole()).Find(".term");
        Assert.Contains("client$ ./cl", terminal.TextContent);
        Assert.Equal("bind: Address already in use", terminal.QuerySelector(".error")!.TextContent);
    }

    private static IElement Button(IRenderedComponent<LabPage> page, string name) => Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() == name);

    private static IElement Switch(IRenderedComponent<LabPage> page, string name) =>
        Assert.Single(page.FindAll("label"), l => l.TextContent.Trim() == name).QuerySelector("input[role=switch]")!;

    private IRenderedComponent<LabPage> Show(RunScript? script, LabState? state = null)
    {
        _store.Apply(Labs.Snapshot(script, state: state));
        _store.SetLink(LinkStatus.Live);
        return Render<LabPage>();
    }

    private void Apply(IRenderedComponent<LabPage> page, LabSnapshot snapshot)
    {
        _store.Apply(snapshot);
        page.WaitForState(() => page.FindComponent<SequenceDiagram>().Instance.Timeline?.End == _store.View.Timeline?.End);
    }
}
