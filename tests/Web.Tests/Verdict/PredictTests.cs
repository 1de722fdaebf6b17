using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
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
        Choice("It is refused").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "no"), new RunStep(Run, "decide")], _orders.Asked));
    }

    [Fact]
    public void What_is_chosen_while_a_run_is_open_is_in_its_log_at_once_and_stays_whoever_goes_on()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.FindAll(".question input")[0].Click();
        Assert.Equal([new PredictRun(Run, "ok")], _orders.Asked);
        Assert.All(page.FindAll(".question input"), i => Assert.True(i.HasAttribute("disabled")));
        Assert.Contains("in the run's log", page.Find(".question .told").TextContent);
        page.Find(".primary").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "ok"), new RunStep(Run, "decide")], _orders.Asked));
        Assert.Empty(_dialogs.FindAll(".mud-dialog"));
    }

    [Fact]
    public async Task A_hand_that_settles_it_in_the_help_is_followed_at_once()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        PageSettings settings = Services.GetRequiredService<PageSettings>();
        await page.InvokeAsync(() => settings.SetPredict(false));
        Assert.Empty(page.FindAll(".question"));
        await page.InvokeAsync(() => settings.SetPredict(true));
        Assert.Single(page.FindAll(".question"));
    }

    [Theory]
    [InlineData("many", "2", true), InlineData("many", "3", false), InlineData("other", "2", false)]
    public void What_was_chosen_before_counts_in_a_run_of_that_lesson_and_these_values_that_somebody_else_begins(string lesson, string seconds, bool counts)
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many, Scripts.Many with { Id = "other" }]));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.FindAll(".question input")[1].Click();
        Assert.Empty(_orders.Asked);
        RunHeader run = Scripts.Header(Scripts.Many with { Id = lesson });
        _store.Apply(
            Labs.State(null, 2) with
            {
                Runs =
                [
                    new OpenRun(
                        run with
                        {
                            Values = new Dictionary<string, Scalar>(run.Values)
                            {
                                ["seconds"] = Scalar.Of(long.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
                            },
                        }
                    ),
                ],
            }
        );
        page.WaitForAssertion(() => Assert.True(page.FindAll(".settled").Count > 0));
        Assert.Equal(counts ? [new PredictRun(Run, "no")] : [], _orders.Asked);
    }

    [Fact]
    public void What_the_lab_refused_is_told_again_before_the_step()
    {
        IRenderedComponent<LabPage> page = BeforeDeciding();
        _orders.Reply = new LabReply(new Message("page.link-lost"));
        page.FindAll(".question input")[0].Click();
        Assert.False(page.Find(".question input").HasAttribute("disabled"));
        _orders.Reply = LabReply.Done(Run);
        page.Find(".primary").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "ok"), new PredictRun(Run, "ok"), new RunStep(Run, "decide")], _orders.Asked));
    }

    [Fact]
    public void A_lesson_that_begins_with_its_deciding_step_has_the_prediction_in_the_log_before_its_first_action()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many with { Steps = [Scripts.Many.Steps[1]] }]));
        _store.SetLink(LinkStatus.Live);
        _orders.Reply = LabReply.Done(Run);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Button(page, "Next action").Click();
        Choice("It is refused").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "no"), new NextAction(Run)], _orders.Asked.Skip(1)));
    }

    [Fact]
    public void Nothing_on_the_page_answers_the_question_before_the_step_has_run()
    {
        Scenario lesson = Scripts.Many with { Summary = LocalText.Of("SO_REUSEADDR and TIME-WAIT.") };
        _store.Apply(Labs.Snapshot(null, scenarios: [lesson]));
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.Equal(["TIME-WAIT"], page.FindAll(".steps .explained").Select(e => e.TextContent));
        Assert.Empty(page.FindAll(".read-more"));
        _store.Apply(Labs.State(null, 2) with { Runs = [new OpenRun(Scripts.Header(lesson))] });
        _store.Apply(new RunBatch(Run, Scripts.ManyLog().Events));
        page.WaitForAssertion(() => Assert.Contains("RFC 9293, 3.5: How it begins.", page.Find(".read-more").TextContent));
        Assert.Equal(["SO_REUSEADDR", "TIME-WAIT"], page.FindAll(".steps .explained").Select(e => e.TextContent));
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
        JSInterop.Setup<string?>("labSettings.read", "predict").SetResult("off");
        IRenderedComponent<LabPage> page = BeforeDeciding();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".question")));
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
        _store.Lists(Scripts.Many);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(header)] });
        _store.Apply(new RunBatch(Run, events));
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.Equal("Predictions: It succeeds × 1, It is refused × 2", page.Find(".guess").TextContent);
    }

    [Fact]
    public void What_to_try_next_is_one_press_away()
    {
        IRenderedComponent<LabPage> page = Show(Scripts.ManyLog());
        page.Find(".verdict .try").Click();
        Assert.Equal([new ResetRun(Run)], _orders.Asked);
        _store.Apply(Labs.State(null, 2));
        page.WaitForAssertion(() => Assert.False(Switch(page, "SO_LINGER").HasAttribute("checked")));
        Assert.Equal("5", page.Find("[id$=-seconds]").GetAttribute("value"));
    }

    [Fact]
    public void Play_all_has_the_prediction_in_the_log_before_it_begins()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: [Scripts.Many]));
        _store.SetLink(LinkStatus.Live);
        _orders.Reply = LabReply.Done(Run);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Button(page, "Play all").Click();
        Choice("It is refused").Click();
        page.WaitForAssertion(() => Assert.Equal([new PredictRun(Run, "no"), new PlayRun(Run)], _orders.Asked.Skip(1)));
        Assert.False(_orders.Started!.Play);
    }

    [Fact]
    public void Another_lesson_than_that_of_the_open_run_is_one_press_away()
    {
        _store.Lists(Scripts.Many, RunScript.Script);
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
        _store.Lists(Scripts.Many);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(header) { Busy = true, PauseMs = 1000 }] });
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Button(page, "Pause").Click();
        Assert.Equal([new PauseRun(Run)], _orders.Asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_pauses_it_can_be_paused_where_it_waits_and_what_is_left_of_TIME_WAIT_stands_in_the_verdict(bool waits)
    {
        RunScript script = new RunScript().Row("server", RunScript.ServerEnd, RunScript.ClientEnd, Core.Tcp.TcpState.TimeWait, timer: 60);
        if (waits)
        {
            script.Add(
                new NoteEvent
                {
                    Host = "server",
                    Message = Message.Of(NoteCodes.WaitingForPort, ("host", "server"), ("port", 11111), ("limit", 70_000_000_000)),
                },
                0
            );
        }

        _store.Apply(Labs.Snapshot(script, state: Labs.State(script, busy: true)));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.Equal(waits ? 1 : 0, page.FindAll("button").Count(b => b.TextContent.Trim() == "Pause"));
        Assert.Equal(waits ? 1 : 0, page.FindAll(".verdict .waiting-on [data-end]").Count);
        if (waits)
            Assert.StartsWith("Waiting… TIME-WAIT 60 s", page.Find(".verdict .waiting-on").TextContent.Trim());
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
        _store.Lists(Scripts.Many);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(Scripts.Header(Scripts.Many))] });
        _store.Apply(new RunBatch(Run, events));
        _store.SetLink(LinkStatus.Live);
        return Render<LabPage>();
    }
}
