using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Pages;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Verdict;

/// <summary>Before the deciding step a person says what to expect, or that they will not.</summary>
public sealed class PredictTests : PageTest
{
    private const string Run = "20261123-004023-aaaaaa";

    [Fact]
    public void The_deciding_step_asks_and_what_was_chosen_is_in_the_log_before_it_runs()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.Find(".primary").Click();
        Assert.Empty(_orders.Asked);
        Choice("It is refused.").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "no"), new RunStep(Run, "decide")], _orders.Asked));
    }

    [Fact]
    public void Who_chose_already_is_not_asked_again_and_what_is_in_the_log_stays()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.FindAll(".question input")[0].Click();
        page.Find(".primary").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "ok"), new RunStep(Run, "decide")], _orders.Asked));
        Assert.Empty(_dialogs.FindAll(".mud-dialog"));
    }

    [Fact]
    public void Nobody_has_to_predict()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.Find(".primary").Click();
        Choice("Run without a prediction").Click();
        page.WaitForAssertion(() => Assert.Equal([new RunStep(Run, "decide")], _orders.Asked));
    }

    [Fact]
    public void Cancel_runs_nothing()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.Find(".primary").Click();
        Choice("Cancel").Click();
        Assert.Empty(_orders.Asked);
    }

    [Fact]
    public void Switched_off_nobody_is_asked()
    {
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("lab?predict=off");
        IRenderedComponent<LabPage> page = BeforeDeciding();
        Assert.Empty(page.FindAll(".question"));
        page.Find(".primary").Click();
        Assert.Equal([new RunStep(Run, "decide")], _orders.Asked);
    }

    [Fact]
    public void What_others_expected_is_counted_once_the_step_has_run()
    {
        RunScript log = Scripts.ManyLog();
        NoteEvent Expects(string choice) => new() { Message = Message.Of(NoteCodes.Predicted, ("choice", choice), ("text", choice)) };
        var predicted = new RunScript().Add(Expects("no"), 0).Add(Expects("no"), 0).Add(Expects("ok"), 0);
        IReadOnlyList<RunEvent> events = [.. predicted.Events.Concat(log.Events).Select((e, i) => e with { Seq = i + 1 })];
        RunHeader header = Scripts.Header(Scripts.Many);
        _store.Apply([Scripts.Many]);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(header)] });
        _store.Apply(new RunBatch(Run, events));
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.Equal("Predictions: It succeeds. × 1, It is refused. × 2", page.Find(".guess").TextContent);
    }

    [Fact]
    public void What_to_try_next_is_one_press_away()
    {
        IRenderedComponent<LabPage> page = Show(Scripts.ManyLog());
        page.Find(".verdict .try").Click();
        Assert.Equal([new ResetRun(Run)], _orders.Asked);
        _store.Apply(Labs.State(null, 2));
        page.WaitForAssertion(() => Assert.False(Switch(page, "SO_LINGER").HasAttribute("checked")));
        Assert.Equal("5", page.Find("#value-seconds").GetAttribute("value"));
    }

    [Fact]
    public void Play_all_has_the_prediction_in_the_log_before_it_begins()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many]));
        _store.SetLink(LinkStatus.Live);
        _orders.Reply = LabReply.Done(Run);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Button(page, "Play all").Click();
        Choice("It is refused.").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "no"), new PlayRun(Run)], _orders.Asked.Skip(1)));
        Assert.False(_orders.Started!.Play);
    }

    [Fact]
    public void Another_lesson_than_that_of_the_open_run_is_one_press_away()
    {
        _store.Apply([Scripts.Many, RunScript.Script]);
        Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>().NavigateTo("lab?lesson=" + RunScript.Script.Id);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(Scripts.Header(Scripts.Many))] });
        _store.Apply(new RunBatch(Run, Scripts.ManyLog().Events));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.Find(".banner .prepare").Click();
        Assert.Equal([new ResetRun(Run)], _orders.Asked);
        _store.Apply(Labs.State(null, 2));
        page.WaitForAssertion(() => Assert.Equal(RunScript.Script.Id, page.Find("select.scenarios option[selected]").GetAttribute("value")));
        Assert.Empty(page.FindAll(".banner .prepare"));
    }

    [Fact]
    public void While_the_lab_acts_with_pauses_it_can_be_paused()
    {
        RunHeader header = Scripts.Header(Scripts.Many);
        _store.Apply([Scripts.Many]);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(header) { Busy = true, PauseMs = 1000 }] });
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Button(page, "Pause").Click();
        Assert.Equal([new PauseRun(Run)], _orders.Asked);
    }

    [Fact]
    public void The_call_that_comes_next_is_named()
    {
        Assert.Equal("Next: bind(a, 0.0.0.0:11111)", BeforeDeciding().Find(".next-call").TextContent);
    }

    private IElement Choice(string text)
    {
        _dialogs.WaitForElement(".mud-dialog");
        return _dialogs.FindAll("button").Single(b => b.TextContent.Trim() == text);
    }

    private IRenderedComponent<LabPage> BeforeDeciding()
    {
        RunScript whole = Scripts.ManyLog(begunOnly: true);
        return Show([.. whole.Events.TakeWhile(e => e is not StepEvent { Step: "decide" })]);
    }

    private IRenderedComponent<LabPage> Show(RunScript log) => Show(log.Events);

    private IRenderedComponent<LabPage> Show(IReadOnlyList<RunEvent> events)
    {
        _store.Apply([Scripts.Many]);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(Scripts.Header(Scripts.Many))] });
        _store.Apply(new RunBatch(Run, events));
        _store.SetLink(LinkStatus.Live);
        return Render<LabPage>();
    }
}
