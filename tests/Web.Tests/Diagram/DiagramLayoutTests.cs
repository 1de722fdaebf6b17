using CsCheck;
using ReuseAddrDashboard.Components.Diagram;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Diagram;

public sealed class DiagramLayoutTests
{
    private static readonly string[] Errors = ["EADDRINUSE", "EADDRNOTAVAIL", "ECONNREFUSED", "ETIMEDOUT"];

    /// <summary>Logs with anything in them: calls of both hosts, rows that come and go, clocks that disagree.</summary>
    private static readonly Gen<RunScript> AnyLog = Gen.Select(Gen.Int[0, 11], Gen.Double[0, 4000], Gen.Int[0, 5])
        .Array[0, 40]
        .Select(acts =>
        {
            var script = new RunScript { Pause = 1 };
            int attempt = 0;
            foreach ((int act, double wait, int pick) in acts)
            {
                script.Wait(wait < 2000 ? wait / 1000 : wait);
                switch (act)
                {
                    case 0:
                        script.StartListener();
                        break;
                    case 1:
                        script.Connect();
                        break;
                    case 2:
                        script.Close();
                        break;
                    case 3:
                        script.Rebind(++attempt, pick < 4 ? Errors[pick] : null);
                        break;
                    case 4:
                        script.Call(pick % 2 == 0 ? "client" : "server", "xfd", "setsockopt", RunScript.Set(SocketOption.ReuseAddr, 1));
                        break;
                    case 5:
                        script.Call(
                            "client",
                            "cfd",
                            "connect",
                            RunScript.Bind(RunScript.ServerEnd),
                            us: wait * 10,
                            errno: Errors[pick % 4],
                            remote: RunScript.ServerEnd
                        );
                        break;
                    case 6:
                        script.Row(
                            pick % 2 == 0 ? "client" : "server",
                            RunScript.ServerEnd,
                            RunScript.ClientEnd.WithPort((ushort)(4000 + pick)),
                            (TcpState)(1 + pick)
                        );
                        break;
                    case 7:
                        script.Row("server", RunScript.ServerEnd, RunScript.ClientEnd.WithPort((ushort)(4000 + pick)), null);
                        break;
                    case 8:
                        script.Row("client", RunScript.ClientEnd, RunScript.ServerEnd.WithPort((ushort)pick), TcpState.TimeWait, timer: 60);
                        break;
                    case 9:
                        script.Add(
                            new GapEvent
                            {
                                Host =
                                    pick == 0 ? null
                                    : pick % 2 == 0 ? "client"
                                    : "server",
                                Source = EvidenceSource.Trace,
                                Lost = pick,
                                Reason = new("test"),
                            },
                            0
                        );
                        break;
                    case 10:
                        script.Add(
                            new StateEvent
                            {
                                Host = pick % 2 == 0 ? "client" : "server",
                                Source = pick < 4 ? EvidenceSource.Trace : EvidenceSource.Diag,
                                Socket = new(RunScript.ServerEnd, RunScript.ClientEnd.WithPort((ushort)(4000 + pick))),
                                From = TcpState.Established,
                                To = wait < 1000 ? null : (TcpState)(1 + (int)wait % 11),
                            },
                            0
                        );
                        break;
                    default:
                        script.Wait(-Math.Min(wait, script.Now));
                        break;
                }
            }
            return script;
        });

    [Theory]
    [InlineData(1, "attempt 2, repeated"), InlineData(3, "attempts 2 to 4"), InlineData(60, "attempts 2 to 61")]
    public void Attempts_made_while_waiting_are_one_mark_that_stays_where_it_is(int attempts, string text)
    {
        Scene scene = Waited(attempts, ends: false),
            one = Waited(1, ends: false);
        Assert.Equal(["Address already in use", text], scene.Attempts.Select(a => a.Second!.Value.Text));
        Assert.Equal((one.Attempts[1].Y, one.Calls.Count), (scene.Attempts[1].Y, scene.Calls.Count));
        // The last binds and listens: both decide.
        Assert.Equal([false, false, true, true], Waited(attempts + 1, ends: true).Attempts.Select(a => a.Attempt.Succeeded));
    }

    [Fact]
    public void Every_call_of_attempts_made_while_waiting_finds_the_mark_that_stands_for_it()
    {
        RunScript script = new RunScript { Pause = 0 }
            .Whole()
            .BindAgain(2, 5, ends: false);
        Timeline timeline = Timeline.Fold(script.Header, script.Events);
        Scene scene = DiagramLayout.Draw(timeline, 700);
        long[] drawn = [.. scene.Calls.Select(c => c.Mark.Event.Seq), .. scene.Attempts.Select(a => a.Mark.Event.Seq)],
            stands = [.. scene.Attempts.SelectMany(a => a.StandsFor.All)];
        Assert.Equal(timeline.Calls.Select(c => c.Event.Seq).Order(), drawn.Concat(stands).Order());
    }

