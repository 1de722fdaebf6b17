using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Catalogue;
using ReuseAddrDashboard.Web.Diagram;
using ReuseAddrDashboard.Web.Hosts;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Marks;
using ReuseAddrDashboard.Web.Shell;
using ReuseAddrDashboard.Web.Steps;
using ReuseAddrDashboard.Web.Verdict;

namespace ReuseAddrDashboard.Web.Pages;

/// <summary>The lab: what to do, what happened, what it means.</summary>
public sealed partial class LabPage : ComponentBase
{
    private readonly CancellationTokenSource _end = new();
    private LabView _view = LabView.Empty;
    private RunForm? _form;
    // The select: what each scenario lacks is found anew only when a host or the catalogue changed.
    private IReadOnlyList<ScenarioOption> _options = [];
    private (IReadOnlyList<Scenario>, string) _optionsOf;
    private Message? _refusal;
    private FramePace? _pace;
    private bool _asking, _presenting, _seen;
    private double _zoom = 1;
    private string? _mine;
    private (string? Of, IReadOnlyDictionary<string, Scalar> Change)? _planned;
    private string? _asked;
    // The version of the lab that shows what was asked for last: until it is here, nothing more is asked.
    private long _answered;
    private MarkKey? _chosen;
    private readonly Expectation _expects = new();
    private DotNetObjectReference<LabPage>? _self;
    private IJSObjectReference? _keys;

    // The smallest text, of 12 px, then is 20 px high.
    private const double PresenterZoom = 1.67, LeastZoom = 0.6, MostZoom = 3, ZoomStep = 1.2;

    /// <summary>Which lesson is to be shown: <c>?lesson=</c>; null for the first, or that of the open run.</summary>
    [SupplyParameterFromQuery] public string? Lesson { get; set; }

    private string Title => _form is { } form ? T[form.Scenario.Title] : T["shell.lab"];

    private string Address => Navigation.Uri.Split('#')[0];

    private bool RunOpen => _view.Run is not null;

    private bool Busy => _asking || _view.Run?.Busy == true || _view.State is { } state && state.Version < _answered;

    /// <summary>Where the run stands, or would begin.</summary>
    private ScenarioProgress? Progress => _view.Timeline?.Progress ?? (_form is { } form ? ScenarioProgress.Of(form.Header(_view.State), []) : null);

    private IReadOnlyList<StepView> Steps => Progress is { } progress ? StepView.Of(progress, Busy, _view.Link == LinkStatus.Live, T) : [];

    private IReadOnlyList<int> Ports => _view.Run is { } run ? [.. run.Header.Script.Ports.Select(p => run.Header.Ports.GetValueOrDefault(p.Id, p.Default))]
        : _form?.PortNumbers is { } ports ? [.. _form.Ports.Select(p => ports[p.Of.Id])] : _view.State?.Ports ?? [];

    /// <summary>The lesson that the address names while a run of another is open; null for none.</summary>
    private Scenario? Other => _view.Run is { } run && Lesson is { } lesson && lesson != run.Header.Scenario ? _view.Scenarios.FirstOrDefault(s => s.Id == lesson) : null;

    private bool MayReset => RunOpen && _view.Link == LinkStatus.Live;

    private bool AllDone => _view.Timeline?.Progress.AllDone == true;

    private bool MayGoOn => !Busy && _view.Link == LinkStatus.Live && (RunOpen ? _view.Timeline!.Progress.Current is not null : _form?.IsValid == true);

    private bool MayRepeat => !Busy && _view is { Link: LinkStatus.Live, Timeline: { Progress.Outcome: Outcome.Running or Outcome.Completed, Verdict.Deciding.Result.Errno: "EADDRINUSE" } };

