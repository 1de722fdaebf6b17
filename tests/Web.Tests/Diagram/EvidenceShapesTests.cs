using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

/// <summary>What was concluded is drawn apart from what was seen, and an end says its reason.</summary>
public sealed class EvidenceShapesTests
{
    private static readonly Timeline Whole = Fold(new RunScript().Whole().Wait(20_000).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null));

    [Fact]
    public void A_state_that_was_seen_late_is_concluded_down_to_where_it_was_seen()
    {
        var band = new StateBand(
            "client",
            RunScript.ClientEnd.WithPort(5),
            RunScript.ServerEnd,
            TcpState.SynSent,
            null,
            50_000_000,
            49_000_000,
            900_000_000,
            EvidenceSource.Inferred,
            -7
        )
        {
            Before = 51_000_000,
            SeenFrom = 500_000_000,
        };
        BandShape late = Drawn(band),
            never = Drawn(band with { SeenFrom = null }),
            atOnce = Drawn(band with { Source = EvidenceSource.Proc, SeenFrom = band.Begin });
        Assert.InRange(late.ConcludedBottom!.Value, late.Top + 1, late.Bottom - 1);
        Assert.Equal(late.SeenY, late.ConcludedBottom);
        Assert.Equal((null, never.Bottom), (never.SeenY, never.ConcludedBottom!.Value));
        Assert.Equal((atOnce.Top, null), (atOnce.SeenY!.Value, atOnce.ConcludedBottom));
        Assert.Contains("inferred: began between 0.049000 s and 0.051000 s, first seen at 500 ms", new DiagramText(new PageTexts()).Band(band));
    }

    [Theory]
    [
        InlineData(EndCause.Timer, "Removed after"),
        InlineData(EndCause.Reset, "Ended by a RST after"),
        InlineData(EndCause.TakenOver, "New connection after"),
        InlineData(EndCause.Destroyed, "Destroyed after"),
        InlineData(EndCause.Early, "Gone early, after")
    ]
    public void The_end_of_TIME_WAIT_says_what_it_was(EndCause cause, string text)
    {
        TimeWaitBar bar = Assert.Single(Whole.TimeWaits) with { Ended = new(cause, null) };
        TimeWaitShape shape = Assert.Single(DiagramLayout.Draw(Whole with { TimeWaits = [bar] }, 1400).TimeWaits);
        Assert.StartsWith(text, shape.GoneLabel!.Value.Text);
    }

    [Fact]
    public void A_TIME_WAIT_from_before_the_run_has_no_length()
    {
        TimeWaitBar bar = Assert.Single(Whole.TimeWaits) with { WasThere = true, Ended = new(EndCause.Timer, null) };
        TimeWaitShape shape = Assert.Single(DiagramLayout.Draw(Whole with { TimeWaits = [bar] }, 1400).TimeWaits);
        Assert.StartsWith("began before this run", shape.Sub.Text);
        Assert.Equal("Removed", shape.GoneLabel!.Value.Text);
    }

    private static BandShape Drawn(StateBand band) =>
        DiagramLayout.Draw(Whole with { Bands = [.. Whole.Bands.Append(band).OrderBy(b => b.Begin)] }, 1000).Bands.Single(b => b.Band == band);

    private static Timeline Fold(RunScript script) => Timeline.Fold(script.Header, script.Events);
}
