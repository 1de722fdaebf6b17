using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Verdict;

/// <summary>Any call may decide, and several of one step.</summary>
public sealed class DecidingCallsTests : PageTest
{
    [Fact]
    public void Every_deciding_call_of_a_step_is_in_the_card_and_in_the_picture()
    {
        IRenderedComponent<LabPage> page = Run(Scripts.ManyLog());
        IElement card = page.Find(".verdict");
        Assert.Equal("Decide", card.QuerySelector("h2")!.TextContent);
        Assert.Equal("ECONNREFUSED", card.QuerySelector(".big")!.TextContent);
        Assert.Equal(["bind() = 0", "connect() = -1", "read() = -1"], card.QuerySelectorAll(".call code").Select(c => c.TextContent));
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        Assert.Equal(["bind() = 0", "connect() = ECONNREFUSED", "read() = ENOTCONN"], page.FindAll(".attempt .strong").Select(t => t.TextContent));
    }

    [Fact]
    public void Once_all_were_made_the_explanation_that_holds_is_shown_with_what_to_try_next()
    {
        IElement card = Run(Scripts.ManyLog()).Find(".verdict");
        Assert.Equal("Nobody was there.", card.QuerySelector(".explanation")!.TextContent);
        Assert.Equal("Try next: SO_LINGER: off, Linger time: 5 s", card.QuerySelector(".try-next")!.TextContent);
    }

    [Fact]
    public void In_the_middle_of_a_step_nothing_is_foretold_and_nothing_explained()
    {
        IRenderedComponent<LabPage> page = Run(Scripts.ManyLog(begunOnly: true));
        Assert.Empty(page.FindAll(".verdict .next, .verdict .explanation"));
        Assert.DoesNotContain("will", page.Find(".verdict").TextContent);
        RunScript half = new RunScript().StartListener().Connect().Close();
        half.Step("rebind", Core.Log.StepStatus.Started).Call("server", "rfd", "socket", RunScript.Socket, 118, step: "rebind", index: 1);
        Assert.DoesNotContain("will fail", Show(half).Find(".verdict").TextContent);
    }

    [Fact]
    public void What_a_person_expected_stands_beside_what_happened()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many]));
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.Contains("What will connect() return?", page.Find(".question").TextContent);
        page.FindAll(".question input")[1].Click();
        Apply(page, Snapshot(Scripts.ManyLog(begunOnly: true)));
        Assert.Equal("You predicted “It is refused”.", page.Find(".guess").TextContent);
        Assert.Empty(page.FindAll(".question"));
        Apply(page, Snapshot(Scripts.ManyLog()));
        Assert.Equal("You predicted “It is refused”. You were right.", page.Find(".guess").TextContent);
    }

    [Fact]
    public void Attempts_that_the_lab_made_by_itself_and_that_came_out_alike_are_one_chip()
    {
        IReadOnlyList<IElement> chips = Show(
                new RunScript { Pause = 0 }
                    .Whole()
                    .BindAgain(2, 58, ends: true)
            )
            .FindAll(".tries li");
        Assert.Equal(3, chips.Count);
        Assert.Contains("(57 times)", chips[1].TextContent);
        Assert.Contains("good", chips[0].ClassName);
    }

    private static Joined Snapshot(RunScript log)
    {
        Core.Log.RunHeader header = Scripts.Header(Scripts.Many);
        return new(Labs.State(null, 2) with { Runs = [new OpenRun(header)] }, [Scripts.Many], [new RunBatch(header.Id, log.Events)]);
    }

    private IRenderedComponent<LabPage> Run(RunScript log)
    {
        _store.Apply(Snapshot(log));
        return Render<LabPage>();
    }
}