    /// <summary>Counts down while the lab repeats a step, to the end of the last TIME-WAIT timer on the port that the step asked for.</summary>
    private Countdown? Repeating
    {
        get
        {
            if (_view is not { Run.Repeating: true, Timeline: { } timeline })
                return null;
            return timeline.TimeWaits.Where(w => w.GoneAt is null && w.Host == timeline.Verdict?.Deciding.Call.Host).MaxBy(w => w.TimerEnd) is { } bar
                ? new(bar.TimerEnd, bar.LeftAt(_view.Clock.Now(Time))) : default(Countdown);
        }
    }

    private bool MaySkip => (!Busy || !_asking && (Repeating is not null || _view.Timeline?.WaitsForTimeWait == true)) && _view.Link == LinkStatus.Live && _view.Timeline is { Progress.Outcome: Outcome.Running or Outcome.Completed } timeline
        && timeline.Sockets.Any(s => s.State == TcpState.TimeWait && _view.State?.Hosts.FirstOrDefault(h => h.Name == s.Host)?.Facts?.CanDestroySockets == true);

    /// <summary>What the rule says of the next bind or listen; only between two steps: in the middle of one it would be about half a program.</summary>
    private BindPreview? Preview => _view.Timeline is not { } timeline ? BeforeRun.Of(_view.State, _form)
        : Busy || timeline.Progress.Current is null or { Readiness: StepReadiness.Begun } ? null : timeline.Rule.Next is { } next && !(MayPredict && next.Step == timeline.Progress.Asks?.Step.Id) ? next : null;

    /// <summary>True while a person is asked what to expect: then the page does not say it first.</summary>
    private bool MayPredict => Settings.Predict && Progress?.Asks is { Attempt: 0 };

    /// <summary>The action that comes next, as a line of code.</summary>
    private string? NextCall => Progress is { } progress && progress.Current is { } current && progress.Next(current.Step.Id) is { } next ? ActionWords.Of(progress.Header, next.Action, T) : null;

    private bool MayPause => _view is { Link: LinkStatus.Live, Run: { Busy: true, Repeating: false, PauseMs: > 0 } };

    /// <summary>What the person expects of this run; null before a choice.</summary>
    private string? Guess => _expects.Of(_view.Run?.Header.Id ?? _form?.Scenario.Id);

    private string LostBy => _view.Timeline is not { Lost: > 0 } timeline ? ""
        : string.Join(", ", timeline.Gaps.Where(g => g.Lost > 0).GroupBy(g => g.Source).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Sum(x => x.Lost)}"));

    private string? WhyNot => _view.Link != LinkStatus.Live ? T["page.why.disconnected"] : Busy ? T["page.why.step-running"] : AllDone ? T["page.why.all-done"]
        : RunOpen ? T["page.why.run-ended"] : T["page.why.form-invalid"];

