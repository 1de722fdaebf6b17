using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests;
using ReuseAddrDashboard.Web.Lab;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Lab;

public sealed class LabStoreTests
{
    private readonly RunScript _script = new RunScript().Whole();
    private readonly FakeTimeProvider _time = new();
    private readonly LabStore _store;

    public LabStoreTests() => _store = new LabStore(_time);

    private string Run => _script.Header.Id;

    [Fact]
    public void Drops_what_it_has_and_takes_what_is_new()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Skip(2).Take(6)]));
        Assert.Equal(8, _store.LastSeq);
        Assert.Null(_store.Hole);
    }

    [Fact]
    public void Holds_back_what_lies_behind_a_hole_until_it_is_filled()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Skip(8).Take(4)]));
        Assert.Equal((Run, 5L), _store.Hole);
        Assert.Equal(5, _store.LastSeq);
        _store.Apply(new RunBatch(Run, [.. _script.Events.Skip(5).Take(3)]));
        Assert.Equal(12, _store.LastSeq);
        Assert.Null(_store.Hole);
    }

    [Fact]
    public void Keeps_events_that_come_before_their_run_is_announced()
    {
        _store.Apply(Labs.Snapshot(null));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(3)]));
        Assert.Null(_store.View.Timeline);
        _store.Apply(Labs.State(_script, version: 2));
        Assert.Equal(3, _store.LastSeq);
    }

    [Fact]
    public void Keeps_events_that_come_before_the_first_snapshot()
    {
        _store.Apply(new RunBatch(Run, [.. _script.Events.Skip(3).Take(2)]));
        _store.Apply(Labs.Snapshot(_script, 3));
        Assert.Equal(5, _store.LastSeq);
    }

    [Fact]
    public void A_late_state_is_no_news()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(Labs.State(null, version: 0));
        Assert.NotNull(_store.View.Timeline);
    }

    [Fact]
    public void A_run_that_was_put_away_leaves_no_event_behind()
    {
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(Labs.State(null, version: 9));
        Assert.Equal(0, _store.LastSeq);
        Assert.Null(_store.View.Timeline);
    }

    [Fact]
    public void The_runs_clock_goes_on_between_messages()
    {
        _store.Apply(Labs.Snapshot(_script, 5, runTime: 4_000_000_000));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(6_000_000_000, _store.View.Clock.Now(_time));
    }

    [Fact]
    public void Tells_of_each_change_once()
    {
        int changes = 0;
        _store.Changed += () => changes++;
        _store.Apply(Labs.Snapshot(_script, 5));
        _store.Apply(new RunBatch(Run, [.. _script.Events.Take(5)]));
        _store.SetLink(LinkStatus.Live);
        _store.SetLink(LinkStatus.Live);
        Assert.Equal(2, changes);
    }
}
