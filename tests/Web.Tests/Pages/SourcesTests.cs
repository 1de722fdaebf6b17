using Bunit;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Pages;

/// <summary>Where what is shown comes from.</summary>
public sealed class SourcesTests : PageTest
{
    [Fact]
    public void A_source_that_nobody_knows_is_shown_under_its_own_name()
    {
        RunScript script = new RunScript()
            .StartListener()
            .Connect()
            .Add(
                new StateEvent
                {
                    Host = "server",
                    Source = "ebpf-2",
                    Socket = new(RunScript.ServerEnd, RunScript.ClientEnd),
                    From = TcpState.Established,
                    To = TcpState.FinWait1,
                },
                5
            )
            .Add(
                new GapEvent
                {
                    Host = "server",
                    Source = "ebpf-2",
                    Lost = 3,
                    Reason = Said("Too slow."),
                },
                0
            );
        IRenderedComponent<LabPage> page = Show(script);
        page.InvokeAsync(() => page.FindComponent<SequenceDiagram>().Instance.Resized(900, 500));
        Assert.Contains("ebpf-2", page.Find(".legend").TextContent);
        Assert.Contains(
            "Source: ebpf-2.",
            page.FindAll(".band title").Select(t => t.TextContent).Single(t => t.Contains("FIN-WAIT-1", StringComparison.Ordinal))
        );
        Assert.Equal("3 lost ebpf-2 3", page.Find(".lost-count").TextContent);
        page.Find("[role=tab][id$=State]").Click();
        Assert.Contains(page.FindAll("[role=option] .src"), s => s.TextContent == "ebpf-2");
    }

    [Fact]
    public void An_inferred_state_looks_otherwise_and_is_named_so()
    {
        RunScript script = new RunScript().StartListener();
        Timeline timeline = Timeline.Fold(script.Header, script.Events);
        var inferred = new StateBand(
            "client",
            RunScript.ClientEnd,
            RunScript.ServerEnd,
            TcpState.SynSent,
            null,
            timeline.End,
            null,
            timeline.End + 1000,
            EvidenceSource.Inferred,
            9_000
        );
        IRenderedComponent<SequenceDiagram> picture = Render<SequenceDiagram>(p =>
            p.Add(d => d.Timeline, timeline with { Bands = [.. timeline.Bands, inferred] })
        );
        picture.InvokeAsync(() => picture.Instance.Resized(900, 500));
        Assert.Contains("SYN-SENT", Assert.Single(picture.FindAll(".band.inferred")).TextContent);
        Assert.Contains("Source: inferred.", picture.Find(".band.inferred title").TextContent);
        Assert.Contains("inferred state", picture.Find(".legend").TextContent);
        Assert.DoesNotContain("inferred)", picture.Find(".legend").TextContent);
    }
}