    private static Scene Waited(int attempts, bool ends)
    {
        RunScript script = new RunScript { Pause = 0 }
            .Whole()
            .BindAgain(2, attempts, ends);
        return DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), 700);
    }

    [Fact]
    public void No_two_texts_touch_and_none_leaves_the_picture() =>
        Gen.Select(AnyLog, Gen.Double[280, 1700], Gen.Bool)
            .Sample(
                (script, width, tight) =>
                {
                    Scene scene = DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), width, tight: tight);
                    Label[] labels = [.. scene.Labels];
                    for (int i = 0; i < labels.Length; i++)
                    {
                        Assert.True(
                            labels[i].Left >= 0 && labels[i].Right <= scene.Width + 0.01 && labels[i].Top >= 0 && labels[i].Bottom <= scene.Height,
                            $"{labels[i]} in {scene.Width} x {scene.Height}"
                        );
                        for (int j = i + 1; j < labels.Length; j++)
                            Assert.False(labels[i].Touches(labels[j]), $"{labels[i]} touches {labels[j]} at {width}");
                    }
                    Assert.True(scene.Text.Size >= TextMetrics.Smallest);
                },
                iter: 400
            );

    [Fact]
    public void No_letter_touches_its_own_arrow() =>
        Gen.Select(AnyLog, Gen.Double[280, 1700], Gen.Bool)
            .Sample(
                (script, width, tight) =>
                {
                    foreach (ArrowShape arrow in DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), width, tight: tight).Arrows)
                        Assert.True(Math.Min(arrow.YAt(arrow.Label.Left), arrow.YAt(arrow.Label.Right)) >= arrow.Label.Bottom + 1.5, $"{arrow} at {width}");
                },
                iter: 400
            );

    [Fact]
    public void No_time_line_runs_through_a_text_or_a_box() =>
        Gen.Select(AnyLog, Gen.Double[280, 1700])
            .Sample(
                (script, width) =>
                {
                    Scene scene = DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), width);
                    (double Left, double Top, double Right, double Bottom)[] taken =
                    [
                        .. scene.Labels.Select(l => (l.Left, l.Top, l.Right, l.Bottom)),
                        .. scene.Attempts.Select(a => (a.Box.Left, a.Box.Top, a.Box.Left + a.Box.Width, a.Box.Top + a.Box.Height)),
                    ];
                    foreach (TickShape tick in scene.Ticks)
                    {
                        foreach ((double from, double to) in tick.Lines)
                        {
                            Assert.True(from < to && from > tick.Label.Right && to <= scene.Width, $"{from} to {to} in {scene.Width}");
                            Assert.All(
                                taken,
                                t =>
                                    Assert.False(
                                        t.Left < to && t.Right > from && t.Top < tick.Y && t.Bottom > tick.Y,
                                        $"{tick.Label.Text}: {from} to {to} runs through {t} at {width}"
                                    )
                            );
                        }
                    }
                },
                iter: 400
            );

    [Fact]
    public void What_comes_later_stands_lower() =>
        AnyLog.Sample(
            script =>
            {
                Timeline timeline = Timeline.Fold(script.Header, script.Events);
                Scene scene = DiagramLayout.Draw(timeline, 650);
                CallShape[] calls = [.. scene.Calls.OrderBy(c => c.Mark.At)];
                Assert.All(
                    calls.Zip(calls.Skip(1)),
                    pair =>
                        Assert.True(
                            pair.First.Mark.At == pair.Second.Mark.At
                                || pair.First.Y < pair.Second.Y
                                || pair.First.Mark.Host != pair.Second.Mark.Host && pair.First.Y <= pair.Second.Y
                        )
                );
                Assert.All(scene.Arrows, a => Assert.True(a.Y1 < a.Y2));
                Assert.All(scene.Bands, b => Assert.True(b.Top < b.Bottom));
            },
            iter: 500
        );

    [Theory]
    [InlineData(390)]
    [InlineData(606)]
    [InlineData(650)]
    [InlineData(1600)]
    public void A_whole_run_has_all_its_marks_at_every_width(double width)
    {
        Scene scene = Of(new RunScript().Whole(), width);
        Assert.Equal(7, scene.Arrows.Count);
        Assert.All(scene.Ticks, t => Assert.NotEmpty(t.Lines));
        AttemptShape attempt = Assert.Single(scene.Attempts);
        Assert.Equal(("bind() = EADDRINUSE", "Address already in use"), (attempt.First.Text, attempt.Second?.Text));
        TimeWaitShape bar = Assert.Single(scene.TimeWaits);
        Assert.InRange(attempt.Y, bar.Top, bar.Zero!.Value);
        Assert.True(bar.Bottom > bar.Zero);
    }

    [Fact]
    public void A_row_that_stays_past_its_timer_ends_below_the_zero_line()
    {
        Scene scene = Of(new RunScript().Whole().Wait(58_900).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null), 650);
        TimeWaitShape bar = Assert.Single(scene.TimeWaits);
        Assert.True(bar.Zero < bar.Bottom);
        Assert.StartsWith("Removed after 6", bar.GoneLabel?.Text);
    }

    [Fact]
    public void A_destroyed_TIME_WAIT_says_so_and_how_long_it_was()
    {
        RunScript script = new RunScript().Whole().Wait(1000);
        script.Add(
            new CallEvent
            {
                Host = "server",
                Source = EvidenceSource.Call,
                Socket = "tw",
                Call = "SOCK_DESTROY",
                Args = new(),
                Local = RunScript.ServerEnd,
                Remote = RunScript.ClientEnd,
            },
            0.1
        );
        TimeWaitShape bar = Assert.Single(Of(script.Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null), 1000).TimeWaits);
        Assert.StartsWith("Destroyed after 3", bar.GoneLabel?.Text);
    }

    [Fact]
    public void The_kernel_s_own_timer_is_named_not_a_fixed_minute()
    {
        RunScript script = new RunScript().Whole();
        script.Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.TimeWait, timer: 20);
        Assert.StartsWith("23 s", Assert.Single(Of(script, 1000).TimeWaits).Sub.Text);
    }

    [Fact]
    public void Losses_and_disagreements_stand_beside_the_lifeline_at_their_time()
    {
        RunScript script = new RunScript()
            .StartListener()
            .Connect()
            .Add(
                new GapEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Capture,
                    Lost = 12,
                    Reason = new("test"),
                },
                1
            );
        script.Add(
            new StateEvent
            {
                Host = "server",
                Source = EvidenceSource.Diag,
                Socket = new(RunScript.ServerEnd, RunScript.ClientEnd),
                From = TcpState.Established,
                To = null,
            },
            100
        );
        script
            .Row("server", RunScript.ServerEnd, RunScript.ClientEnd, TcpState.Established, 900)
            .Add(
                new NoteEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Message = new("test"),
                },
                0
            )
            .Wait(2000)
            .Add(
                new NoteEvent
                {
                    Host = "server",
                    Source = EvidenceSource.Agent,
                    Message = new("test"),
                },
                0
            );
        Scene scene = Of(script, 1000);
        Assert.Equal(["12 lost (capture)", "≠ proc: ESTAB"], scene.Remarks.Select(r => r.Label.Text));
        Assert.All(scene.Remarks, r => Assert.Equal(scene.Lanes[1].X, r.X));
        Assert.True(scene.Remarks[0].Y < scene.Remarks[1].Y);
    }

    [Fact]
    public void A_row_that_goes_before_its_timer_has_no_slack()
    {
        TimeWaitShape bar = Assert.Single(Of(new RunScript().Whole().Wait(3000).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null), 650).TimeWaits);
        Assert.Null(bar.Zero);
        Assert.NotNull(bar.GoneLabel);
    }

    [Fact]
    public void Sixty_seconds_and_two_hundred_microseconds_both_read_well()
    {
        Scene scene = Of(new RunScript().Whole().Wait(58_900).Row("server", RunScript.ServerEnd, RunScript.ClientEnd, null).Wait(1000).Rebind(2), 650);
        Assert.InRange(scene.Height, 500, 1400);
        Assert.All(scene.Arrows, a => Assert.True(a.Y2 - a.Y1 >= 10));
    }

    [Fact]
    public void A_picture_that_grows_keeps_what_it_has()
    {
        var script = new RunScript().StartListener().Connect();
        Scene before = Of(script, 650);
        Scene after = Of(script.Close().Rebind(errno: "EADDRINUSE"), 650);
        Assert.Equal(before.Calls.Select(c => c.Y), after.Calls.Take(before.Calls.Count).Select(c => c.Y));
    }

    [Theory]
    [InlineData(340), InlineData(390), InlineData(613), InlineData(660), InlineData(1600)]
    public void A_failed_call_names_its_error_at_every_width(double width)
    {
        foreach (string errno in Errors)
        {
            CallShape connect = Assert.Single(
                Of(
                    new RunScript().Call("client", "cfd", "connect", RunScript.Bind(RunScript.ServerEnd), us: 900, errno: errno, remote: RunScript.ServerEnd),
                    width
                ).Calls
            );
            Assert.Contains(errno, connect.Text.Text + connect.Error?.Text);
        }
    }

    [Fact]
    public void A_lost_segment_ends_on_its_way()
    {
        Scene scene = Of(
            new RunScript().Call("client", "cfd", "connect", RunScript.Bind(RunScript.ServerEnd), us: 1e6, errno: "ETIMEDOUT", remote: RunScript.ServerEnd),
            650
        );
        ArrowShape syn = Assert.Single(scene.Arrows);
        Assert.InRange(syn.X2, syn.X1, scene.Lanes[1].X - 20);
    }

    private static Scene Of(RunScript script, double width) => DiagramLayout.Draw(Timeline.Fold(script.Header, script.Events), width);
}
