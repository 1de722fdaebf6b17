using AngleSharp.Dom;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Replay;
using ReuseAddrDashboard.Components.StateMachine;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Pages.Runs;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Replay;

public sealed class RunPageAtTests : PageTest
{
    private readonly RunScript _script = new RunScript().Whole();

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private CallEvent Deciding => Assert.IsType<CallEvent>(_script.Events.Last(e => e is CallEvent { Call: "bind" }));

    [Fact]
    public void Every_panel_shows_the_moment_that_the_address_names()
    {
        IRenderedComponent<RunPage> before = Show(ReplayTime.Address(Deciding.T - 1));
        Assert.DoesNotContain("EADDRINUSE", before.Find(".verdict").TextContent);
        Assert.DoesNotContain("EADDRINUSE", before.Find(".term").TextContent);
        Assert.Contains("TIME-WAIT", before.Find(".sockets").TextContent);
        string ways = States(before);
        IRenderedComponent<RunPage> after = Show(null);
        Assert.Contains("EADDRINUSE", after.Find(".verdict").TextContent);
        IRenderedComponent<RunPage> first = Show(ReplayTime.Address(_script.Events.First(e => e is CallEvent { Call: "listen" }).T));
        Assert.DoesNotContain("TIME-WAIT", first.Find(".sockets").TextContent);
        Assert.NotEqual(ways, States(first));
    }

    [Fact]
    public void What_every_panel_shows_is_the_fold_of_the_events_up_to_then()
    {
        Assert.All(
            _script.Events.Select(e => e.T).Distinct().Where((_, i) => i % 9 == 4),
            t =>
            {
                IRenderedComponent<RunPage> page = Show(ReplayTime.Address(t));
                Timeline shown = page.FindComponent<StateMachineCard>().Instance.Timeline!,
                    expected = Timeline.Fold(_script.Header, _script.Events, t);
                Assert.Equal(
                    (expected.End, expected.Calls.Count, expected.Arrows.Count, expected.Bands.Count, expected.Sockets.Count),
                    (shown.End, shown.Calls.Count, shown.Arrows.Count, shown.Bands.Count, shown.Sockets.Count)
                );
            }
        );
    }

    [Fact]
    public void The_picture_is_that_of_the_whole_run_whatever_moment_is_shown()
    {
        Scene end = Scene(Show(null)),
            begin = Scene(Show("0"));
        Assert.Equal(end.Height, begin.Height);
        Assert.Equal(end.Axis, begin.Axis);
        Assert.NotEmpty(Show("0").FindAll(".sequence [data-t]"));
    }

    [Theory]
    [InlineData("1e5")]
    [InlineData("later")]
    [InlineData("99999")]
    public void An_address_that_names_no_moment_of_the_run_shows_its_end(string at) => Assert.Contains("EADDRINUSE", Show(at).Find(".verdict").TextContent);

    [Fact]
    public void Keys_step_and_the_address_follows_once_the_hand_rests()
    {
        IRenderedComponent<RunPage> page = Show("0");
        Scrubber line = page.FindComponent<Scrubber>().Instance;
        string title = page.Find("input[type=range]").GetAttribute("aria-valuetext")!;
        _ = page.InvokeAsync(() => line.Pressed("ArrowRight", steps: true));
        page.WaitForAssertion(() => Assert.NotEqual(title, page.Find("input[type=range]").GetAttribute("aria-valuetext")));
        Assert.EndsWith("t=0", Navigation.Uri);
        Clock.Advance(TimeSpan.FromMilliseconds(400));
        long step = line.Player.Cursor;
        page.WaitForAssertion(() => Assert.EndsWith($"?t={ReplayTime.Address(step)}", Navigation.Uri));
        _ = page.InvokeAsync(() => line.Pressed("End", steps: false));
        Clock.Advance(TimeSpan.FromMilliseconds(400));
        page.WaitForAssertion(() => Assert.DoesNotContain("t=", new Uri(Navigation.Uri).Query));
        Assert.Contains("EADDRINUSE", page.Find(".verdict").TextContent);
    }

    [Fact]
    public void What_is_chosen_stays_chosen_while_the_moment_moves()
    {
        IRenderedComponent<RunPage> page = Show(null);
        page.Find(".timewait").Click();
        Scrubber line = page.FindComponent<Scrubber>().Instance;
        _ = page.InvokeAsync(() => line.Pressed("Home", steps: false));
        page.WaitForAssertion(() => Assert.DoesNotContain("EADDRINUSE", page.Find(".verdict").TextContent));
        _ = page.InvokeAsync(() => line.Pressed("End", steps: false));
        page.WaitForAssertion(() => Assert.Contains("chosen", page.Find(".timewait").ClassName));
        Assert.NotEmpty(page.FindAll(".chosen-mark"));
    }

    [Fact]
    public void The_line_says_where_it_is_and_has_each_step_s_number()
    {
        JSRuntimeInvocationHandler frame = _page.SetupVoid("nextFrame");
        IRenderedComponent<RunPage> page = Show(ReplayTime.Address(Deciding.T));
        Assert.Matches(@"^.+, \d+\.\d{3} s$", page.Find("input[type=range]").GetAttribute("aria-valuetext")!);
        Assert.NotEmpty(page.FindAll(".numbers span"));
        Assert.Equal(ReplayPlayer.Speeds.Count, page.FindAll("select.speed option").Count);
        IElement play = Assert.Single(page.FindAll("button"), b => b.GetAttribute("aria-label") == "Play");
        play.Click();
        page.WaitForAssertion(() => Assert.Single(page.FindAll("button"), b => b.GetAttribute("aria-label") == "Pause"));
        Scrubber line = page.FindComponent<Scrubber>().Instance;
        long from = line.Player.Cursor;
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        line.Player.Pause();
        frame.SetVoidResult();
        Assert.Equal(from, line.Player.Cursor);
    }

    private FakeTimeProvider Clock => (FakeTimeProvider)Services.GetRequiredService<TimeProvider>();

    private IRenderedComponent<RunPage> Show(string? at)
    {
        _stored.Run = RunFiles.Make(_script.Header, _script.Events);
        Navigation.NavigateTo($"runs/{_script.Header.Id}{(at is null ? null : $"?t={at}")}");
        IRenderedComponent<RunPage> page = Render<RunPage>(p => p.Add(r => r.Id, _script.Header.Id));
        page.WaitForElement(".diagram");
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        page.WaitForElement(".sequence");
        return page;
    }

    private static string States(IRenderedComponent<RunPage> page)
    {
        StateMachineCard card = page.FindComponent<StateMachineCard>().Instance;
        return string.Join(';', TcpDiagram.Paths(card.Timeline!, card.Until).Select(p => $"{p.Host} {string.Join(',', p.Now)}"));
    }

    private static Scene Scene(IRenderedComponent<RunPage> page) => DiagramLayout.Draw(page.FindComponent<SequenceDiagram>().Instance.Timeline!, 900);
}
