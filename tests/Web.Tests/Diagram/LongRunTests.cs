using Bunit;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Diagram;
using ReuseAddrDashboard.Web.Marks;
using ReuseAddrDashboard.Web.Pages;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

/// <summary>A run of 50,000 events on the page: what it draws, and that every mark is within reach.</summary>
public sealed class LongRunTests : PageTest
{
    private readonly LongRuns _run = LongRuns.Transfer(50_000);

    [Fact]
    public async Task While_it_loads_the_page_says_so_and_it_may_be_put_away_but_not_gone_on_with()
    {
        IRenderedComponent<LabPage> page = await Open(_run.Events.Take(1_000));
        page.WaitForAssertion(() => Assert.Contains($"of {_run.Events.Count:N0} events", page.Find(".banners").TextContent));
        Assert.Contains("This run is loading.", page.Find(".nothing").TextContent);
        Assert.False(Button(page, "Reset").HasAttribute("disabled"));
        Assert.Contains("This run is still loading.", page.Markup);
        Assert.Empty(page.FindAll(".primary[aria-disabled=false], .primary:not([aria-disabled])"));
    }

    [Fact]
    public async Task Draws_a_part_and_another_where_a_hand_scrolls()
    {
        IRenderedComponent<LabPage> page = await Open(_run.Events);
        IRenderedComponent<SequenceDiagram> picture = page.FindComponent<SequenceDiagram>();
        Assert.InRange(picture.FindAll("*").Count, 100, 20 * DrawnPart.Most);
        int all = _run.Timeline.Marks(), before = Before();
        Assert.InRange(before, all - DrawnPart.Most, all - 1);
        Assert.Contains($"to {all:N0} of {all:N0}", picture.Find(".not-drawn").TextContent);

        // A little up, to the very begin, and back with Jump to now.
        await Scroll(double.Parse(picture.Find("svg.sequence").GetAttribute("data-now")!, System.Globalization.CultureInfo.InvariantCulture) - 2_000);
        Assert.InRange(Before(), before - DrawnPart.Most, before - 1);
        await Scroll(0);
        Assert.Equal(0, Before());
        Assert.Contains(picture.FindAll(".call text"), t => t.TextContent.StartsWith("socket", StringComparison.Ordinal));
        Assert.InRange(picture.FindAll("*").Count, 100, 20 * DrawnPart.Most);
        picture.Find(".jump").Click();
        Assert.InRange(Before(), all - DrawnPart.Most, all - 1);

        int Before() => int.Parse(picture.Find("[data-before]").GetAttribute("data-before")!, System.Globalization.CultureInfo.InvariantCulture);
        Task Scroll(double to) => page.InvokeAsync(() =>
        {
            picture.Instance.Left(true);
            picture.Instance.Scrolled(to);
        });
    }

    [Fact]
    public async Task A_mark_that_is_chosen_far_away_is_drawn_and_listed_and_its_neighbours_are_a_key_away()
    {
        IRenderedComponent<LabPage> page = await Open(_run.Events);
        Timeline timeline = page.FindComponent<SequenceDiagram>().Instance.Timeline!;
        await page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.OnChoose.InvokeAsync(MarkKey.Of(timeline.Arrows[10_000])));
        Assert.Single(page.FindAll(".segment.chosen"));
        Assert.Single(page.FindAll("[role=option][aria-selected=true]"));
        Assert.InRange(page.FindAll("[role=option]").Count, 2, 200);
        await page.InvokeAsync(() => page.Instance.Pressed("PageUp"));
        Assert.Single(page.FindAll(".segment.chosen"));
        await page.InvokeAsync(() => page.Instance.Pressed("Escape"));
        Assert.Equal("0", page.Find("[data-after]").GetAttribute("data-after"));
    }

    private async Task<IRenderedComponent<LabPage>> Open(IEnumerable<RunEvent> come)
    {
        IRenderedComponent<LabPage> page = Render<LabPage>();
        await page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(650, 500));
        await page.InvokeAsync(() =>
        {
            _store.SetLink(Web.Lab.LinkStatus.Live);
            _store.Apply(new Joined(Labs.State(null) with { Runs = [new OpenRun(_run.Header)] }, [_run.Header.Script], [new RunBatch(_run.Header.Id, [.. come], _run.Events.Count)]));
            if (come.Count() == _run.Events.Count)
                Fold();
        });
        page.WaitForState(() => page.FindComponent<SequenceDiagram>().Instance.Timeline is { } timeline && (timeline.Arrows.Count > 0 || page.FindAll(".nothing").Count > 0));
        return page;
    }
}
