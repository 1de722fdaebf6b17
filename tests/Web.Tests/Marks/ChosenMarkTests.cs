using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Marks;

public sealed class ChosenMarkTests : PageTest
{
    private readonly RunScript _script = new RunScript().StartListener().Connect().Close();

    [Fact]
    public async Task A_band_that_is_chosen_stands_out_in_the_picture_the_states_and_the_table()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.Find(".timewait").Click();
        Assert.Contains("chosen", page.Find(".timewait").ClassName);
        IElement entry = Assert.Single(page.FindAll("[role=option][aria-selected=true]"));
        Assert.Contains("TIME-WAIT", entry.TextContent);
        Assert.Contains("TIME-WAIT", page.Find(".sockets .row.chosen").TextContent);
        Assert.Equal("true", page.Find("[role=tab][id$=State]").GetAttribute("aria-selected"));
        Assert.Contains("/proc/net/tcp", page.Find(".chosen-mark").TextContent);
    }

    [Fact]
    public async Task A_row_of_a_list_chooses_its_arrow()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.Find("[role=tab][id$=Segment]").Click();
        page.FindAll("[role=option]")[1].Click();
        Assert.Contains("SYN+ACK", Assert.Single(page.FindAll(".segment.chosen")).TextContent);
        Assert.Contains("Inferred: connect() succeeded", page.Find(".chosen-mark").TextContent);
        page.FindAll("[role=option]")[1].Click();
        Assert.Single(page.FindAll(".segment.chosen"));
    }

    [Fact]
    public async Task A_socket_row_chooses_its_state()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.Find(".sockets .row[tabindex]").Click();
        Assert.Contains("chosen", page.Find(".timewait").ClassName);
        page.Find(".sockets .row[tabindex]").Click();
        Assert.Empty(page.FindAll(".chosen"));
    }

    [Fact]
    public async Task A_socket_row_that_was_let_go_by_Escape_is_chosen_again()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.Find(".sockets .row[tabindex]").Click();
        await page.InvokeAsync(() => page.Instance.Pressed("Escape"));
        Assert.Empty(page.FindAll(".chosen"));
        page.Find(".sockets .row[tabindex]").Click();
        Assert.Contains("chosen", page.Find(".timewait").ClassName);
    }

    [Fact]
    public async Task A_failed_call_tells_its_errno_and_what_came_before_and_after()
    {
        IRenderedComponent<LabPage> page = await Drawn(_script.Rebind(errno: "EADDRINUSE"));
        page.Find(".attempt").Click();
        string panel = page.Find(".chosen-mark").TextContent;
        Assert.Contains("EADDRINUSE (98): Address already in use", panel);
        Assert.Contains("system call", panel);
        IReadOnlyList<IElement> near = [.. page.FindAll(".near button")];
        Assert.Equal(2, near.Count);
        near[0].Click();
        Assert.Contains("socket()", page.Find(".chosen-head").TextContent);
    }

    [Fact]
    public async Task The_choice_survives_what_comes_later_and_Escape_lets_it_go()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.FindAll(".call")[0].Click();
        string chosen = page.Find(".chosen-head b").TextContent;
        _script.Rebind(errno: "EADDRINUSE");
        await page.InvokeAsync(() => _store.Apply(Labs.Snapshot(_script, state: Labs.State(_script, 2))));
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".attempt")));
        Assert.Equal(chosen, page.Find(".chosen-head b").TextContent);
        Assert.Contains("chosen", page.FindAll(".call")[0].ClassName);
        await page.InvokeAsync(() => page.Instance.Pressed("Escape"));
        Assert.Empty(page.FindAll(".chosen, .chosen-mark"));
    }

    [Fact]
    public async Task Another_run_has_nothing_chosen()
    {
        IRenderedComponent<LabPage> page = await Drawn();
        page.FindAll(".call")[0].Click();
        await page.InvokeAsync(() => _store.Apply(Labs.Snapshot(null, state: Labs.State(null, 2))));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".chosen-mark")));
    }

    [Fact]
    public async Task A_long_run_draws_the_newest_rows_and_the_earlier_on_demand()
    {
        for (int i = 0; i < 260; i++)
            _script.Call("server", "xfd", "listen", new() { Fd = 9, Backlog = i });
        IRenderedComponent<LabPage> page = await Drawn();
        page.Find("[role=tab][id$=Call]").Click();
        Assert.Equal(200, page.FindAll("[role=option]").Count);
        Assert.Contains("listen(9, 259)", page.FindAll("[role=option]")[^1].TextContent);
        int all = 200 + int.Parse(page.Find(".earlier").TextContent.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        page.Find(".earlier").Click();
        Assert.Equal(all, page.FindAll("[role=option]").Count);
    }

    [Fact]
    public async Task An_earlier_mark_that_is_chosen_in_the_picture_is_in_its_list()
    {
        for (int i = 0; i < 260; i++)
            _script.Call("server", "xfd", "listen", new() { Fd = 9, Backlog = i });
        IRenderedComponent<LabPage> page = await Drawn();
        page.FindAll(".call")[0].Click();
        Assert.Single(page.FindAll("[role=option][aria-selected=true]"));
    }

    [Fact]
    public async Task A_flight_shorter_than_the_clocks_agree_says_so()
    {
        var segment = new SegmentEvent
        {
            Host = "client",
            Source = EvidenceSource.Capture,
            From = RunScript.ClientEnd,
            To = RunScript.ServerEnd,
            Flags = "PSH,ACK",
            SeqNo = 9,
            Ack = 5,
            Len = 3,
        };
        long t = (long)(_script.Now * 1e6);
        _script.Add(segment with { Sent = t }, 0.02).Add(segment with { Host = "server", Received = t + 20_000 }, 1);
        var state = Labs.State(_script);
        state = state with
        {
            Hosts =
            [
                state.Hosts[0] with
                {
                    ClockUncertainty = 100_000,
                },
                state.Hosts[1] with
                {
                    ClockUncertainty = 0,
                    Facts = state.Hosts[1].Facts! with { BootId = "other" },
                },
            ],
        };
        IRenderedComponent<LabPage> page = await Drawn(state: state);
        Assert.Contains("±100 µs", page.Find(".heads .clock").TextContent);
        Assert.Contains(
            "the clocks agree only to ±100 µs",
            page.FindAll(".segment title").Select(e => e.TextContent).Single(e => e.Contains("PSH+ACK", StringComparison.Ordinal))
        );
        page.Find("[role=tab][id$=Segment]").Click();
        Assert.Contains(
            "20 µs (clocks: ±100 µs)",
            page.FindAll("[role=option]").Single(e => e.TextContent.Contains("PSH+ACK", StringComparison.Ordinal)).TextContent
        );
    }

    [Fact]
    public async Task What_was_lost_is_counted_by_source_and_where_sources_disagree_both_are_named()
    {
        var script = new RunScript()
            .StartListener()
            .Connect()
            .Add(
                new GapEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Capture,
                    Lost = 12,
                    Reason = Said("The capture's buffer was full."),
                },
                1
            )
            .Add(
                new StateEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Diag,
                    Socket = new(RunScript.ServerEnd, RunScript.ClientEnd),
                    From = TcpState.Established,
                    To = null,
                },
                100
            )
            .Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.Established, 900)
            .Wait(2000)
            .Add(
                new NoteEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Message = new("test"),
                },
                0
            );
        IRenderedComponent<LabPage> page = await Drawn(script);
        Assert.Equal("12 lost capture 12", page.Find(".lost-count").TextContent);
        page.Find(".remark.loss").Click();
        Assert.Contains("The capture's buffer was full.", page.Find(".chosen-mark").TextContent);
        page.Find(".remark.doubt").Click();
        string doubt = page.Find(".chosen-mark").TextContent;
        Assert.Contains("/proc/net/tcp reports ESTAB", doubt);
        Assert.Contains("sock_diag has reported closed", doubt);
        page.FindAll(".band").Single(b => b.TextContent.Contains("server, ESTAB", StringComparison.Ordinal)).Click();
        Assert.Contains("/proc/net/tcp reports ESTAB", page.Find(".chosen-mark").TextContent);
    }

    private async Task<IRenderedComponent<LabPage>> Drawn(RunScript? script = null, Core.Wire.LabState? state = null)
    {
        IRenderedComponent<LabPage> page = Render<LabPage>();
        await page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(650, 500));
        await page.InvokeAsync(() =>
        {
            _store.SetLink(LinkStatus.Live);
            _store.Apply(Labs.Snapshot(script ?? _script, state: state));
            Fold();
        });
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".call")));
        return page;
    }
}
