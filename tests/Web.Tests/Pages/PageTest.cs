using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Catalogue;
using ReuseAddrDashboard.Web.Lab;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>The page on a lab that a test writes, with orders that go nowhere.</summary>
public abstract class PageTest : BunitContext
{
    private protected readonly FakeTimeProvider _time = new();
    private protected readonly LabStore _store;
    private protected readonly Orders _orders = new();

    /// <summary>The runs that the dashboard has stored.</summary>
    private protected readonly StoredRuns _stored = new();

    /// <summary>js/page.js.</summary>
    private protected readonly BunitJSModuleInterop _page;

    /// <summary>Where dialogs are.</summary>
    private protected readonly IRenderedComponent<MudDialogProvider> _dialogs;

    protected PageTest()
        : this(new PageTexts()) { }

    private protected PageTest(PageTexts texts)
    {
        _store = new(_time);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider());
        Services.AddMudServices();
        Services.AddLocalizationInterceptor(services => new MudTexts(texts, services.GetRequiredService<ILoggerFactory>()));
        Services.AddSingleton(texts);
        Services.AddSingleton(new HttpClient(_stored) { BaseAddress = new("http://localhost/") });
        Services.AddSingleton<RunLibrary>();
        Services.AddSingleton<RecordedRuns>();
        Services.AddSingleton<DoneLessons>();
        Services.AddSingleton<PageSettings>();
        Services.AddSingleton(_store);
        Services.AddSingleton<ILabCommands>(_orders);
        Services.AddSingleton<PageScript>();
        Services.AddSingleton<PageAddress>();
        Services.AddSingleton<OwnRuns>();
        BunitJSModuleInterop module = _page = JSInterop.SetupModule("http://localhost/js/page.js");
        module.Mode = JSRuntimeMode.Loose;
        module.SetupModule("watchDiagram", _ => true).Mode = JSRuntimeMode.Loose;
        module.SetupModule("listenKeys", _ => true).Mode = JSRuntimeMode.Loose;
        _ = Render<MudPopoverProvider>();
        _dialogs = Render<MudDialogProvider>();
    }

    private protected static IElement Button(IRenderedComponent<LabPage> page, string name) =>
        Assert.Single(page.FindAll("button"), b => b.TextContent.Trim() == name);

    private protected static IElement Switch(IRenderedComponent<LabPage> page, string name) =>
        Assert.Single(page.FindAll("label"), l => l.TextContent.Trim() == name).QuerySelector("input[role=switch]")!;

    private protected IRenderedComponent<LabPage> Show(RunScript? script, LabState? state = null)
    {
        _store.Apply(Labs.Snapshot(script, state: state));
        Fold();
        _store.SetLink(LinkStatus.Live);
        return Render<LabPage>();
    }

    private protected void Apply(IRenderedComponent<LabPage> page, Joined snapshot)
    {
        _store.Apply(snapshot);
        Fold();
        page.WaitForState(() => page.FindComponent<SequenceDiagram>().Instance.Timeline?.End == _store.ViewOf(null).Timeline?.End);
    }

    /// <summary>Lets a long log be folded to its end.</summary>
    private protected void Fold()
    {
        while (_store.ViewOf(null).Loading is not null)
            _time.Advance(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>A text that stands in no catalogue.</summary>
    private protected static Message Said(string text) => Message.Of(Message.Verbatim, ("text", text));

    private protected static LabCheck Check(params Finding[] findings)
    {
        HostCheck host = new()
        {
            Port = 11111,
            Sysctls = new Dictionary<string, string?> { ["net.ipv4.tcp_max_tw_buckets"] = "3" },
            Holders = [],
            Capabilities = ["CAP_NET_ADMIN"],
        };
        PortHolder holder = new()
        {
            State = TcpState.Listen,
            Local = RunScript.Any,
            Inode = 7,
            Pid = 42,
            Program = "nginx",
        };
        return new(
            11111,
            DateTimeOffset.UnixEpoch,
            [
                new("client", host with { Reach = new(RunScript.ServerEnd, ReachResult.Refused, "ECONNREFUSED", 200_000) }, DateTimeOffset.UnixEpoch),
                new("server", host with { Holders = [holder] }, DateTimeOffset.UnixEpoch),
            ],
            findings,
            DuringRun: false
        );
    }
}
