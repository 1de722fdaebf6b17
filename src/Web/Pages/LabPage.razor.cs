using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
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
    private string? _refusal;
    private FramePace? _pace;
    private bool _asking, _checking;
    // The version of the lab that shows what was asked for last: until it is here, nothing more is asked.
    private long _answered;
    private MarkKey? _chosen;
    private HelpSheet? _help;
    private HostsSheet? _hosts;
    private ResetSheet? _confirm;
    private DotNetObjectReference<LabPage>? _self;
    private IJSObjectReference? _keys;

    private bool RunOpen => _view.Timeline is not null;

    private bool Busy => _asking || _view.State is { } state && (state.Busy || state.Version < _answered);

    private Scenario? Scenario => _view.Timeline?.Header.Script ?? _view.Scenarios.FirstOrDefault(s => s.Id == _form?.Scenario);

    private int Port => _view.Timeline?.Header.Options.Port ?? _form?.PortNumber ?? _view.State?.Port ?? 0;

    private bool MayReset => RunOpen && _view.Link == LinkStatus.Live;

    private bool Rebound => _view.Timeline?.Progress.AllDone == true;

    private bool MayGoOn => !Busy && _view.Link == LinkStatus.Live && (RunOpen ? _view.Timeline!.Progress.Current is not null : _form?.PortNumber is not null);

    private bool InWait => _view is { State.Busy: true, Timeline.BindingAgain: true };

    private bool MayWait => !Busy && _view is { Link: LinkStatus.Live, Timeline: { Progress.Outcome: Outcome.Running or Outcome.Completed, Verdict.Deciding.Errno: "EADDRINUSE" } };

    /// <summary>Counts down while the lab waits and binds again, to the end of the last TIME-WAIT timer.</summary>
    private Countdown? Waiting => !InWait ? null
        : _view.Timeline!.TimeWaits.Where(w => w.Host == HubRoutes.Server && w.GoneAt is null).MaxBy(w => w.TimerEnd) is { } bar ? new(bar.TimerEnd, bar.LeftAt(_view.Clock.Now(Time))) : default(Countdown);

    private bool MaySkip => (!Busy || InWait && !_asking) && _view.Link == LinkStatus.Live && _view.Timeline is { Progress.Outcome: Outcome.Running or Outcome.Completed } timeline
        && timeline.Sockets.Any(s => s.State == TcpState.TimeWait && _view.State?.Hosts.FirstOrDefault(h => h.Name == s.Host)?.Facts?.CanDestroySockets == true);

    private string LostBy => _view.Timeline is not { Lost: > 0 } timeline ? ""
        : string.Join(", ", timeline.Gaps.Where(g => g.Lost > 0).GroupBy(g => g.Source).OrderBy(g => g.Key).Select(g => $"{g.Key.ToString().ToLowerInvariant()} {g.Sum(x => x.Lost)}"));

    private string? WhyNot => _view.Link != LinkStatus.Live ? L["The link is lost."] : Busy ? L["A step is running."] : Rebound ? L["Every step is done."]
        : RunOpen ? L["This run has ended."] : L["The port is not valid."];

    /// <summary>Rows of the run, or of the port while no run is open.</summary>
    private IReadOnlyList<SocketNow> Rows => _view.Timeline?.Sockets
        ?? [.. _view.State?.Sockets.Where(s => s is { To: not null, Host: not null }).Select(s => new SocketNow(s.Host!, s, s.T)).InTableOrder(r => r.Reading) ?? []];

    protected override void OnInitialized()
    {
        _pace = new(Page.NextFrame, Draw, Time);
        Store.Changed += Changed;
        Take();
        _ = Orders.Run(_end.Token);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
            _keys = await Page.ListenKeys(_self = DotNetObjectReference.Create(this));
        await Page.Sync(_view.Clock.Now(Time) / 1e6);
        await Page.Rendered();
    }

    [JSInvokable]
    public async Task Pressed(string key)
    {
        switch (key)
        {
            case "n" when MayGoOn: await Next(); break;
            case "r" when MayReset: await Reset(); break;
            case "?": await ShowHelp(); break;
            case "Escape": Choose(null); break;
            case [>= '1' and <= '9' and var digit] when Scenario is { } scenario
                && StepView.Of(_view, scenario, Busy, L).FirstOrDefault(s => s.Number == digit - '0') is { IsCurrent: true, MayRun: true } step:
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
        Take();
        StateHasChanged();
    }

    private void Take()
    {
        LabView before = _view;
        _view = Store.View;
        if (_view.Timeline is { } timeline)
            _form = RunForm.Of(timeline.Header.Scenario, timeline.Header.Options) with { PauseMs = before.Timeline?.Header.Id == timeline.Header.Id && _form is { } f ? f.PauseMs : timeline.Header.Options.PauseMs };
        else if (_form is null || _view.Scenarios.All(s => s.Id != _form.Scenario))
            _form = _view.Scenarios is [var first, ..] ? RunForm.Of(first) : null;
        if (before.Timeline?.Header.Id != _view.Timeline?.Header.Id)
            _chosen = null;
        if (before.Timeline is null && _view.Timeline is not null || before.Link == LinkStatus.Lost && _view.Link == LinkStatus.Live)
            _refusal = null;
    }

    /// <summary>A mark that is chosen shows in every place that has it; null lets it go.</summary>
    private void Choose(MarkKey? key) => _chosen = key;

    /// <summary>What the chosen mark is about; null for none.</summary>
    private Mark? ChosenMark => _chosen is { } key && _view.Timeline is { } timeline ? Mark.Find(Mark.All(timeline), key) : null;

    private void ChooseScenario(string id)
    {
        if (!RunOpen && _view.Scenarios.FirstOrDefault(s => s.Id == id) is { } scenario)
            _form = RunForm.Of(scenario) with { Port = _form?.Port ?? "", PauseMs = _form?.PauseMs ?? scenario.Defaults.PauseMs };
    }

    private async Task Edit(RunForm form)
    {
        RunForm? before = _form;
        _form = form;
        if (_view.Timeline is { } timeline && before?.PauseMs != form.PauseMs)
            await Ask(() => Orders.Pace(timeline.Header.Id, form.PauseMs), quick: true);
    }

    private Task Watch() => !RunOpen && _form?.PortNumber is { } port && port != _view.State?.Port ? Ask(() => Orders.WatchPort(port), quick: true) : Task.CompletedTask;

    private async Task RunStep(StepView step)
    {
        if (_view.Timeline is { } timeline)
            await Ask(() => Orders.Step(timeline.Header.Id, step.Step.Id));
        else if (_form is { PortNumber: not null } form)
            await Ask(() => Orders.Start(form.Request(play: false), step.Step.Id));
        else
            _refusal = L["A port is a whole number from 1 to 65535, for example 11111."];
    }

    private async Task Play()
    {
        if (_view.Timeline is { } timeline)
            await Ask(() => Orders.Play(timeline.Header.Id));
        else if (_form is { } form)
            await Ask(() => Orders.Start(form.Request(play: true), null));
    }

    private async Task Next()
    {
        if (_view.Timeline is { } timeline)
        {
            await Ask(() => Orders.Next(timeline.Header.Id));
            return;
        }
        if (_form is not { } form)
            return;
        await Ask(async () =>
        {
            LabReply opened = await Orders.Start(form.Request(play: false), null);
            return opened is { Ok: true, Run: { } run } ? await Orders.Next(run) : opened;
        });
    }

    private Task SkipWait() => _view.Timeline is { } timeline ? Ask(() => Orders.SkipWait(timeline.Header.Id)) : Task.CompletedTask;

    private Task WaitAndBind() => _view.Timeline is { } timeline ? Ask(() => Orders.WaitAndBind(timeline.Header.Id)) : Task.CompletedTask;

    private Task StopWaiting() => _view.Timeline is { } timeline ? Ask(() => Orders.StopWaiting(timeline.Header.Id), quick: true) : Task.CompletedTask;

    private async Task Reset()
    {
        if (_view.Timeline?.Progress.Outcome == Outcome.Running)
        {
            await (_confirm?.Open() ?? Task.CompletedTask);
            return;
        }
        await PutAway();
    }

    private Task PutAway() => Ask(Orders.Reset, quick: true);

    private IReadOnlyList<Finding> Warnings => HostsText.Warnings(_view.State, Port);

    private Task ShowHosts() => _hosts?.Open() ?? Task.CompletedTask;

    private async Task CheckHosts()
    {
        _checking = true;
        try
        {
            await Ask(Orders.Check, quick: true);
        }
        finally
        {
            _checking = false;
        }
    }

    private Task ShowHelp() => _help?.Open() ?? Task.CompletedTask;

    private static string Milliseconds(long ns) => SvgLabel.Number(ns / 1e6);

    private async Task Ask(Func<Task<LabReply>> order, bool quick = false)
    {
        _refusal = null;
        _asking = !quick;
        try
        {
            LabReply reply = await order();
            if (!quick)
                _answered = Math.Max(_answered, reply.Version);
            _refusal = reply.Ok ? null : reply.Text is { } text ? L[text].Value : L["The lab did not take that ({0}).", reply.Code!].Value;
        }
        finally
        {
            _asking = false;
        }
    }

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
