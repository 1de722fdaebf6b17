using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Marks;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Lab;
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
        int all = _run.Timeline.Marks(),
            before = Before();
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
        Task Scroll(double to) =>
            page.InvokeAsync(() =>
            {
                picture.Instance.Left(true);
                picture.Instance.Scrolled(to);
            });
    }

    [Fact]
    public async Task A_mark_that_is_chosen_far_away_is_drawn_and_listed_and_its_neighbours_are_a_key_away()
    {
        IRenderedComponent<LabPage> page = await Open(_run.Events);
        int Earlier() =>
            int.Parse(
                page.Find(".earlier").TextContent.Split(' ')[1],
                System.Globalization.NumberStyles.AllowThousands,
                System.Globalization.CultureInfo.InvariantCulture
            );
        Timeline timeline = page.FindComponent<SequenceDiagram>().Instance.Timeline!;
        await page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.OnChoose.InvokeAsync(MarkKey.Of(timeline.Arrows[10_000])));
        Assert.Single(page.FindAll(".segment.chosen"));
        Assert.Single(page.FindAll("[role=option][aria-selected=true]"));
        Assert.InRange(page.FindAll("[role=option]").Count, 2, 200);
        int shown = page.FindAll("[role=option]").Count,
            earlier = Earlier();
        page.Find(".earlier").Click();
        Assert.Equal((2 * shown, earlier - shown), (page.FindAll("[role=option]").Count, Earlier()));
        // The script that shows what is chosen says that nobody has scrolled away any more.
        SequenceDiagram picture = page.FindComponent<SequenceDiagram>().Instance;
        await page.InvokeAsync(() => picture.Left(true));
        await page.InvokeAsync(() => picture.Left(false));
        await page.InvokeAsync(() => picture.Zoomed("+"));
        Assert.Single(page.FindAll(".segment.chosen"));
        await page.InvokeAsync(() => page.Instance.Pressed("PageUp"));
        Assert.Single(page.FindAll(".segment.chosen"));
        await page.InvokeAsync(() => page.Instance.Pressed("Escape"));
        Assert.Equal("0", page.Find("[data-after]").GetAttribute("data-after"));
    }

    [Theory]
    [InlineData(DrawnPart.Most + 100, false)]
    [InlineData(DrawnPart.Whole + 1, true)]
    public void A_run_of_few_marks_is_drawn_whole_whatever_is_shown_of_it(int marks, bool part)
    {
        LongRuns run = LongRuns.Transfer(3 * marks);
        Timeline timeline = Enumerable
            .Range(marks, run.Events.Count - marks)
            .Select(n => Timeline.Fold(run.Header, [.. run.Events.Take(n)]))
            .First(t => t.Marks() >= marks);
        Assert.Equal(marks, timeline.Marks());
        DrawnPart newest = DrawnPart.Newest(timeline);
        Assert.Equal(part, DrawnPart.Around(timeline, timeline.End / 2).IsPart);
        Assert.Equal(part, newest.Of(timeline).IsPart);
    }

    [Fact]
    public void A_slice_ends_when_its_time_is_over()
    {
        var log = new OpenLog(new Ticking(TimeSpan.FromMilliseconds(5)));
        Assert.True(log.Append(new RunBatch(_run.Header.Id, _run.Events, _run.Events.Count)));
        log.Fold(_run.Header, TimeSpan.FromMilliseconds(25));
        Assert.InRange(log.Folded, 1, 100);
        int slices = 1;
        for (; log.MayFold; slices++)
            log.Fold(_run.Header, TimeSpan.FromMilliseconds(25));
        Assert.InRange(slices, 100, _run.Events.Count);
        Assert.Equal(_run.Timeline.Marks(), log.Timeline(_run.Header).Marks());
    }

    /// <summary>So long passes between two looks at it.</summary>
    private sealed class Ticking(TimeSpan each) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += each.Ticks;
    }

    private async Task<IRenderedComponent<LabPage>> Open(IEnumerable<RunEvent> come)
    {
        IRenderedComponent<LabPage> page = Render<LabPage>();
        await page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(650, 500));
        await page.InvokeAsync(() =>
        {
            _store.SetLink(LinkStatus.Live);
            _store.Apply(
                new Joined(
                    Labs.State(null) with
                    {
                        Runs = [new OpenRun(_run.Header)],
                    },
                    [_run.Header.Script],
                    [new RunBatch(_run.Header.Id, [.. come], _run.Events.Count)]
                )
            );
            if (come.Count() == _run.Events.Count)
                Fold();
        });
        page.WaitForState(() =>
            page.FindComponent<SequenceDiagram>().Instance.Timeline is { } timeline && (timeline.Arrows.Count > 0 || page.FindAll(".nothing").Count > 0)
        );
        return page;
    }
}
