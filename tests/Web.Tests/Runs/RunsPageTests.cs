using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using ReuseAddrDashboard.Components.Runs;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Runs;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Runs;

/// <summary>The history: found, turned over, noted, kept, deleted and restored.</summary>
public sealed class RunsPageTests : PageTest
{
    private static readonly string[] Ids = ["20261123-004025-cccccc", "20261123-004024-bbbbbb", "20261123-004023-aaaaaa"];

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private IEnumerable<string?> Told => Services.GetRequiredService<ISnackbar>().ShownSnackbars.Select(s => s.Message);

    /// <summary>A line as the dashboard gives it.</summary>
    internal static RunSummary Line(string id, string note = "", bool kept = false)
    {
        RunHeader header = new RunScript().Header;
        return new(
            id,
            "local",
            header.Scenario,
            header.Script.Title,
            header.Script.Topic,
            header.Values,
            header.Ports,
            DateTimeOffset.UnixEpoch,
            HostsMode.Namespaces,
            [.. header.Hosts.Select(h => new RunHost(h.Name, h.HostName, h.Address, h.Kernel))],
            Outcome.Completed,
            [],
            7
        )
        {
            Note = note,
            Kept = kept,
        };
    }

    [Fact]
    public void The_address_says_what_is_shown_and_what_is_chosen_goes_into_the_address()
    {
        IRenderedComponent<RunsPage> page = Show("runs?lang=ja&q=cork&kept=true&before=20261123-009999-ffffff");
        Assert.Contains("GET api/runs?limit=50&q=cork&kept=true&before=20261123-009999-ffffff", _stored.Asked);
        page.Find("input[type=search]").Input("so_reuse & co");
        page.WaitForAssertion(() => Assert.Contains("GET api/runs?limit=50&q=so_reuse & co&kept=true", _stored.Asked));
        Assert.EndsWith("/runs?q=so_reuse%20%26%20co&kept=true&lang=ja", Navigation.Uri);
        RunsFilter filter = page.FindComponent<RunsFilter>().Instance;
        page.InvokeAsync(() => filter.QueryChanged.InvokeAsync(new(Topic: "time-wait", Result: "none", Kernel: "6.18.0")));
        page.WaitForAssertion(() => Assert.Contains("GET api/runs?limit=50&topic=time-wait&result=none&kernel=6.18.0", _stored.Asked));
        Assert.EndsWith("/runs?topic=time-wait&result=none&kernel=6.18.0&lang=ja", Navigation.Uri);
    }

    [Fact]
    public void One_turns_to_newer_and_older_runs_by_links()
    {
        _stored.Others = (60, 1);
        IRenderedComponent<RunsPage> page = Show("runs?q=x");
        Assert.Equal("61–63 of 64", page.Find(".above").TextContent.Trim());
        Assert.Equal(["runs?q=x", $"runs?q=x&after={Ids[0]}", $"runs?q=x&before={Ids[2]}"], page.FindAll(".pager a").Select(a => a.GetAttribute("href")));
        // The page before the first fifty is the first.
        _stored.Others = (50, 0);
        Navigation.NavigateTo("runs?q=y");
        page.WaitForAssertion(() => Assert.Equal("51–53 of 53", page.Find(".above").TextContent.Trim()));
        Assert.Equal("runs?q=y", page.FindAll(".pager a")[1].GetAttribute("href"));
        _stored.Listed.Clear();
        Navigation.NavigateTo("runs?q=y&before=1");
        page.WaitForAssertion(() => Assert.Contains("There is no run on this page any more.", page.Markup));
    }

