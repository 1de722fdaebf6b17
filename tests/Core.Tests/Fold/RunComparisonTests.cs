using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Tests;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Fold;

public sealed class RunComparisonTests
{
    private static Timeline Of(RunScript run) => Timeline.Fold(run.Header, run.Events);

    [Fact]
    public void A_run_does_not_differ_from_itself()
    {
        Timeline run = Of(new RunScript().Whole());
        RunComparison same = RunComparison.Of(run, run);
        Assert.Empty(same.Values);
        Assert.Empty(same.Script);
        Assert.Null(same.First);
    }

    [Fact]
    public void The_article_s_two_runs_differ_in_what_bind_returned_and_in_the_options_that_were_set()
    {
        RunComparison two = RunComparison.Of(Of(new RunScript().Whole()), Of(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole()));
        Assert.Equal(["listenerReuseAddr", "rebindReuseAddr"], two.Values);
        Assert.All(two.Script, d => Assert.Equal(DifferenceKind.Call, d.Kind));
        RunDifference first = two.First!;
        Assert.Equal(DifferenceKind.Result, first.Kind);
        Assert.Equal(("bind(rfd)", "EADDRINUSE"), (first.Left!.What, first.Left.Outcome));
        Assert.Equal(("bind(rfd)", "ok"), (first.Right!.What, first.Right.Outcome));
    }

    [Fact]
    public void What_follows_from_a_difference_does_not_come_before_it_however_fast_the_other_run_was()
    {
        Timeline slow = Of(new RunScript { Pause = 300 }.Whole()),
            fast = Of(
                new RunScript
                {
                    ListenerReuseAddr = true,
                    RebindReuseAddr = true,
                    Pause = 1,
                }.Whole()
            );
        Assert.Equal(DifferenceKind.Result, RunComparison.Of(slow, fast).First!.Kind);
        Assert.Equal(DifferenceKind.Result, RunComparison.Of(fast, slow).First!.Kind);
    }

    [Fact]
    public void Turned_round_the_sides_are_turned_round()
    {
        Timeline without = Of(new RunScript().Whole()),
            with = Of(new RunScript { ListenerReuseAddr = true, RebindReuseAddr = true }.Whole());
        RunDifference one = RunComparison.Of(without, with).First!,
            other = RunComparison.Of(with, without).First!;
        Assert.Equal(one.Left, other.Right);
        Assert.Equal(one.Right, other.Left);
    }

    [Fact]
    public void A_step_that_one_of_them_has_not_done_yet_is_no_difference()
    {
        RunComparison two = RunComparison.Of(Of(new RunScript().StartListener().Connect()), Of(new RunScript().StartListener()));
        Assert.Null(two.First);
        Assert.Empty(two.Script);
    }
}
