using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Hosts;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Marks;
using ReuseAddrDashboard.Components.Replay;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Components.Steps;
using ReuseAddrDashboard.Components.Verdict;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Catalogue;
using ReuseAddrDashboard.Web.Shell;

namespace ReuseAddrDashboard.Web.Lab;

/// <summary>The lab: what to do, what happened, what it means.</summary>
public sealed partial class LabPage : ComponentBase
{
    private readonly Preparation _preparation = new();
    private LabView _view = LabView.Empty;

    // The run that was begun here; null for none: then the lab's newest is shown.
    private string? _begun;
    private RunOrders _orders = null!;
    private Expectation _expects = null!;

    // The select: what each scenario lacks is found anew only when a host or the catalogue changed.
    private IReadOnlyList<ScenarioOption> _options = [];
    private (IReadOnlyList<ListedScenario>, string) _optionsOf;
    private FramePace? _pace;
    private bool _presenting;

    // The view of the open run stands still; null where it is live.
    private FrozenView? _frozen;
    private string? _asked;

    // What the address says of the lesson's values, until it is prepared with them; null for nothing.
    private string? _askedValues;
    private MarkKey? _chosen;
    private Mark? _found;
    private ElementReference _clock;
    private readonly PageListener _keys = new();

    /// <summary>Which lesson is to be shown: <c>?lesson=</c>; null for the first, or that of the open run.</summary>
    [SupplyParameterFromQuery(Name = "lesson")]
    public string? Named { get; set; }

    /// <summary><c>?free</c>: no lesson, free play.</summary>
    [SupplyParameterFromQuery]
    public string? Free { get; set; }

    private string? Lesson => Named ?? (Free is null ? null : FreePlay.Id);

    /// <summary>Values that the lesson is prepared with (<see cref="LabAddress.Values"/>); null for its own.</summary>
    [SupplyParameterFromQuery]
    public string? Values { get; set; }

    private RunForm? Form => _preparation.Form;

    private string Title => Form is { } form ? T[form.Scenario.Title] : T["shell.lab"];

    private string Address => Navigation.Uri.Split('#')[0];

    private LabMoment Moment => new(_view, Form, _orders.Asking, _orders.Answered, Settings.Predict, _view.Clock.Now(Time), T);

    /// <summary>What the cards show: the run as it is, or as it was at the moment of the frozen view.</summary>
    private Timeline? Shown => _frozen?.Shown ?? _view.Timeline;

    private bool RunOpen => _view.Run is not null;

    /// <summary>Whether a lesson cannot be played here: no host is there, or what it needs is missing.</summary>
    private bool IsAway(string lesson) => RecordedRuns.AreAway(_view.State) || _options.Any(o => o.Id == lesson && o.Missing is not null);

    /// <summary>The lesson that the address names while a run of another is open; null for none.</summary>
    private Scenario? Other =>
        _view.Run is { } run && Lesson is { } lesson && lesson != run.Header.Scenario ? _view.Scenarios.FirstOrDefault(s => s.Id == lesson)?.Whole : null;

