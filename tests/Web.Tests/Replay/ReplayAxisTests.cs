using CsCheck;
using ReuseAddrDashboard.Components.Replay;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Diagram;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Replay;

public sealed class ReplayAxisTests
{
    private static readonly StopKind[] Kinds = [StopKind.Step, StopKind.Call, StopKind.Segment, StopKind.State, StopKind.Any];

    /// <summary>A run whose calls come after silences of any length.</summary>
    private static readonly Gen<ReplayAxis> Axes = Gen.OneOf(Gen.Long[0, 1_000], Gen.Long[0, 50_000_000], Gen.Long[0, 3_600_000_000_000])
        .List[1, 40]
        .Select(silences =>
        {
            var script = new RunScript();
            long t = 0;
            RunEvent[] log =
            [
                .. silences.Select(
                    (silence, i) =>
                        new CallEvent
                        {
                            Seq = i + 1,
                            T = t += silence,
                            Host = "server",
                            Source = EvidenceSource.Call,
                            Socket = "a",
                            Call = "socket",
                            Args = new() { Family = SocketFamily.Inet },
                            Result = 3,
                        }
                ),
            ];
            return new ReplayAxis(Timeline.Fold(script.Header, log), log);
        });

    [Fact]
    public void A_later_moment_is_never_further_left_and_every_place_leads_back_to_its_moment() =>
        Gen.Select(Axes, Gen.Double.Unit, Gen.Double.Unit)
            .Sample(
                (axis, a, b) =>
                {
                    long one = Between(axis, Math.Min(a, b)),
                        other = Between(axis, Math.Max(a, b));
                    double left = axis.PlaceOf(one),
                        right = axis.PlaceOf(other);
                    Assert.InRange(left, 0, 1);
                    Assert.True(one == other ? left == right : left < right || other - one < 100, $"{one} at {left}, {other} at {right}");
                    Assert.InRange(axis.MomentAt(left) - one, -1, 1);
                    Assert.Equal(axis.MomentAt(a), axis.MomentAt(axis.PlaceOf(axis.MomentAt(a))));
                }
            );

    [Fact]
    public void Every_mark_is_exactly_where_its_place_leads()
    {
        Axes.Sample(axis => Assert.All(axis.Stops(StopKind.Any), t => Assert.Equal(t, axis.MomentAt(axis.PlaceOf(t)))));
    }

    [Fact]
    public void What_is_outside_is_the_end_next_to_it()
    {
        ReplayAxis axis = Real();
        Assert.Equal((0, 0, 1, 1), (axis.PlaceOf(axis.Begin), axis.PlaceOf(long.MinValue), axis.PlaceOf(axis.End), axis.PlaceOf(long.MaxValue)));
        Assert.Equal((axis.Begin, axis.Begin, axis.End), (axis.MomentAt(-3), axis.MomentAt(double.NaN), axis.MomentAt(7)));
    }

    [Fact]
    public void A_minute_of_silence_is_no_longer_than_the_diagram_makes_it()
    {
        var script = new RunScript();
        RunEvent[] log =
        [
            .. ((long[])[0, 1_000_000_000, 61_000_000_000])
                .Select(
                    (t, i) =>
                        new ProgramEvent
                        {
                            Seq = i + 1,
                            T = t,
                            Host = "server",
                            Source = EvidenceSource.Agent,
                            Program = "sv",
                            Instance = 1,
                            Change = ProgramChange.Started,
                            Command = "./sv",
                        }
                )
                .Concat<RunEvent>([
                    new StepEvent
                    {
                        Seq = 4,
                        T = 1_000_000_000,
                        Step = "a",
                        Attempt = 1,
                        Status = StepStatus.Started,
                    },
                    new StepEvent
                    {
                        Seq = 5,
                        T = 61_000_000_000,
                        Step = "b",
                        Attempt = 1,
                        Status = StepStatus.Started,
                    },
                ]),
        ];
        var axis = new ReplayAxis(Timeline.Fold(script.Header, [.. log.Take(3)]), log);
        double second = axis.PlaceOf(1_000_000_000),
            minute = axis.PlaceOf(61_000_000_000) - second;
        Assert.InRange(minute / second, 1.4, 1.7);
        Assert.InRange(axis.Lasts.TotalSeconds, 2.4, 2.7);
    }

    [Fact]
    public void Stepping_on_meets_every_mark_of_its_kind_once_and_stepping_back_the_same()
    {
        ReplayAxis axis = Real();
        Assert.All(
            Kinds,
            kind =>
            {
                List<long> on = [],
                    back = [];
                for (long t = axis.Begin - 1; axis.Next(kind, t) is var next && axis.Stops(kind).Contains(next) && next > t; t = next)
                    on.Add(next);
                for (long t = axis.End + 1; axis.Previous(kind, t) is var before && axis.Stops(kind).Contains(before) && before < t; t = before)
                    back.Add(before);
                Assert.Equal(axis.Stops(kind), on);
                Assert.Equal(axis.Stops(kind), Enumerable.Reverse(back));
                Assert.NotEmpty(on);
            }
        );
        Assert.Equal(axis.End, axis.Next(StopKind.Step, axis.End));
        Assert.Equal(axis.Begin, axis.Previous(StopKind.Step, axis.Begin));
    }

    [Fact]
    public void A_run_of_nothing_still_has_a_line()
    {
        var axis = new ReplayAxis(Timeline.Fold(new RunScript().Header, []), []);
        Assert.True(axis.End > axis.Begin);
        Assert.Equal((0, 1), (axis.PlaceOf(axis.Begin), axis.PlaceOf(axis.End)));
        Assert.Null(axis.StepAt(axis.End));
    }

    [Theory]
    [InlineData("12.345678901", 12_345_678_901L)]
    [InlineData("0", 0L)]
    [InlineData("-0.5", -500_000_000L)]
    [InlineData("", null)]
    [InlineData("NaN", null)]
    [InlineData("1e9", null)]
    [InlineData("999999999999999999999999999999", null)]
    [InlineData("12,5", null)]
    public void An_address_has_seconds_with_a_fraction(string text, long? ns)
    {
        Assert.Equal(ns, ReplayTime.Parse(text));
        if (ns is { } t)
            Assert.Equal(text, ReplayTime.Address(t));
    }

    internal static ReplayAxis Real()
    {
        RunScript script = new RunScript().Whole();
        return new(Timeline.Fold(script.Header, script.Events), script.Events);
    }

    private static long Between(ReplayAxis axis, double share) => axis.Begin + (long)(share * (axis.End - axis.Begin));
}
