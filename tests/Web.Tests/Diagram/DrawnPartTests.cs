using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Diagram;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class DrawnPartTests
{
    [Fact]
    public void Draws_all_of_the_lesson_and_the_newest_of_others()
    {
        RunScript script = new RunScript().StartListener().Connect();
        for (ushort port = 1; port <= 1_000; port++)
            script.Row("server", RunScript.ServerEnd, Stranger(port), port % 2 == 0 ? TcpState.TimeWait : TcpState.Established, timer: 60);
        Timeline whole = Fold(script.Close().Rebind(errno: "EADDRINUSE"));

        DrawnPart part = DrawnPart.Of(whole);

        StateBand[] others = [.. part.Timeline.Bands.Where(b => b.Remote.ToString().StartsWith("10.9.", StringComparison.Ordinal))];
        Assert.Equal(Enumerable.Range(1_001 - DrawnPart.MostOfOthers, DrawnPart.MostOfOthers), others.Select(b => (int)b.Remote.Port));
        Assert.Equal(1_000 - DrawnPart.MostOfOthers, part.Left);
        Assert.Equal(whole.Bands.Where(b => !b.Remote.ToString().StartsWith("10.9.", StringComparison.Ordinal)), part.Timeline.Bands.Except(others));
        Assert.Equal(whole.Calls, part.Timeline.Calls);
        Scene scene = DiagramLayout.Draw(part.Timeline, 1_000);
        Assert.Contains(scene.TimeWaits, w => w.Band.Remote == RunScript.ClientEnd);
        Assert.InRange(scene.HiddenSockets, DrawnPart.MostOfOthers - Frame.MostSlots, DrawnPart.MostOfOthers);
    }

    [Fact]
    public void Leaves_a_run_as_it_is()
    {
        Timeline whole = Fold(new RunScript().Whole());
        Assert.Equal(new DrawnPart(whole, 0), DrawnPart.Of(whole));
    }

    private static Timeline Fold(RunScript script) => Timeline.Fold(script.Header, script.Events);

    private static TcpEndpoint Stranger(ushort port) => RunScript.Of("10.9.0.1:1").WithPort(port);
}
