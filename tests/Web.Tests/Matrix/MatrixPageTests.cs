using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Pages.Matrix;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Matrix;

/// <summary>The matrix: tried, filled as it comes, compared, and opened from a file.</summary>
public class MatrixPageTests : PageTest
{
    private static readonly MatrixAnswer InUse = new(PortCall.Bind, "EADDRINUSE");

    public MatrixPageTests() { }

    private protected MatrixPageTests(PageTexts texts)
        : base(texts) { }

    [Fact]
    public void Before_anything_was_tried_it_says_what_a_press_does_and_what_the_rule_says()
    {
        IRenderedComponent<MatrixPage> page = Show();
        Assert.Contains("No cell has been tried yet.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("on server", page.Markup, StringComparison.Ordinal);
        Assert.Equal(7 * 16, page.FindAll("td button.cell").Count);
        Assert.Empty(page.FindAll("td a"));
        Assert.Equal(7, page.FindAll(".tables table").Count);
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Try the basic 64").Click();
        Assert.Equal(CellSet.Basic, Assert.IsType<TryCells>(_orders.Asked.Single()).Set);
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Try all 1792").Click();
        Assert.Equal(CellSet.All, Assert.IsType<TryCells>(_orders.Asked[^1]).Set);
        Cell(page, MatrixCell.Basic[0]).Click();
        Assert.Equal([MatrixCell.Basic[0]], Assert.IsType<TryCells>(_orders.Asked[^1]).Cells);
    }

    [Fact]
    public void Heads_are_heads_and_are_heard_by_their_whole_names()
    {
        IRenderedComponent<MatrixPage> page = Show();
        IElement table = page.Find(".tables table");
        Assert.Equal(5, table.QuerySelectorAll("thead th[scope=col]").Length);
        Assert.Equal(
            ["First socket: no option", "First socket: SO_REUSEADDR", "First socket: SO_REUSEPORT", "First socket: SO_REUSEADDR + SO_REUSEPORT"],
            table.QuerySelectorAll("tbody th[scope=row] .sr").Select(t => t.TextContent)
        );
        Assert.Equal("TIME-WAIT", page.Find("#" + table.GetAttribute("aria-labelledby")).TextContent);
    }

    [Fact]
    public void Cells_fill_as_they_come_and_a_filled_one_leads_to_its_run()
    {
        IRenderedComponent<MatrixPage> page = Show();
        Comes(page, 1, busy: true, new MatrixResult(MatrixCell.Basic[0], InUse), new MatrixResult(MatrixCell.Basic[5], MatrixAnswer.Ok));
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("td a").Count));
        Assert.Contains("Tried 2 of 64 cells", page.Markup, StringComparison.Ordinal);
        Assert.Equal(
            "lab?lesson=matrix-cell&values=left:time-wait,first:v4,second:v4,firstReuseAddr:1,firstReusePort:0,secondReuseAddr:1,secondReusePort:0",
            Cell(page, MatrixCell.Basic[5]).GetAttribute("href")
        );
        Assert.Equal("✗ bind()", Cell(page, MatrixCell.Basic[0]).QuerySelector(".kernel")!.TextContent);
        Assert.Equal("= rule", Cell(page, MatrixCell.Basic[0]).QuerySelector(".rule")!.TextContent);
        // While a trial goes on no other is begun, and it can be stopped.
        Assert.All(page.FindAll("td button.cell"), b => Assert.True(b.HasAttribute("disabled")));
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Stop").Click();
        Assert.IsType<StopCells>(_orders.Asked[^1]);
        Comes(page, 2, busy: false, new MatrixResult(MatrixCell.Basic[1], InUse));
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("td a").Count));
        Assert.Contains("The kernel matches the rule in all of them.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("GET api/labs/local/matrix/results?since=1", _stored.Asked);
    }

    [Fact]
    public void A_mismatch_is_flagged_in_its_cell_and_listed()
    {
        IRenderedComponent<MatrixPage> page = Show();
        Comes(page, 1, busy: false, new MatrixResult(MatrixCell.Basic[0], MatrixAnswer.Ok));
        page.WaitForAssertion(() => Assert.Single(page.FindAll("td.mismatch")));
        Assert.StartsWith("≠", Cell(page, MatrixCell.Basic[0]).QuerySelector(".rule")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("The kernel differs from the rule.", Cell(page, MatrixCell.Basic[0]).GetAttribute("aria-label"), StringComparison.Ordinal);
        IElement item = Assert.Single(page.FindAll(".list.wrong li"));
        Assert.Contains("kernel ok, rule bind EADDRINUSE.", item.TextContent, StringComparison.Ordinal);
        Assert.Equal("matrix?first=v4&second=v4", item.QuerySelector("a")!.GetAttribute("href"));
    }

    [Fact]
    public void The_address_says_which_addresses_are_shown()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("matrix?first=dual&second=mapped&lang=ja");
        IRenderedComponent<MatrixPage> page = Show();
        MatrixTable table = page.FindComponents<MatrixTable>()[0].Instance;
        Assert.Equal((CellAddress.Dual, CellAddress.Mapped), (table.First, table.Second));
        MudSelect<CellAddress> first = page.FindComponents<MudSelect<CellAddress>>()[0].Instance;
        page.InvokeAsync(() => first.ValueChanged.InvokeAsync(CellAddress.V6));
        Assert.EndsWith("matrix?first=v6&second=mapped&lang=ja", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_kernel_stands_beside_this_one_and_what_differs_is_marked()
    {
        _stored.Kernels["debian-6.1"] = File(
            "6.1.0-56-cloud-amd64",
            new MatrixResult(MatrixCell.Basic[0], MatrixAnswer.Ok),
            new MatrixResult(MatrixCell.Basic[1], InUse)
        );
        IRenderedComponent<MatrixPage> page = Show();
        Comes(page, 1, busy: false, new MatrixResult(MatrixCell.Basic[0], InUse), new MatrixResult(MatrixCell.Basic[1], InUse));
        page.WaitForState(() => page.FindAll("td a").Count == 2 && page.FindComponents<MudCheckBox<bool>>().Count == 1);
        page.InvokeAsync(() => page.FindComponent<MudCheckBox<bool>>().Instance.ValueChanged.InvokeAsync(true));
        page.WaitForAssertion(() => Assert.Equal(["≠ 6.1 ✓ OK"], page.FindAll(".other.differs").Select(o => o.TextContent)));
        Assert.Contains("= 6.1", Cell(page, MatrixCell.Basic[1]).TextContent, StringComparison.Ordinal);
        Assert.Contains("Linux 6.1.0-56-cloud-amd64: differs in 1 of 2 cells tried on both.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("make debian-6.1", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_anybody_s_is_compared_or_refused_with_what_to_do()
    {
        IRenderedComponent<MatrixPage> page = Show();
        Comes(page, 1, busy: false, new MatrixResult(MatrixCell.Basic[0], InUse));
        page.WaitForState(() => page.FindAll("td a").Count == 1);
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("{}", "x.json"));
        page.WaitForAssertion(() => Assert.Contains("This is not a matrix file", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        byte[] other = File("5.15.0", new MatrixResult(MatrixCell.Basic[0], MatrixAnswer.Ok)).ToJson();
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(other, "x.json"));
        page.WaitForAssertion(() => Assert.Contains("Linux 5.15.0: differs in 1 of 1 cells tried on both.", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[role=alert]"));
        Assert.Contains("File: 5.15.0", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_lab_refuses_and_what_ended_a_trial_is_said()
    {
        IRenderedComponent<MatrixPage> page = Show();
        _orders.Reply = new(new Message("matrix.busy"));
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Try all 1792").Click();
        Assert.Contains("Cells are being tried already.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        _store.Apply(Labs.State(null, 2) with { Matrix = new(0, "server", 0, 0, 0, Message.Of("matrix.no-answer", ("host", "server")), 5) });
        page.WaitForAssertion(() => Assert.Contains("The agent on server did not finish.", page.Markup, StringComparison.Ordinal));
    }

    private protected IRenderedComponent<MatrixPage> Show()
    {
        _store.Apply(Labs.State(null));
        _store.SetLink(LinkStatus.Live);
        return Render<MatrixPage>();
    }

    private void Comes(IRenderedComponent<MatrixPage> page, long number, bool busy, params MatrixResult[] results)
    {
        _stored.Matrix = new(number, File("6.18.0", results), false);
        page.InvokeAsync(() =>
            _store.Apply(
                Labs.State(null, number + 1) with
                {
                    Matrix = new(number, "server", results.Length, busy ? 64 : 0, busy ? results.Length : 0, null, 0),
                }
            )
        );
    }

    private static IElement Cell(IRenderedComponent<MatrixPage> page, MatrixCell cell)
    {
        IElement row = page.Find(".tables table").QuerySelectorAll("tbody tr")[MatrixCell.AllOptions.ToList().IndexOf(cell.FirstOptions)];
        return row.QuerySelectorAll("td .cell")[MatrixCell.AllOptions.ToList().IndexOf(cell.SecondOptions)];
    }

    private static MatrixFile File(string kernel, params MatrixResult[] results) =>
        new()
        {
            Format = MatrixFile.CurrentFormat,
            At = DateTimeOffset.UnixEpoch,
            Results = results,
            Host = new()
            {
                Kernel = kernel,
                Os = "Debian",
                Agent = "1",
                Sysctls = new Dictionary<string, string?>(),
            },
        };
}
