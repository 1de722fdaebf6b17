using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Tests.Diagram;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Lab;

public sealed class LabStoreTests
{
    private readonly RunScript _script = new RunScript().Whole();
    private readonly FakeTimeProvider _time = new();
    private readonly LabStore _store;

    public LabStoreTests() => _store = new LabStore(_time);

    private string Run => _script.Header.Id;

    private long LastSeq() => _store.Has.Events.GetValueOrDefault(_store.ViewOf(null).Run?.Header.Id ?? "");

    [Fact]
    public void Drops_what_it_has_and_takes_what_is_new()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        Assert.True(_store.Apply(new RunBatch(Run, [.. _script.Events.Skip(2).Take(6)])));
        Assert.Equal(8, LastSeq());
    }

    [Fact]
    public void What_lies_behind_a_hole_is_not_taken_and_said_to_be_missing()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        Assert.False(_store.Apply(new RunBatch(Run, [.. _script.Events.Skip(8).Take(4)])));
        Assert.Equal(5, LastSeq());
        Assert.Equal(5, _store.Has.Events[Run]);
    }

    [Fact]
    public void What_changed_in_the_lab_is_put_into_the_state_it_has()
    {
        LabState first = Labs.State(_script);
        LabNow busy = LabNow.Between(first, first with { Version = first.Version + 1, Runs = [first.Runs[0] with { Busy = true }] })!;
        _store.Apply(busy);
        Assert.Null(_store.State);
        _store.Apply(first);
        _store.Apply(busy);
        Assert.Equal((first.Version + 1, true), (_store.State!.Version, _store.ViewOf(null).Run!.Busy));
        Assert.True(_store.CanWait);
        Assert.Same(first.Runs[0].Header, _store.ViewOf(null).Run!.Header);
    }

    [Fact]
    public void Says_how_much_has_come_of_a_long_log()
    {
        _store.Apply(Labs.Snapshot(_script, 0));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(5)], 5_000));
        Assert.Equal((0, 5_000), _store.ViewOf(null).Loading);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((5, 5_000), _store.ViewOf(null).Loading);
        _store.Apply(new RunBatch(Run, [_script.Events[5]], 6));
        _store.Apply(Labs.State(null, 8));
        Assert.Null(_store.ViewOf(null).Loading);
    }

    [Fact]
    public void A_long_log_is_shown_once_it_is_whole_and_its_progress_meanwhile()
    {
        LongRuns run = LongRuns.Transfer(10_000);
        _store.Apply(Labs.State(null) with { Runs = [new OpenRun(run.Header)] });
        List<(long Have, long Total)?> told = [];
        HashSet<Timeline> shown = new(ReferenceEqualityComparer.Instance);
        _store.Changed += Look;
        foreach (RunEvent[] piece in run.Events.Chunk(200))
        {
            Assert.True(_store.Apply(new RunBatch(run.Header.Id, piece, run.Events.Count)));
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
        Assert.Equal(run.Events.Count, _store.ViewOf(null).Timeline!.Arrows.Max(a => a.Seqs[0]) + 2);
        Assert.Null(_store.ViewOf(null).Loading);
        // Before the first event, and with the last piece or two.
        Assert.InRange(shown.Count, 2, 3);
        int before = shown.Count;
        Assert.InRange(told.Distinct().Count(), 8, 16);

        // What comes then is folded and shown at once.
        _store.Apply(new RunBatch(run.Header.Id, [run.Events[^1] with { Seq = run.Events.Count + 1 }]));
        Look();
        Assert.Equal(before + 1, shown.Count);

        void Look()
        {
            LabView view = _store.ViewOf(null);
            told.Add(view.Loading);
            shown.Add(view.Timeline!);
        }
    }

    [Fact]
    public void Keeps_events_that_come_before_their_run_is_announced()
    {
        _store.Apply(Labs.Snapshot(null));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(3)]));
        Assert.Null(_store.ViewOf(null).Timeline);
        _store.Apply(Labs.State(_script, version: 2));
        Assert.Equal(3, LastSeq());
    }

    [Fact]
    public void A_late_state_is_no_news()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(Labs.State(null, version: 0));
        Assert.NotNull(_store.ViewOf(null).Timeline);
    }

    [Fact]
    public void A_run_that_was_put_away_leaves_no_event_behind()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(Labs.State(null, version: 9));
        Assert.Equal(0, LastSeq());
        Assert.Null(_store.ViewOf(null).Timeline);
    }

    [Fact]
    public void The_runs_clock_goes_on_between_messages()
    {
        _store.Apply(Labs.Snapshot(_script, 5, runTime: 4_000_000_000));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(6_000_000_000, _store.ViewOf(null).Clock.Now(_time));
    }

    [Fact]
    public void Tells_of_each_change_once()
    {
        _store.Apply(Labs.Snapshot(_script, 4));
        int changes = 0;
        _store.Changed += () => changes++;
        _store.Apply(new RunBatch(Run, [_script.Events[4]]));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(5)]));
        _store.SetLink(LinkStatus.Live);
        _store.SetLink(LinkStatus.Live);
        Assert.Equal(2, changes);
    }

    [Fact]
    public void Keeps_the_logs_of_all_open_runs_and_gives_each_page_the_one_that_it_chose_or_the_newest()
    {
        RunHeader first = _script.Header,
            second = first with { Id = "20261123-004024-bbbbbb" };
        LabState both = Labs.State(null) with { Runs = [new OpenRun(first) { Now = 5 }, new OpenRun(second) { Now = 7 }] };
        _store.Apply(new Joined(both, [], [new RunBatch(first.Id, [.. _script.Events.Take(4)]), new RunBatch(second.Id, [.. _script.Events.Take(2)])]));
        Assert.Equal((second.Id, 2, 7L), Shown(null));
        Assert.Equal((first.Id, 4, 5L), Shown(first.Id));
        _store.Apply(new RunBatch(first.Id, [_script.Events[4]]));
        Assert.Equal((second.Id, 2, 7L), Shown(null));
        Assert.Equal((first.Id, 5, 5L), Shown(first.Id));
        Assert.False(_store.Apply(new RunBatch(second.Id, [_script.Events[4]])));
        _store.Apply(both with { Version = 2, Runs = [both.Runs[1]] });
        Assert.Equal((second.Id, 2, 7L), Shown(first.Id));

        (string, int, long) Shown(string? chosen) =>
            _store.ViewOf(chosen) is var view ? (view.Run!.Header.Id, (int)_store.Has.Events[view.Run.Header.Id], view.Clock.RunTime) : default;
    }

    [Fact]
    public void A_run_that_was_opened_here_is_shown_as_soon_as_it_is_announced()
    {
        RunHeader first = _script.Header,
            second = first with { Id = "20261123-004024-bbbbbb" };
        _store.Apply(Labs.State(_script));
        Assert.Equal(first.Id, _store.ViewOf(second.Id).Run!.Header.Id);
        _store.Apply(Labs.State(null, 2) with { Runs = [new OpenRun(second), new OpenRun(first)] });
        Assert.Equal(second.Id, _store.ViewOf(second.Id).Run!.Header.Id);
    }

    [Fact]
    public void What_another_process_of_the_dashboard_says_takes_the_place_of_all_before()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(Labs.State(_script, version: 0) with { Server = "another" });
        Assert.Equal((0, "another"), (LastSeq(), _store.Has.Server));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(3)]));
        Assert.Equal(3, LastSeq());
    }
}
