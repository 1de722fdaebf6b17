using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Marks;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Components.Shell;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Runs;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using ReuseAddrDashboard.Web.Tests.Pages;
using ReuseAddrDashboard.Web.Tests.Runs;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Texts;

/// <summary>
/// Every lesson before its first step, and runs that were really made with everything open, in Japanese: no sentence of another language is left.
/// </summary>
public sealed partial class JapanesePageTests() : PageTest(new PageTexts(TextCatalog.Japanese))
{
    /// <summary>Where commands, calls and what programs print stand as they are.</summary>
    private const string Verbatim = "code, kbd, .mono, .term, .call, .raw-line, [lang=en]";

    /// <summary>Columns of ss, and the kernel's word for an errno.</summary>
    private static readonly string[] Names = ["Local Address:Port", "Peer Address:Port", "Address already in use"];

    [Fact]
    public void Every_lesson_before_its_first_step()
    {
        _store.Apply(Labs.Snapshot(null, scenarios: Lessons.All));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        Assert.True(Lessons.All.Count > 40);
        foreach (Scenario lesson in Lessons.All)
        {
            page.Find("select.scenarios").Change(lesson.Id);
            Assert.Equal(lesson.Title.In("ja"), page.Find("h1").TextContent);
            HasNoEnglish(page, lesson.Id);
        }
    }

    public static TheoryData<string> Runs => [.. RealRuns.All];

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_with_every_list_and_mark_open(string name)
    {
        RunFile file = RealRuns.Read(name);
        RunHeader header = RunFiles.HeaderOf(file) with { Script = Lessons.All.First(l => l.Id == file.Scenario) };
        _store.Lists(header.Script);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(header)], Ports = [.. header.Ports.Values] });
        _store.Apply(new RunBatch(header.Id, file.Events));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        page.Find(".machine .mud-expand-panel-header").Click();
        foreach (IElement row in page.FindAll(".sockets .row[tabindex]").Take(1))
            row.Focus();
        string?[] errors = [.. file.Events.OfType<CallEvent>().Select(c => c.ErrnoText).Distinct()];
        HasNoEnglish(page, name, errors);
        foreach (MarkKind kind in (MarkKind[])[MarkKind.Call, MarkKind.Segment, MarkKind.State])
        {
            page.Find($"[role=tab][id$={kind}]").Click();
            HasNoEnglish(page.FindComponent<EvidenceCard>(), $"{name}, {kind}", errors);
        }
        // What the panel says of each mark, beside the call itself.
        MarkText words = new(new PageTexts(TextCatalog.Japanese), 1_000);
        Timeline timeline = Timeline.Fold(header, file.Events);
        Assert.All(
            Mark.All(timeline).SelectMany(m => words.Details(m, timeline).Where(d => d.Name != TextCatalog.Japanese["page.field.call"])),
            d => Assert.False(IsEnglish(d.Value, errors), $"{name}: {d.Name}: {d.Value}")
        );
    }

    [Fact]
    public void The_help_and_what_MudBlazor_says_by_itself()
    {
        _store.Apply(Labs.Snapshot(new RunScript().StartListener()));
        _store.SetLink(LinkStatus.Live);
        IRenderedComponent<LabPage> page = Render<LabPage>();
        _orders.Reply = new LabReply(new Message("page.link-lost"));
        page.Find(".primary").Click();
        Assert.Equal(TextCatalog.Japanese["page.banner.dismiss"], page.Find(".left .banner button").GetAttribute("aria-label"));
        page.InvokeAsync(() => page.Instance.Pressed("?"));
        _dialogs.WaitForElement(".mud-dialog");
        HasNoEnglish(_dialogs, "help");
    }

    [Fact]
    public void The_history_with_and_without_runs()
    {
        IRenderedComponent<RunsPage> empty = Render<RunsPage>();
        empty.WaitForElement(".nothing a");
        HasNoEnglish(empty, "no run");
        Assert.All(
            Lessons.All,
            l =>
                _stored.Listed.Add(
                    RunsPageTests.Line($"20261126-000000-{_stored.Listed.Count:d6}", "メモ") with
                    {
                        Title = l.Title,
                        Topic = l.Topic,
                        Scenario = l.Id,
                    }
                )
        );
        _stored.Others = (0, 7);
        IRenderedComponent<RunsPage> page = Render<RunsPage>();
        page.WaitForElement("tr[data-run] td.note button").Click();
        page.Find("tr[data-run] input[type=checkbox]").Change(true);
        HasNoEnglish(page, "runs");
        page.FindAll(".above button")[0].Click();
        _dialogs.WaitForElement(".mud-dialog");
        HasNoEnglish(_dialogs, "whether to delete it");
    }

    /// <summary>Four Latin words on end make a sentence.</summary>
    /// <param name="errors">The kernel's words for the errors of a run.</param>
    private static void HasNoEnglish<T>(IRenderedComponent<T> shown, string where, params string?[] errors)
        where T : Microsoft.AspNetCore.Components.IComponent
    {
        var found = new List<string>();
        foreach (IElement e in shown.Nodes.OfType<IElement>().SelectMany(n => n.QuerySelectorAll("*").Prepend(n)))
        {
            foreach (
                string text in e
                    .ChildNodes.OfType<IText>()
                    .Select(t => t.Data)
                    .Concat(((string[])["title", "aria-label", "placeholder", "data-name"]).Select(e.GetAttribute).OfType<string>())
            )
            {
                if (IsEnglish(text, errors) && e.Closest(Verbatim) is null)
                    found.Add($"{e.LocalName}.{e.ClassName}: {text.Trim()}");
            }
        }
        Assert.True(found.Count == 0, $"English on the Japanese page, {where}:\n{string.Join('\n', found.Distinct())}");
    }

    private static bool IsEnglish(string text, string?[] errors) =>
        Sentence().IsMatch(Names.Concat(errors.OfType<string>()).Aggregate(text, (t, n) => t.Replace(n, "", StringComparison.Ordinal)));

    [GeneratedRegex(@"(?:[A-Za-z][A-Za-z'’-]*[,;:.]?\s+){3,}[A-Za-z]")]
    private static partial Regex Sentence();
}