    /// <summary>Rows of the run, or of the ports while no run is open.</summary>
    private IReadOnlyList<SocketNow> Rows => _view.Timeline?.Sockets
        ?? [.. _view.State?.Sockets.Where(s => s is { To: not null, Host: not null }).Select(s => new SocketNow(s.Host!, s, s.T)).InTableOrder(r => r.Reading) ?? []];

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _pace = new(Page.NextFrame, Draw, Time);
        Store.Changed += Changed;
        ShowView();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_asked == Lesson)
            return;
        _asked = Lesson;
        if (!RunOpen && Lesson is { } lesson && _form?.Scenario.Id != lesson && _view.Scenarios.FirstOrDefault(x => x.Id == lesson) is { } scenario)
        {
            _form = RunForm.Of(scenario).WithChoicesOf(_form);
            await Watch();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        _seen |= _view.State is not null;
        if (firstRender)
        {
            await Settings.Read();
            StateHasChanged();
            _keys = await Page.ListenKeys(_self = DotNetObjectReference.Create(this));
        }
        await Page.Sync(_view.Clock.Now(Time) / 1e6);
        await Page.Rendered();
    }

    /// <summary>A key was pressed outside any field: called by page.js.</summary>
    [JSInvokable]
    public async Task Pressed(string key)
    {
        if (key.Length == 1 && !char.IsDigit(key[0]) && key is not ("+" or "-" or "=") && !Settings.Letters)
            return;
        switch (key)
        {
            case "n" when MayGoOn: await Next(); break;
            case "r" when MayReset: await Reset(); break;
            case "?": await ShowHelp(); break;
            case "Escape" when _chosen is null && _presenting: Present(); break;
            case "Escape": Choose(null); break;
            case "p": Present(); break;
            case "+" or "=": SetZoom(_zoom * ZoomStep); break;
            case "-": SetZoom(_zoom / ZoomStep); break;
            case "0": SetZoom(_presenting ? PresenterZoom : 1); break;
            case "PageDown" when Steps.FirstOrDefault(s => s is { IsCurrent: true, MayRun: true }) is { } step: await RunStep(step); break;
            case "PageUp": Choose(MarkBefore()); break;
            case [>= '1' and <= '9' and var digit] when Steps.FirstOrDefault(s => s.Number == digit - '0') is { IsCurrent: true, MayRun: true } step:
                await RunStep(step);
                break;
        }
        StateHasChanged();
    }

    private void Changed()
    {
        // A dashboard that was started again counts anew; a hidden page draws neither the loss of the link nor that it is back, but is told of both.
        if (Store.Link != LinkStatus.Live)
            _answered = 0;
        _ = InvokeAsync(_pace!.Ask);
    }

    private void Draw()
    {
        ShowView();
        StateHasChanged();
    }

    private void ShowView()
    {
        LabView before = _view;
        _view = Store.View;
        string? run = _view.Run?.Header.Id, about = before.Run?.Header.Id ?? _form?.Scenario.Id;
        bool another = before.Run?.Header.Id != run;
        if (_view.Run is { } open)
            _form = RunForm.Of(open.Header, another || _form is null ? open.PauseMs : _form.PauseMs);
        // After a run the address says again which lesson it is, where it names one.
        else if (Listed(another ? Lesson ?? _form?.Scenario.Id : _form?.Scenario.Id) is not { } scenario)
            _form = null;
        // After a run the values are what the chosen scenario says again; another port stays.
        else if (another || _form is null || _form.Scenario.Id != scenario.Id)
            _form = RunForm.Of(scenario).WithChoicesOf(_form);
        else if (!ReferenceEquals(_form.Scenario, scenario))
            _form = _form.For(scenario);
        if (ScenarioOption.Basis(_view.Scenarios, _view.State) is var basis && _optionsOf != basis)
            (_optionsOf, _options) = (basis, ScenarioOption.All(_view.Scenarios, _view.State, T));
        if (another)
        {
            TellOfOthers(before.Run?.Header.Id, run);
            ApplyPlan();
            _chosen = null;
            if (run is not null)
                _expects.Follow(about, run);
        }
        if (_view.Timeline is { Progress.AllDone: true } done)
            _ = Lessons.Add(done.Header.Scenario);
        if (before.Run is null && _view.Run is not null || before.Link == LinkStatus.Lost && _view.Link == LinkStatus.Live)
            _refusal = null;
    }

    /// <summary>A run that somebody else began or put away is told of: what was prepared here is not changed without a word.</summary>
    private void TellOfOthers(string? before, string? now)
    {
        if (now is not null && now != _mine && !_asking && _seen)
            Snackbar.Add(T["lab.others-started", ("lesson", T[_view.Run!.Header.Script.Title])], Severity.Info);
        else if (now is null && before is not null && before != _mine)
            Snackbar.Add(T["lab.others-reset"], Severity.Info);
    }

    /// <summary>The scenario of that id, or the first of the catalogue; null where there is none at all.</summary>
    private Scenario? Listed(string? id) => _view.Scenarios.FirstOrDefault(s => s.Id == id) ?? _view.Scenarios.FirstOrDefault(s => s.Id == Lesson) ?? (_view.Scenarios.Count > 0 ? _view.Scenarios[0] : null);

    /// <summary>A mark that is chosen shows in every place that has it; null lets it go.</summary>
    private void Choose(MarkKey? key) => _chosen = key;

    /// <summary>The mark before the chosen one, or the newest.</summary>
    private MarkKey? MarkBefore()
    {
        if (_view.Timeline is not { } timeline)
            return null;
        IReadOnlyList<Mark> all = Mark.All(timeline);
        int at = all.Count;
        for (int i = 0; _chosen is not null && i < all.Count; i++)
        {
            if (all[i].Key == _chosen)
                at = i;
        }
        return at > 0 ? all[at - 1].Key : _chosen;
    }

    /// <summary>What the chosen mark is about; null for none.</summary>
    private Mark? ChosenMark => _chosen is { } key && _view.Timeline is { } timeline ? Mark.Find(Mark.All(timeline), key) : null;

    private async Task ChooseScenario(string id)
    {
        if (RunOpen || _view.Scenarios.FirstOrDefault(s => s.Id == id) is not { } scenario)
            return;
        _form = RunForm.Of(scenario).WithChoicesOf(_form);
        _asked = id;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("lesson", id), replace: true);
        await Watch();
    }

    private async Task Edit(RunForm form)
    {
        RunForm? before = _form;
        _form = form;
        if (_view.Run is { } run && before?.PauseMs != form.PauseMs)
            await Ask(new ChangePace(run.Header.Id, form.PauseMs), quick: true);
    }

    private void Predict(string choice) => _expects.Choose(_view.Run?.Header.Id ?? _form?.Scenario.Id, choice);

    private Task Watch() => !RunOpen && _form?.PortNumbers is not null && !Ports.SequenceEqual(_view.State?.Ports ?? []) ? Ask(new WatchPorts(Ports), quick: true) : Task.CompletedTask;

    private async Task RunStep(StepView step)
    {
        if (MayPredict && Progress?.Asks?.Step.Id == step.Step.Id && !await HasPredicted())
            return;
        if (_view.Run is { } run)
            await Ask(new RunStep(run.Header.Id, step.Step.Id));
        else
            await Start(run => new RunStep(run, step.Step.Id), decides: step.Step.Id == Progress?.Asks?.Step.Id);
    }

    private Task Pause() => _view.Run is { } run ? Ask(new PauseRun(run.Header.Id), quick: true) : Task.CompletedTask;

    /// <summary>Asks what to expect where nobody has chosen yet, and writes it into the log of an open run.</summary>
    /// <returns>False where the person wants neither to choose nor to skip.</returns>
    private async Task<bool> HasPredicted()
    {
        if (Guess is null && _form is { Scenario.Question: { } question })
        {
            IDialogReference dialog = await Dialogs.ShowAsync<PredictDialog>("", new DialogParameters<PredictDialog> { { d => d.Question, question } }, LabDialogs.Small);
            if (await dialog.Result is not { Canceled: false, Data: string choice })
                return false;
            if (choice.Length == 0)
                return true;
            Predict(choice);
        }
        if (_view.Run is { } run)
            await TellExpectation(run.Header.Id);
        return true;
    }

    private async Task TellExpectation(string run)
    {
        if (_expects.ToTell(run) is { } choice)
            await Ask(new PredictRun(run, choice), quick: true);
    }

    /// <summary>Puts the run away and prepares another with what the explanation says to change.</summary>
    private async Task TryNext(IReadOnlyDictionary<string, Scalar> change)
    {
        _planned = (_form?.Scenario.Id, change);
        if (RunOpen)
            await PutAway();
        else
            ApplyPlan();
    }

    private void ApplyPlan()
    {
        if (_planned is not { } plan || _form is not { } form)
            return;
        _planned = null;
        if (form.Scenario.Id != plan.Of)
            return;
        foreach ((string name, Scalar content) in plan.Change)
        {
            if (form.Values.FirstOrDefault(v => v.Of.Id == name) is { } field)
                form = form.With(ValueField.From(field.Of, content));
        }
        _form = form;
    }

    private async Task Play()
    {
        if (MayPredict && !await HasPredicted())
            return;
        if (_view.Run is { } run)
            await Ask(new PlayRun(run.Header.Id));
        else
            await Start(run => new PlayRun(run), decides: true);
    }

    private async Task Next()
    {
        if (MayPredict && Progress is { } progress && progress.Current?.Step.Id == progress.Asks?.Step.Id && !await HasPredicted())
            return;
        if (_view.Run is { } run)
            await Ask(new NextAction(run.Header.Id));
        else
            await Start(run => new NextAction(run), decides: false);
    }

    /// <summary>Opens a run, which this page then shows, and goes on with it.</summary>
    /// <param name="then">What is asked of it.</param>
    /// <param name="decides">True where that may come to the step that the question is about: what is expected is in the log before.</param>
    private async Task Start(Func<string, LabCommand> then, bool decides)
    {
        if (_form is not { IsValid: true } form)
        {
            _refusal = new("page.form-invalid");
            return;
        }
        if (await Ask(form.Request()) is not { Ok: true, Run: { } opened })
            return;
        Store.Show(opened);
        _mine = opened;
        _expects.Follow(form.Scenario.Id, opened);
        if (decides && Settings.Predict)
            await TellExpectation(opened);
        await Ask(then(opened));
    }

    private Task SkipWait() => _view.Run is { } run ? Ask(new SkipWait(run.Header.Id)) : Task.CompletedTask;

    private Task RepeatStep() => _view.Run is { } run ? Ask(new RepeatStep(run.Header.Id)) : Task.CompletedTask;

    private Task StopRepeating() => _view.Run is { } run ? Ask(new StopRepeating(run.Header.Id), quick: true) : Task.CompletedTask;

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
        _mine = run.Header.Id;
        bool finished = _view.Timeline?.Progress.Outcome != Outcome.Running;
        await Ask(new ResetRun(run.Header.Id), quick: true);
        if (finished && _refusal is null)
            Snackbar.Add(T["lab.kept"], Severity.Normal, s =>
            {
                s.Action = T["lab.open-kept"];
                // A snackbar with an action would stay until somebody presses it.
                s.RequireInteraction = false;
                s.VisibleStateDuration = 8000;
                s.OnClick = _ =>
                {
                    Navigation.NavigateTo($"runs/{run.Header.Id}");
                    return Task.CompletedTask;
                };
            });
    }

    private IReadOnlyList<Finding> Warnings => Ports.Count > 0 ? HostsText.Warnings(_view.State, Ports[0]) : [];

    private Task ShowHosts() => Dialogs.ShowAsync<HostsDialog>("", LabDialogs.Wide);

    private Task ShowHelp() => Dialogs.ShowAsync<HelpDialog>("", LabDialogs.Small);

    private void Present()
    {
        _presenting = !_presenting;
        _zoom = _presenting ? PresenterZoom : 1;
    }

    private void SetZoom(double zoom) => _zoom = Math.Clamp(zoom, LeastZoom, MostZoom);

    private static string Milliseconds(long ns) => SvgLabel.Number(ns / 1e6);

    private async Task<LabReply> Ask(LabCommand command, bool quick = false)
    {
        _refusal = null;
        _asking = !quick;
        try
        {
            LabReply reply = await Orders.Ask(command);
            if (!quick)
                _answered = Math.Max(_answered, reply.Version);
            _refusal = reply.Refusal;
            return reply;
        }
        finally
        {
            _asking = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Store.Changed -= Changed;
        await _end.CancelAsync();
        _end.Dispose();
        _self?.Dispose();
        if (_keys is null)
            return;
        try
        {
            await _keys.InvokeVoidAsync("dispose");
            await _keys.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and its listeners with it.
        }
    }
}