    /// <summary>What the person expects is about the run, or while none is open about the lesson.</summary>
    private string? About => _view.Run?.Header.Id ?? Form?.Scenario.Id;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _pace = new(Page.NextFrame, Draw, Time);
        _orders = new(Orders, Own);
        _expects = new(command => _orders.Ask(command, quick: true));
        Store.Changed += Changed;
        Settings.Changed += StateHasChanged;
        ShowView();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_asked == Lesson + Values)
            return;
        (_asked, _askedValues) = (Lesson + Values, Values);
        if (!RunOpen && Lesson is { } lesson && Form?.Scenario.Id != lesson && _view.Scenarios.FirstOrDefault(x => x.Id == lesson) is { Whole: var scenario })
        {
            _preparation.Choose(scenario);
            await Watch();
        }
        PrepareValues();
    }

    // Once the lesson that the address names is prepared here, and no run is open.
    private void PrepareValues()
    {
        if (_askedValues is not { } values || RunOpen || Form is not { } form || form.Scenario.Id != Lesson)
            return;
        _askedValues = null;
        _preparation.Plan(LabAddress.Values(values, form.Scenario));
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await Settings.Read();
            StateHasChanged();
            await _keys.Begin(this, told => Page.ListenKeys(told, "[nrpf?1-9]|Escape|PageDown|PageUp"));
        }
        await Page.Sync(_clock, _view.Clock.Now(Time) / 1e6);
        await Page.Rendered();
    }

    /// <summary>A key was pressed outside any field: called by page.js.</summary>
    [JSInvokable]
    public async Task Pressed(string key)
    {
        if (key.Length == 1 && !Settings.SingleKeys)
            return;
        LabMoment moment = Moment;
        switch (key)
        {
            case "n" when moment.MayGoOn:
                await Next();
                break;
            case "r" when moment.MayReset:
                await Reset();
                break;
            case "?":
                await ShowHelp();
                break;
            case "Escape" when _chosen is null && _presenting:
                Present();
                break;
            case "Escape":
                Choose(null);
                break;
            case "p":
                Present();
                break;
            case "f":
                Freeze();
                break;
            case "PageDown" when moment.Steps.FirstOrDefault(s => s is { IsCurrent: true, MayRun: true }) is { } step:
                await RunStep(step);
                break;
            case "PageUp":
                Choose(MarkBefore());
                break;
            case [>= '1' and <= '9' and var digit] when moment.Steps.FirstOrDefault(s => s.Number == digit - '0') is { IsCurrent: true, MayRun: true } step:
                await RunStep(step);
                break;
        }
        StateHasChanged();
    }

    private void Changed()
    {
        // A dashboard that was started again counts anew; a hidden page draws neither the loss of the link nor that it is back, but is told of both.
        if (Store.Link != LinkStatus.Live)
            _orders.Forget();
        bool canWait = Store.CanWait;
        _ = InvokeAsync(() => _pace!.Ask(canWait));
    }

    private void Draw()
    {
        ShowView();
        StateHasChanged();
    }

    private void ShowView()
    {
        LabView before = _view;
        RunForm? prepared = Form;
        _view = Store.ViewOf(_begun);
        bool another = before.Run?.Header.Id != _view.Run?.Header.Id,
            back = before.Link != LinkStatus.Live && _view.Link == LinkStatus.Live || before.Loading is not null && _view.Loading is null;
        _preparation.Follow(_view, Lesson, _view.Run is { } shown && (Own.Began(shown.Header.Id) || Own.Opening > 0));
        PrepareValues();
        if (ScenarioOption.Basis(_view.Scenarios, _view.State) is var basis && _optionsOf != basis)
            (_optionsOf, _options) = (basis, ScenarioOption.All(_view.Scenarios, _view.State, T));
        if (another)
            (_chosen, _frozen) = (null, null);
        if (_view.Run is { } open && (another || back))
        {
            // What was expected of a run with these values, whoever began it.
            if (another && prepared?.Made(open.Header) == true)
                _expects.Follow(prepared.Scenario.Id, open.Header.Id);
            _ = TellExpectation();
        }
        if (_view.Timeline is { Progress.AllDone: true } done)
            _ = Lessons.Add(done.Header.Scenario);
        if (before.Run is null && _view.Run is not null || before.Link == LinkStatus.Lost && _view.Link == LinkStatus.Live)
            _orders.Refusal = null;
    }

    /// <summary>A mark that is chosen shows in every place that has it; null lets it go.</summary>
    private void Choose(MarkKey? key) => _chosen = key;

    /// <summary>The mark before the chosen one, or the newest.</summary>
    private MarkKey? MarkBefore() => Shown is { } timeline && Mark.Beside(timeline, ChosenMark, -1) is { } before ? before.Key : _chosen;

    /// <summary>What the chosen mark is about; null for none.</summary>
    private Mark? ChosenMark => _found = _chosen is { } key && Shown is { } timeline ? Mark.Find(timeline, key, _found) : null;

    private async Task ChooseScenario(string id)
    {
        if (RunOpen || _view.Scenarios.FirstOrDefault(s => s.Id == id) is not { Whole: var scenario })
            return;
        _preparation.Choose(scenario);
        (_asked, _askedValues) = (id, null);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["lesson"] = id, ["values"] = null }), replace: true);
        await Watch();
    }

    private async Task Edit(RunForm form)
    {
        RunForm? before = Form;
        _preparation.Edit(form);
        if (_view.Run is { } run && before?.PauseMs != form.PauseMs)
            await _orders.Ask(new ChangePace(run.Header.Id, form.PauseMs), quick: true);
    }

    private Task Watch() =>
        Moment.Ports is var ports && !RunOpen && Form?.PortNumbers is not null && !ports.SequenceEqual(_view.State?.Ports ?? [])
            ? _orders.Ask(new WatchPorts(ports), quick: true)
            : Task.CompletedTask;

    private async Task Predict(string choice)
    {
        if (About is not { } about)
            return;
        _expects.Choose(about, choice);
        await TellExpectation();
    }

    /// <summary>Writes what is expected into the log of the run that is shown, until the step that the question is about begins.</summary>
    private async Task TellExpectation()
    {
        if (_view.Run is not { } run || !Moment.MayPredict)
            return;
        await _expects.Tell(run.Header.Id);
        StateHasChanged();
    }

    /// <summary>Asks what to expect where nobody has chosen yet, and waits until an open run's log has it.</summary>
    /// <returns>False where the person wants neither to choose nor to skip.</returns>
    private async Task<bool> HasPredicted()
    {
        if (_expects.Of(About) is null && Form is { Scenario.Question: { } question })
        {
            IDialogReference dialog = await Dialogs.ShowAsync<PredictDialog>(
                "",
                new DialogParameters<PredictDialog> { { d => d.Question, question } },
                LabDialogs.Small
            );
            if (await dialog.Result is not { Canceled: false, Data: string choice })
                return false;
            if (choice.Length > 0)
                await Predict(choice);
            return true;
        }
        await TellExpectation();
        return true;
    }

    private async Task RunStep(StepView step)
    {
        if (Moment.IsAskedAbout(step.Step.Id) && !await HasPredicted())
            return;
        await GoOn(run => new RunStep(run, step.Step.Id));
    }

    private async Task Play()
    {
        if (Moment.MayPredict && !await HasPredicted())
            return;
        await GoOn(run => new PlayRun(run));
    }

    private async Task Next()
    {
        if (Moment is var moment && moment.IsAskedAbout(moment.Progress?.Current?.Step.Id) && !await HasPredicted())
            return;
        await GoOn(run => new NextAction(run));
    }

    /// <summary>Goes on with the run that is shown, or opens one, which this page then shows.</summary>
    private async Task GoOn(Func<string, LabCommand> then)
    {
        if (_view.Run is { } run)
        {
            await _orders.Ask(then(run.Header.Id));
            return;
        }
        if (Form is not { IsValid: true } form)
        {
            _orders.Refusal = new("page.form-invalid");
            return;
        }
        if (await _orders.Ask(form.Request()) is not { Ok: true, Run: { } opened })
            return;
        _begun = opened;
        ShowView();
        // The run may be announced later than the lab answers; what is expected is in its log before anything is done in it.
        _expects.Follow(form.Scenario.Id, opened);
        if (Settings.Predict)
            await _expects.Tell(opened);
        await _orders.Ask(then(opened));
    }

    private Task Make(ScenarioAction action) => GoOn(run => new AddAction(run, action));

    private Task Pause() => OfRun(run => new PauseRun(run), quick: true);

    private Task SkipWait() => OfRun(run => new SkipWait(run));

    private Task RepeatStep() => OfRun(run => new RepeatStep(run));

    private Task StopRepeating() => OfRun(run => new StopRepeating(run), quick: true);

    private Task OfRun(Func<string, LabCommand> command, bool quick = false) =>
        _view.Run is { } run ? _orders.Ask(command(run.Header.Id), quick) : Task.CompletedTask;

    /// <summary>Puts the run away and prepares another with what the explanation says to change.</summary>
    private async Task TryNext(IReadOnlyDictionary<string, Scalar> change)
    {
        _preparation.Plan(change);
        await PutAway();
    }

    private async Task Reset()
    {
        if (_view.Timeline?.Progress.Outcome == Outcome.Running)
        {
            IDialogReference sure = await Dialogs.ShowAsync<ResetDialog>("", LabDialogs.Small);
            if ((await sure.Result)?.Canceled != false)
                return;
        }
        await PutAway();
    }

    private async Task PutAway()
    {
        if (_view.Run is not { } run)
            return;
        bool finished = _view.Timeline?.Progress.Outcome != Outcome.Running;
        if (!(await _orders.Ask(new ResetRun(run.Header.Id), quick: true)).Ok || !finished)
            return;
        Snackbar.Add(
            T["lab.kept"],
            Severity.Normal,
            s =>
            {
                s.Action = T["lab.open-kept"];
                // A snackbar with an action would stay until somebody presses it.
                s.RequireInteraction = false;
                s.VisibleStateDuration = 8000;
                s.OnClick = _ =>
                {
                    Navigation.NavigateTo(Links.To($"runs/{run.Header.Id}"));
                    return Task.CompletedTask;
                };
            }
        );
    }

    private Task ShowHosts() => Dialogs.ShowAsync<HostsDialog>("", LabDialogs.Wide);

    private Task ShowHelp() => Dialogs.ShowAsync<HelpDialog>("", LabDialogs.Small);

    /// <summary>The view of the open run stands still, or is live again.</summary>
    private void Freeze() =>
        _frozen =
            _frozen is null && _view is { Run: { } run, Timeline: { } timeline, Loading: null } && Store.FoldOf(run.Header.Id) is { } fold
                ? new(timeline, fold)
                : null;

    private void Present() => _presenting = !_presenting;

    private static string Milliseconds(long ns) => SvgLabel.Number(ns / 1e6);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Store.Changed -= Changed;
        Settings.Changed -= StateHasChanged;
        await _keys.DisposeAsync();
    }
}
