using Bunit;
using ReuseAddrDashboard.Components.StateMachine;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Pages;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.StateMachine;

/// <summary>The way of a run's sockets through RFC 9293's state machine.</summary>
public sealed class StateMachineTests : PageTest
{
    private const string Opened = "CLOSED > LISTEN, LISTEN > CLOSED, LISTEN > SYN-RECEIVED, SYN-RECEIVED > ESTABLISHED",
        Connected = "CLOSED > SYN-SENT, SYN-SENT > ESTABLISHED",
        First = "ESTABLISHED > FIN-WAIT-1, FIN-WAIT-1 > FIN-WAIT-2",
        Waited = First + ", FIN-WAIT-2 > TIME-WAIT, TIME-WAIT > CLOSED",
        Second = "ESTABLISHED > CLOSE-WAIT, CLOSE-WAIT > LAST-ACK, LAST-ACK > CLOSED";

    // Left of the bar the way, right of it where its sockets are.
    [Theory]
    [InlineData("plain", $"{Connected}, {Second} | ", $"{Opened}, {Waited} | ")]
    [InlineData("traced", $"{Connected}, {Second} | ", $"{Opened}, {Waited} | ")]
    [InlineData("destroyed", $"{Connected}, {Second} | ", $"{Opened}, {Waited} | ")]
    [InlineData("half-close", $"{Connected}, {Second} | ", $"{Opened}, {Waited} | ")]
    [InlineData("last-ack-lost", $"{Connected}, {Second} | ", $"{Opened}, {Waited} | LISTEN")]
    [InlineData("close-wait-leak", $"{Connected}, {First} | FIN-WAIT-2", $"{Opened}, ESTABLISHED > CLOSE-WAIT | LISTEN, CLOSE-WAIT")]
    [InlineData("fin-wait-2-orphan", $"{Connected}, ESTABLISHED > CLOSE-WAIT | ", $"{Opened}, {First} | LISTEN")]
    [InlineData("full-accept-queue", $"{Connected}, {First}, FIN-WAIT-2 > TIME-WAIT | TIME-WAIT", $"{Opened}, {Second} | ")]
    [InlineData("linger-zero", $"{Connected} | ", $"{Opened} | LISTEN")]
    [InlineData(
        "ports-run-out",
        $"{Connected}, {Waited}, SYN-SENT > CLOSED | ESTABLISHED",
        $"CLOSED > LISTEN, LISTEN > SYN-RECEIVED, SYN-RECEIVED > ESTABLISHED, {Second} | LISTEN, ESTABLISHED"
    )]
    public void The_whole_way_of_runs_that_were_really_made(string run, string client, string server)
    {
        Assert.Equal([("client", client), ("server", server)], TcpDiagram.Paths(Fold(run)).Select(p => (p.Host, Way(p))));
    }

    [Fact]
    public void A_handshake_that_is_refused_leads_back_to_the_listener()
    {
        RunScript script = new RunScript().StartListener().Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.SynRecv);
        Timeline timeline = Timeline.Fold(script.Header, script.Events);
        timeline = timeline with { Bands = [.. timeline.Bands.Select(b => b.State == TcpState.SynRecv ? b with { End = b.Begin + 1 } : b)] };
        Assert.Contains(new Transition(TcpState.SynRecv, TcpState.Listen), TcpDiagram.Paths(timeline).Single(p => p.Host == "server").Way);
    }

    [Fact]
    public void At_an_earlier_moment_it_has_come_as_far_as_then()
    {
        Timeline whole = Fold("traced");
        long closed = whole.Bands.First(b => b is { Host: "server", State: TcpState.FinWait1 }).Begin;
        HostPath before = TcpDiagram.Paths(whole, closed - 1).Single(p => p.Host == "server"),
            then = TcpDiagram.Paths(whole, closed).Single(p => p.Host == "server");
        Assert.Contains(TcpState.Established, before.Now);
        Assert.DoesNotContain(TcpState.FinWait1, before.Visited);
        Assert.Contains(TcpState.FinWait1, then.Now);
        Assert.DoesNotContain(TcpState.TimeWait, then.Visited);
    }

    [Fact]
    public void The_card_follows_the_chosen_mark_and_a_state_in_focus_says_what_it_means()
    {
        Timeline whole = Fold("close-wait-leak");
        IRenderedComponent<StateMachineCard> card = Render<StateMachineCard>(p => p.Add(c => c.Timeline, whole));
        card.Find(".mud-expand-panel-header").Click();
        Assert.Contains("client: FIN-WAIT-2", card.Find(".legend-line").TextContent);
        card.Render(p => p.Add(c => c.Until, whole.Bands.First(b => b is { Host: "client", State: TcpState.Established }).Begin));
        Assert.Contains("client: ESTABLISHED", card.Find(".legend-line").TextContent);
        card.Find(".node[aria-label=CLOSE-WAIT]").Focus();
        Assert.Contains(TextCatalog.English["term.close-wait"], card.Find(".meaning").TextContent);
    }

    [Fact]
    public void Every_state_of_the_figure_is_reached_left_and_explained()
    {
        Assert.Equal(20, TcpDiagram.All.Distinct().Count());
        foreach (StateNode node in TcpDiagram.Nodes)
        {
            TcpState? state = node.State == TcpState.Close ? null : node.State;
            Assert.Contains(TcpDiagram.All, t => t.From == state);
            Assert.Contains(TcpDiagram.All, t => t.To == state);
            foreach (string language in TextCatalog.Languages)
                Assert.True(TextCatalog.For(language).Has("term." + node.Name.ToLowerInvariant()), node.Name);
        }
    }

    private static Timeline Fold(string run)
    {
        RunFile file = RealRuns.Read(run);
        return Timeline.Fold(RunFiles.HeaderOf(file), file.Events);
    }

    private static string Way(HostPath path)
    {
        return string.Join(", ", path.Way.Select(t => $"{Name(t.From)} > {Name(t.To)}")) + " | " + string.Join(", ", path.Now.Select(s => Name(s)));

        static string Name(TcpState? state) => state is null ? "CLOSED" : TcpDiagram.Nodes.First(n => n.State == state).Name;
    }
}
