using Bunit;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.StateMachine;
using ReuseAddrDashboard.Web.Terms;
using ReuseAddrDashboard.Web.Texts;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests;

/// <summary>The way of a run's sockets through RFC 9293's state machine, and the terms that the page explains.</summary>
public sealed class StateMachineTests
{
    [Fact]
    public void The_side_that_closed_first_went_through_FIN_WAIT_to_TIME_WAIT_and_the_other_through_CLOSE_WAIT()
    {
        RunScript script = new RunScript().StartListener().Connect().Close();
        IReadOnlyList<HostPath> paths = TcpDiagram.Paths(Timeline.Of(script.Header, script.Events));
        HostPath server = paths.Single(p => p.Host == "server");
        Assert.Contains(TcpState.TimeWait, server.Now);
        Assert.Contains(new Transition(null, TcpState.Listen), server.Way);
        Assert.DoesNotContain(new Transition(TcpState.Established, TcpState.CloseWait), server.Way);
        Assert.All(paths.SelectMany(p => p.Way), t => Assert.Contains(t, TcpDiagram.All));
    }

    [Fact]
    public void Every_state_of_the_figure_is_reached_left_and_explained()
    {
        foreach (StateNode node in TcpDiagram.Nodes)
        {
            TcpState? state = node.State == TcpState.Close ? null : node.State;
            Assert.Contains(TcpDiagram.All, t => t.From == state);
            Assert.Contains(TcpDiagram.All, t => t.To == state);
            foreach (string language in TextCatalog.Languages)
                Assert.True(TextCatalog.For(language).Has("term." + node.Name.ToLowerInvariant()), node.Name);
        }
    }

    [Theory]
    [InlineData("TIME-WAIT holds the port; SO_REUSEADDR does not end TIME-WAIT.", "TIME-WAIT,SO_REUSEADDR")]
    [InlineData("先に閉じた側がTIME-WAITになります。", "TIME-WAIT")]
    [InlineData("net.ipv4.tcp_fin_timeout is 60; NOTATERM and my_SYN are none.", "tcp_fin_timeout")]
    [InlineData("ESTAB and SYN-RECV as ss has them", "ESTAB,SYN-RECV")]
    [InlineData("", "")]
    public void Terms_are_found_once_each_and_nothing_of_the_text_is_lost(string text, string terms)
    {
        IReadOnlyList<TextPart> parts = Web.Terms.Terms.In(text, new PageTexts());
        Assert.Equal(text, string.Concat(parts.Select(p => p.Text)));
        Assert.Equal(terms, string.Join(',', parts.Where(p => p.Code is not null).Select(p => p.Text)));
    }
}
