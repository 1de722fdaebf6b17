using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Marks;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class DrawnPartTests
{
    private readonly Timeline _long = LongRuns.Transfer(5_000).Timeline;

    [Fact]
    public void Leaves_a_run_as_it_is()
    {
        Timeline whole = Timeline.Fold(new RunScript().Whole().Header, new RunScript().Whole().Events);
        Assert.Equal(new DrawnPart(whole, 0, 0), DrawnPart.Newest(whole));
    }

    [Fact]
    public void Of_a_long_run_draws_the_newest_marks_and_says_how_many_come_before()
    {
        DrawnPart part = DrawnPart.Newest(_long);
        Assert.Same(_long.Arrows[^1], part.Timeline.Arrows[^1]);
        Assert.InRange(part.Timeline.Arrows.Count, DrawnPart.Most / 4, DrawnPart.Most);
        Assert.Equal((_long.Marks() - part.Count, 0), (part.Before, part.After));
    }

    [Fact]
    public void Parts_around_moments_show_every_mark()
    {
        var shown = new HashSet<object>(ReferenceEqualityComparer.Instance);
        DrawnPart part = DrawnPart.Around(_long, long.MinValue);
        Assert.Equal(0, part.Before);
        while (true)
        {
            Scene scene = DiagramLayout.Draw(part.Timeline, 1_000);
            shown.UnionWith(scene.Arrows.Select(a => a.Arrow));
            shown.UnionWith(scene.Calls.Select(c => c.Mark));
            shown.UnionWith(scene.Bands.Select(b => b.Band));
            Assert.InRange(scene.Arrows.Count, 1, DrawnPart.Most);
            if (part.After == 0)
                break;
            part = DrawnPart.Around(_long, part.Timeline.Until);
        }
        Assert.DoesNotContain(_long.Arrows, a => !shown.Contains(a));
        Assert.DoesNotContain(_long.Calls, c => !shown.Contains(c));
        Assert.DoesNotContain(_long.Bands, b => !shown.Contains(b));
    }

    [Fact]
    public void A_state_that_had_begun_before_begins_with_the_part_and_lasts_to_its_end()
    {
        DrawnPart part = DrawnPart.Around(_long, _long.Arrows[_long.Arrows.Count / 2].Sent);
        Scene scene = DiagramLayout.Draw(part.Timeline, 1_000);
        Assert.True(part is { Before: > 0, After: > 0 });
        BandShape open = Assert.Single(scene.Bands, b => b.Band.Host == "client" && b.Band.State == Core.Tcp.TcpState.Established);
        Assert.InRange(open.Top, 0, 100);
        Assert.True(open.Bottom >= scene.Axis[^1].Y);
    }

    [Fact]
    public void A_part_of_segments_alone_is_drawn() => Assert.False(DiagramLayout.Draw(_long with { Calls = [], Bands = [], TimeWaits = [] }, 1_000).Empty);

    [Fact]
    public void What_is_drawn_keeps_its_place_while_more_comes()
    {
        (RunHeader header, List<RunEvent> events) = (LongRuns.Transfer(5_100).Header, LongRuns.Transfer(5_100).Events);
        var fold = new TimelineFold(header);
        fold.Append(events.Take(events.Count - 100));
        DrawnPart before = DrawnPart.Newest(fold.Now);
        int moved = 0;
        foreach (RunEvent e in events.TakeLast(100))
        {
            fold.Append(e);
            DrawnPart now = DrawnPart.Newest(fold.Now, before);
            moved += now.Timeline.Begin == before.Timeline.Begin ? 0 : 1;
            before = now;
        }
        Assert.InRange(moved, 0, 1);
    }

    [Fact]
    public void Walking_back_mark_by_mark_reaches_the_first()
    {
        Timeline run = LongRuns.Transfer(1_000).Timeline;
        IReadOnlyList<Mark> all = Mark.All(run);
        Mark? at = Mark.Beside(run, null, -1);
        for (int i = all.Count - 1; i >= 0; i--, at = Mark.Beside(run, at, -1))
        {
            Assert.Equal(all[i].Key, at?.Key);
            Assert.Equal(all[i].Key, Mark.Find(run, all[i].Key)?.Key);
        }
        Assert.Null(at);
    }
}
