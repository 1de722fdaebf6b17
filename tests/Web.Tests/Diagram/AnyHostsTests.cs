using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

/// <summary>Any number of hosts and sockets, whatever their names.</summary>
public sealed class AnyHostsTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(5)]
    public void Lifelines_stand_in_the_headers_order_evenly_and_nothing_touches(int hosts)
    {
        foreach (double width in (double[])[300, 700, 1000, 1700])
        {
            Scene scene = DiagramLayout.Draw(Whole(hosts), width);
            Assert.Equal(Enumerable.Range(0, hosts).Select(i => $"h{i}"), scene.Lanes.Select(l => l.Lane.Host));
            double[] x = [.. scene.Lanes.Select(l => l.X)];
            Assert.Equal(x.Order(), x);
            Assert.All(x.Zip(x.Skip(1), (a, b) => b - a), step => Assert.Equal(x[1] - x[0], step, 0.01));
            Label[] labels = [.. scene.Labels];
            Assert.All(labels, l => Assert.True(l.Left >= 0 && l.Right <= scene.Width + 0.01, $"{l} in {scene.Width}"));
            for (int i = 0; i < labels.Length; i++)
                Assert.All(labels.Skip(i + 1), l => Assert.False(labels[i].Touches(l), $"{labels[i]} touches {l} at {width}"));
        }
    }

    [Fact]
    public void A_segment_of_a_host_to_itself_goes_out_and_comes_back()
    {
        Timeline two = Whole(2);
        Arrow self = Segment("h1", "h1", 500, 500),
            lost = Segment("h0", "h0", 700, null);
        Scene scene = DiagramLayout.Draw(two with { Arrows = [self, lost] }, 900);
        Assert.All(scene.Arrows, a => Assert.Equal(a.X1, a.X2));
        Assert.All(scene.Arrows, a => Assert.True(a.Y2 - a.Y1 >= a.Label.Height && a.Label.Top >= a.Y1 && a.Label.Bottom <= a.Y2));
        Assert.True(scene.Arrows[0].LoopX < scene.Arrows[0].X1 && scene.Arrows[0].Label.Right <= scene.Arrows[0].LoopX);
        Assert.True(scene.Arrows[1].LoopX > scene.Arrows[1].X1 && scene.Arrows[1].Label.Left >= scene.Arrows[1].LoopX);
    }

    [Theory]
    [InlineData(1400, 6), InlineData(390, 3)]
    public void Of_ten_sockets_those_have_a_place_for_which_there_is_room_and_the_others_are_counted(double width, int drawn)
    {
        RunScript script = new RunScript().StartListener();
        for (ushort port = 1; port <= 10; port++)
            script.Row("server", RunScript.ServerEnd, RunScript.ClientEnd.WithPort(port), TcpState.Established);
        Scene scene = DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), width);
        Assert.Equal(drawn, scene.Bands.Select(b => b.X).Distinct().Count());
        Assert.Equal(11 - drawn, scene.HiddenSockets);
        Assert.All(scene.Bands.GroupBy(b => b.X), place => Assert.Single(place));
        Assert.All(scene.Bands, b => Assert.InRange(b.X, Frame.BandWidth / 2, scene.Width - Frame.BandWidth / 2));
    }

    [Fact]
    public void Two_sockets_at_a_time_never_have_one_place()
    {
        RunScript script = new RunScript().StartListener().Row("server", RunScript.Of("0.0.0.0:11112"), RunScript.Nobody, TcpState.Listen).Connect().Close();
        Scene scene = DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), 1000);
        BandShape[] server = [.. scene.Bands.Where(b => b.Band.Host == "server")];
        Assert.All(server, a => Assert.All(server, b => Assert.True(a == b || a.X != b.X || a.Bottom <= b.Top + 1 || b.Bottom <= a.Top + 1, $"{a} and {b}")));
        Assert.Equal(0, scene.HiddenSockets);
    }

    [Fact]
    public void Programs_and_changes_of_a_host_are_marks_beside_its_lifeline()
    {
        RunScript script = new RunScript()
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Program = "sv",
                    Change = ProgramChange.Started,
                    Command = "./sv 1",
                },
                1
            )
            .Add(
                new EnvironmentEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    What = "sysctl",
                    Name = "net.ipv4.tcp_fin_timeout",
                    Value = "3",
                    Before = "60",
                },
                1
            )
            .Add(
                new EnvironmentEvent
                {
                    Host = "client",
                    Source = EvidenceSource.Agent,
                    What = "drop",
                    Name = "last-ack",
                    Change = EnvironmentChange.Undone,
                    Met = 1,
                },
                1
            )
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Program = "sv",
                    Change = ProgramChange.Forked,
                    Child = "kid",
                },
                1
            )
            .Add(
                new ProgramEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Program = "sv",
                    Change = ProgramChange.Killed,
                },
                1
            );
        Scene scene = DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), 1000);
        Assert.Equal(["./sv 1", "tcp_fin_timeout = 3", "drop last-ack: off", "sv: fork() → kid", "kill -9 sv"], scene.Events.Select(e => e.Label.Text));
        Assert.Equal([1, 1, 0, 1, 1], scene.Events.Select(e => e.X == scene.Lanes[1].X ? 1 : 0));
        Assert.False(scene.Empty);
    }

    private static Timeline Whole(int hosts)
    {
        RunHeader header = new RunScript().Header with { Hosts = [.. Enumerable.Range(0, hosts).Select(i => RunScript.Host($"h{i}", $"10.0.0.{i + 1}"))] };
        RunScript script = new();
        for (int i = 0; i < hosts; i++)
        {
            script
                .Call($"h{i}", "a", "bind", RunScript.Bind(RunScript.Any), errno: i % 2 == 0 ? "EADDRINUSE" : null, local: i % 2 == 0 ? null : RunScript.Any)
                .Row($"h{i}", RunScript.Any, RunScript.Nobody, TcpState.Listen)
                .Row($"h{i}", RunScript.Of($"[2001:db8::{i + 1}]:11111"), RunScript.Of("[2001:db8::99]:40000"), TcpState.TimeWait, timer: 60)
                .Add(
                    new ProgramEvent
                    {
                        Host = $"h{i}",
                        Source = EvidenceSource.Agent,
                        Program = "a-program-of-a-long-name",
                        Change = ProgramChange.Exited,
                    },
                    1
                );
        }
        Timeline timeline = Timeline.Fold(header, script.Events);
        return timeline with
        {
            Arrows =
            [
                .. Enumerable.Range(0, hosts).SelectMany(from => Enumerable.Range(0, hosts).Select(to => Segment($"h{from}", $"h{to}", 110 + from, 112 + to))),
            ],
        };
    }

    private static Arrow Segment(string from, string to, long sentMs, long? receivedMs) =>
        new(
            from,
            to,
            SegmentKind.Fin,
            sentMs * 1_000_000,
            receivedMs * 1_000_000,
            EvidenceSource.Capture,
            InferredFrom.Nothing,
            [sentMs * 100],
            RunScript.ServerEnd,
            RunScript.ClientEnd
        );
}
