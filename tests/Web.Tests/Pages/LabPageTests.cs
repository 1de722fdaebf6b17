using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Pages;

public sealed class LabPageTests : PageTest
{
    [Fact]
    public void A_lost_link_says_so_and_goes_away_by_itself()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _store.SetLink(LinkStatus.Lost);
        page.WaitForAssertion(() => Assert.Contains("Disconnected from the dashboard.", page.Find(".banner").TextContent));
        _store.SetLink(LinkStatus.Live);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".banner")));
    }

    [Fact]
    public void While_the_link_is_lost_nothing_can_be_pressed_and_what_was_refused_for_it_goes_with_it()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener());
        _orders.Reply = new LabReply(new Message("page.link-lost-meanwhile"));
        page.Find(".primary").Click();
        _store.SetLink(LinkStatus.Lost);
        page.WaitForAssertion(() => Assert.Equal("true", page.Find(".primary").GetAttribute("aria-disabled")));
        Assert.Contains("Waiting for the connection to the dashboard.", page.Find(".steps .now").TextContent);
        Assert.True(Button(page, "Reset").HasAttribute("disabled"));
        Assert.NotEmpty(page.FindAll(".left .banner"));
        _store.SetLink(LinkStatus.Live);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".banner")));
        Assert.False(Button(page, "Reset").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(NoteCodes.AgentBack, 0)]
    [InlineData(NoteCodes.WallClockStep, 1)]
    public void An_agent_that_is_back_is_no_longer_reported_lost(string then, int left)
    {
        RunScript script = new RunScript()
            .StartListener()
            .Add(
                new NoteEvent
                {
                    Host = "server",
                    Message = Message.Of(NoteCodes.AgentLost, ("host", "server")),
                    Level = NoteLevel.Warning,
                },
                1
            )
            .Add(
                new NoteEvent
                {
                    Host = "server",
                    Message = Message.Of(then, ("host", "server")),
                    Level = NoteLevel.Info,
                },
                1
            );
        Assert.Equal(left, Show(script).FindAll(".banner").Count);
    }

    [Fact]
    public void No_name_that_a_script_looks_for_is_part_of_another()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        IElement[] buttons = [.. page.FindAll("button")];
        foreach (string name in (string[])["Start listener", "Connect", "Close", "Rebind", "Play all", "Next action", "Reset"])
            Assert.Single(buttons, b => (b.GetAttribute("aria-label") ?? b.TextContent).Contains(name, StringComparison.OrdinalIgnoreCase));
        // Regions, groups and tables are named by labels, too.
        foreach (string name in (string[])["Port", "listenerReuseAddr", "rebindReuseAddr"])
            Assert.Single(Names(page), n => n.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What getByLabel goes through: label elements, aria-label, and texts that aria-labelledby points to.</summary>
    private static IEnumerable<string> Names(IRenderedComponent<LabPage> page) =>
        page.FindAll("label")
            .Select(l => l.TextContent)
            .Concat(page.FindAll("[aria-label]").Select(e => e.GetAttribute("aria-label")!))
            .Concat(page.FindAll("[aria-labelledby]").Select(e => page.Find("#" + e.GetAttribute("aria-labelledby")).TextContent));

    [Fact]
    public void An_interrupted_run_says_why_and_offers_Reset_as_the_one_thing_to_do()
    {
        IRenderedComponent<LabPage> page = Show(
            new RunScript()
                .StartListener()
                .Add(new EndEvent { Outcome = Outcome.Interrupted, Reason = Message.Of(Message.Verbatim, ("text", "The server's agent ended.")) }, 0)
        );
        Assert.Contains("This run was interrupted. The server's agent ended.", page.Find(".banner").TextContent);
        Assert.Equal("Reset", Assert.Single(page.FindAll(".primary")).TextContent.Trim());
    }

    [Fact]
    public void TIME_WAIT_left_on_the_port_is_announced_before_a_run()
    {
        var left = (SocketEvent)new RunScript().Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, timer: 42).Events[0] with
        {
            T = -2_000_000_000,
            After = null,
        };
        IRenderedComponent<LabPage> page = Show(null, Labs.State(null, sockets: [left]));
        Assert.Contains("in TIME-WAIT for about 40 s", page.Find(".banner").TextContent);
        Assert.Equal("40000", page.Find(".banner [data-end]").GetAttribute("data-end"));
        Assert.Contains("TIME-WAIT", page.Find(".sockets").TextContent);
        Assert.Contains("bind() will fail with EADDRINUSE", page.Find(".verdict").TextContent);
        page.Find(".port input").Input("12346");
        Assert.Contains("No result yet", page.Find(".verdict").TextContent);
    }

    [Fact]
    public void The_hosts_sheet_has_each_host_its_sources_sysctls_and_the_way_between_them()
    {
        LabState state = Labs.State(null) with
        {
            Check = Check(
                new Finding(FindingLevel.Warning, DateTimeOffset.UnixEpoch, "server", "net.ipv4.tcp_max_tw_buckets", Said("So few."), Said("Raise it."))
            ),
        };
        IRenderedComponent<LabPage> page = Show(null, state);
        page.Find(".hosts-button").Click();
        IReadOnlyList<IElement> hosts = _dialogs.FindAll(".hosts .host");
        Assert.Equal(["client", "server"], hosts.Select(h => h.GetAttribute("aria-label")));
        Assert.Contains("192.168.122.68:11111: connection refused in 0.2 ms", hosts[0].TextContent.Replace("200 µs", "0.2 ms"));
        Assert.Contains(
            "LISTEN 0.0.0.0:11111: nginx, process 42",
            string.Join(' ', hosts[1].TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))
        );
        Assert.Contains("So few.", hosts[1].QuerySelector(".judged")!.TextContent);
        Assert.Contains("CAP_NET_ADMIN", hosts[1].TextContent);
        Assert.Equal("tcp_max_tw_buckets", hosts[1].QuerySelector(".sysctls .explained")!.TextContent);
        _dialogs.FindAll("button").Single(b => b.TextContent.Trim() == "Check again").Click();
        Assert.Equal([new CheckHosts()], _orders.Asked);
    }

    [Fact]
    public void A_host_that_left_is_named()
    {
        IRenderedComponent<LabPage> page = Show(null, Labs.State(null, serverLinked: false));
        Assert.Contains("The agent on server is disconnected", page.Find(".banner").TextContent);
        Assert.Contains("blocker", page.Find(".hosts-button").ClassName);
    }

    [Fact]
    public void A_socket_row_in_focus_explains_the_kernels_line()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().StartListener().Connect().Close());
        page.Find(".sockets .row[tabindex]").Focus();
        Assert.Contains("447AA8C0:2B67", page.Find(".raw-line").TextContent);
        Assert.Contains("State TIME-WAIT.", page.Find(".raw dl").TextContent);
        Assert.Contains(TextCatalog.English["term.time-wait"], page.Find(".raw").TextContent);
    }

    [Fact]
    public void Lists_and_the_chosen_mark_explain_their_terms()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        page.Find("[role=tab][id$=State]").Click();
        Assert.Contains(page.FindAll("[role=option] .state"), s => s.GetAttribute("title") == $"TIME-WAIT: {TextCatalog.English["term.time-wait"]}");
        page.Find("[role=tab][id$=Call]").Click();
        page.FindAll("[role=option]").First(o => o.TextContent.Contains("EADDRINUSE", StringComparison.Ordinal)).Click();
        Assert.Contains(page.FindAll(".chosen-mark .explained"), e => e.TextContent == "EADDRINUSE");
    }

    [Fact]
    public void The_picture_has_its_marks_as_text_and_its_story_for_a_screen_reader()
    {
        IRenderedComponent<LabPage> page = Show(new RunScript().Whole());
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(650, 500));
        Assert.Equal("img", page.Find("svg.sequence").GetAttribute("role"));
        Assert.Contains(page.FindAll("svg.sequence text"), t => t.TextContent == "bind() = EADDRINUSE");
        Assert.Equal(7, page.FindAll("svg.sequence .segment.inferred").Count);
        Assert.Contains(page.FindAll("#diagram-story li"), l => l.TextContent.Contains("Address already in use", StringComparison.Ordinal));
        Assert.Contains("inferred segment", page.Find(".legend").TextContent);
        Assert.DoesNotContain("captured segment", page.Find(".legend").TextContent);
    }

    [Fact]
    public void Empty_places_say_why()
    {
        IRenderedComponent<LabPage> page = Show(null);
        Assert.Contains("No events yet", page.Find(".diagram").TextContent);
        Assert.Contains("nothing is listening on the port", page.Find(".sockets").TextContent);
        Assert.Contains("No result yet", page.Find(".verdict").TextContent);
    }

    [Fact]
    public void The_terminal_shows_programs_and_their_errors()
    {
        RunScript script = new RunScript().Add(
            new ProgramEvent
            {
                Host = "client",
                Source = EvidenceSource.Agent,
                Program = "cl",
                Change = ProgramChange.Started,
                Command = "./cl",
            },
            0
        );
        IElement terminal = Show(script.Whole()).Find(".term");
        Assert.Contains("client$ ./cl", terminal.TextContent);
        Assert.Equal("bind: Address already in use", terminal.QuerySelector(".error")!.TextContent);
    }
}