    [Fact]
    public void No_run_yet_leads_to_the_lessons_and_filters_that_find_nothing_can_be_cleared()
    {
        RunSummary[] all = [.. _stored.Listed];
        _stored.Listed.Clear();
        IRenderedComponent<RunsPage> page = Show("runs?lang=en");
        Assert.Equal("./?lang=en", page.Find(".nothing a").GetAttribute("href"));
        Assert.Empty(page.FindAll(".find"));
        Navigation.NavigateTo("runs?q=nothing&lang=en");
        page.WaitForElement(".nothing button");
        _stored.Listed.AddRange(all);
        page.Find(".nothing button").Click();
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("tr[data-run]").Count));
        Assert.EndsWith("/runs?lang=en", Navigation.Uri);
    }

    [Fact]
    public void A_list_that_cannot_be_loaded_says_why_and_is_tried_again()
    {
        _stored.Refusal = Message.Of("store.locked", ("directory", "/data"));
        IRenderedComponent<RunsPage> page = Show("runs", rows: 0);
        Assert.Contains(TextCatalog.English[_stored.Refusal], page.WaitForElement("[role=alert]").TextContent);
        _stored.Refusal = null;
        page.Find("[role=alert] button").Click();
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("tr[data-run]").Count));
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public void A_note_is_edited_in_place_and_says_whether_it_is_saved()
    {
        IRenderedComponent<RunsPage> page = Show("runs");
        Row(page, 1).QuerySelector("td.note button")!.Click();
        Row(page, 1).QuerySelector("textarea")!.Input("Seen in course 3.");
        _stored.Refusal = Message.Of("store.full", ("directory", "/data"));
        Press(page, 1, "Save");
        page.WaitForAssertion(() => Assert.Contains(TextCatalog.English[Message.Of("store.full", ("directory", "/data"))], Row(page, 1).TextContent));
        _stored.Refusal = null;
        // The text is still there, and keys of the list are not the field's.
        Row(page, 1).QuerySelector("textarea")!.KeyDown(new KeyboardEventArgs { Key = "Enter", CtrlKey = true });
        page.WaitForAssertion(() => Assert.Equal("Seen in course 3.", Row(page, 1).QuerySelector("td.note button.text")!.TextContent));
        Assert.Contains($"PATCH api/runs/{Ids[1]} {{\"note\":\"Seen in course 3.\",\"kept\":null}}", _stored.Asked);
        Assert.Contains("Saved", Row(page, 1).QuerySelector("[role=status]")!.TextContent);

        Row(page, 1).QuerySelector("td.note button")!.Click();
        Row(page, 1).QuerySelector("textarea")!.Input("Another.");
        Row(page, 1).QuerySelector("textarea")!.KeyDown(new KeyboardEventArgs { Key = "Escape", IsComposing = true });
        Assert.NotNull(Row(page, 1).QuerySelector("textarea"));
        Row(page, 1).QuerySelector("textarea")!.KeyDown(new KeyboardEventArgs { Key = "Escape" });
        Assert.Equal("Seen in course 3.", Row(page, 1).QuerySelector("td.note button.text")!.TextContent);
        Assert.Equal(2, _stored.Asked.Count(a => a.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_run_is_kept_and_let_go_by_one_button()
    {
        IRenderedComponent<RunsPage> page = Show("runs");
        foreach (string pressed in (string[])["true", "false"])
        {
            Keep().Click();
            page.WaitForAssertion(() => Assert.Equal(pressed, Keep().GetAttribute("aria-pressed")));
            Assert.Equal(pressed == "true", _stored.Listed[0].Kept);
        }

        _stored.Refusal = Message.Of("store.full", ("directory", "/data"));
        Keep().Click();
        page.WaitForAssertion(() => Assert.Equal([TextCatalog.English[_stored.Refusal]], Told));
        Assert.Equal("false", Keep().GetAttribute("aria-pressed"));

        IElement Keep() => Row(page, 0).QuerySelector("[aria-pressed]")!;
    }

    [Fact]
    public async Task A_run_that_is_deleted_can_be_put_back()
    {
        IRenderedComponent<MudSnackbarProvider> bars = Render<MudSnackbarProvider>();
        IRenderedComponent<RunsPage> page = Show("runs");
        Row(page, 0).QuerySelector("td.do button:last-child")!.Click();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tr[data-run]").Count));
        Assert.Contains($"DELETE api/runs?id={Ids[0]}", _stored.Asked);
        Assert.Equal(["Runs deleted: 1."], Told);
        await page.InvokeAsync(() => bars.Find(".mud-snackbar-content-action button").Click());
        page.WaitForAssertion(() => Assert.Equal(Ids, page.FindAll("tr[data-run]").Select(r => r.GetAttribute("data-run"))));
        Assert.Contains($"POST api/runs/restore?id={Ids[0]}", _stored.Asked);
        Assert.Contains("Runs restored: 1.", Told);
    }

    [Fact]
    public void Many_are_selected_downloaded_and_deleted_once_that_is_confirmed()
    {
        IRenderedComponent<RunsPage> page = Show("runs");
        page.Find("thead input[type=checkbox]").Change(true);
        Row(page, 1).QuerySelector("input[type=checkbox]")!.Change(false);
        Assert.Equal($"api/runs/download?id={Ids[0]}&id={Ids[2]}", page.Find(".above a[download]").GetAttribute("href"));
        page.FindAll(".above button").Single(b => b.TextContent.Trim() == "Delete").Click();
        Assert.Contains("Delete 2 runs?", _dialogs.WaitForElement(".mud-dialog").TextContent);
        Assert.DoesNotContain(_stored.Asked, a => a.StartsWith("DELETE", StringComparison.Ordinal));
        Confirm("Delete");
        page.WaitForAssertion(() => Assert.Equal([Ids[1]], page.FindAll("tr[data-run]").Select(r => r.GetAttribute("data-run"))));
        Assert.Contains($"DELETE api/runs?id={Ids[0]}&id={Ids[2]}", _stored.Asked);
        Assert.Empty(page.FindAll(".above a[download]"));
    }

    [Fact]
    public void The_key_Delete_asks_first()
    {
        IRenderedComponent<RunsPage> page = Show("runs");
        Row(page, 2).QuerySelector("a.run")!.KeyDown(new KeyboardEventArgs { Key = "Delete" });
        Assert.Contains(_stored.Listed[2].Title.In("en"), _dialogs.WaitForElement(".mud-dialog").TextContent);
        Confirm("Cancel");
        _dialogs.WaitForState(() => _dialogs.FindAll(".mud-dialog").Count == 0);
        Assert.Equal(3, _stored.Listed.Count);
        Row(page, 2).QuerySelector("a.run")!.KeyDown(new KeyboardEventArgs { Key = "Delete" });
        _dialogs.WaitForElement(".mud-dialog");
        Confirm("Delete");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("tr[data-run]").Count));
    }

    [Fact]
    public void What_a_lab_still_has_can_be_noted_but_not_deleted_and_the_list_follows_when_it_is_put_away()
    {
        RunScript script = new();
        _stored.Listed[2] = Line(script.Header.Id);
        _store.Apply(Labs.State(script));
        IRenderedComponent<RunsPage> page = Show("runs");
        Assert.True(
            Row(page, 2).QuerySelector("input[type=checkbox]")!.HasAttribute("disabled")
                && Row(page, 2).QuerySelector("td.do button:last-child")!.HasAttribute("disabled")
        );
        Assert.Contains("Open in the lab", Row(page, 2).TextContent);
        page.Find("thead input[type=checkbox]").Change(true);
        Assert.DoesNotContain(script.Header.Id, page.Find(".above a[download]").GetAttribute("href"));
        int asked = _stored.Asked.Count(a => a.StartsWith("GET api/runs?", StringComparison.Ordinal));
        _store.Apply(Labs.State(null, 2));
        page.WaitForAssertion(() => Assert.False(Row(page, 2).QuerySelector("td.do button:last-child")!.HasAttribute("disabled")));
        Assert.True(_stored.Asked.Count(a => a.StartsWith("GET api/runs?", StringComparison.Ordinal)) > asked);
    }

    private IRenderedComponent<RunsPage> Show(string address, int rows = 3)
    {
        Navigation.NavigateTo(address);
        IRenderedComponent<RunsPage> page = Render<RunsPage>();
        page.WaitForState(() => page.FindAll("tr[data-run]").Count == Math.Min(rows, _stored.Listed.Count) && page.FindAll(".mud-progress-linear").Count == 0);
        return page;
    }

    public RunsPageTests() => _stored.Listed.AddRange(Ids.Select(id => Line(id)));

    private static IElement Row(IRenderedComponent<RunsPage> page, int at) => page.FindAll("tr[data-run]")[at];

    private static void Press(IRenderedComponent<RunsPage> page, int row, string name) =>
        Row(page, row).QuerySelectorAll("button").Single(b => b.TextContent.Trim() == name).Click();

    private void Confirm(string name) => _dialogs.FindAll(".mud-dialog button").Single(b => b.TextContent.Trim() == name).Click();
}
