using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Replay;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Replay;

public sealed class FrozenViewTests : PageTest
{
    private static readonly RunScript Whole = new RunScript().Whole();

    [Fact]
    public void A_frozen_view_stands_still_while_recording_goes_on_and_then_is_live_again()
    {
        IRenderedComponent<LabPage> page = ShowPart();
        Assert.Empty(page.FindAll(".scrubber"));
        Freeze(page);
        Assert.Contains("+0 events", page.Find(".scrubber").TextContent);
        IReadOnlyList<RunEvent> rest = [.. Whole.Events.Skip(Part)];
        _store.Apply(new RunBatch(Whole.Header.Id, rest));
        page.WaitForAssertion(() => Assert.Contains($"+{rest.Count} events", page.Find(".scrubber").TextContent));
        Assert.DoesNotContain("EADDRINUSE", page.Find(".verdict").TextContent);
        Assert.DoesNotContain("EADDRINUSE", page.Find(".term").TextContent);
        Assert.Empty(page.FindAll(".sequence [data-end]"));
        Button(page, "Back to live").Click();
        page.WaitForAssertion(() => Assert.Contains("EADDRINUSE", page.Find(".verdict").TextContent));
        Assert.Empty(page.FindAll(".scrubber"));
        Assert.Empty(page.FindAll(".sequence [data-t]"));
    }

    [Fact]
    public void A_frozen_view_can_be_taken_back_and_the_lesson_goes_on_beside_it()
    {
        IRenderedComponent<LabPage> page = ShowPart();
        Freeze(page);
        ReplayPlayer player = page.FindComponent<Scrubber>().Instance.Player;
        _ = page.InvokeAsync(() => page.FindComponent<Scrubber>().Instance.Pressed("Home", steps: false));
        page.WaitForAssertion(() => Assert.Equal(player.Axis.Begin, page.FindComponent<SequenceDiagram>().Instance.Cursor));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".sockets [role=row] .state")));
        Assert.NotEmpty(page.FindAll(".steps .now"));
    }

    [Fact]
    public void Another_run_or_none_is_live()
    {
        IRenderedComponent<LabPage> page = ShowPart();
        Freeze(page);
        _store.Apply(Labs.State(null, version: 2));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".scrubber")));
        Assert.DoesNotContain(page.FindAll("button"), b => b.GetAttribute("aria-label")?.StartsWith("Freeze", StringComparison.Ordinal) == true);
    }

    private static int Part => Whole.Events.Count * 2 / 3;

    private IRenderedComponent<LabPage> ShowPart()
    {
        _store.Apply(Labs.Snapshot(Whole, Part));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        page.WaitForElement(".sequence");
        return page;
    }

    private static void Freeze(IRenderedComponent<LabPage> page)
    {
        IElement freeze = Assert.Single(page.FindAll("button"), b => b.GetAttribute("aria-label")?.StartsWith("Freeze", StringComparison.Ordinal) == true);
        freeze.Click();
        page.WaitForElement(".scrubber");
    }
}
