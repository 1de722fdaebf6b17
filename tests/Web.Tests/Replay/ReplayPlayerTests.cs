using CsCheck;
using ReuseAddrDashboard.Components.Replay;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Replay;

public sealed class ReplayPlayerTests
{
    private readonly ReplayPlayer _player = new(ReplayAxisTests.Real());

    private ReplayAxis Axis => _player.Axis;

    [Fact]
    public void It_begins_at_the_end_and_plays_from_the_begin()
    {
        Assert.Equal((Axis.End, 1.0, false), (_player.Cursor, _player.Place, _player.Playing));
        Assert.False(_player.Advance(TimeSpan.FromSeconds(1)));
        _player.Toggle();
        Assert.Equal((Axis.Begin, true), (_player.Cursor, _player.Playing));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(50)]
    public void It_plays_as_long_as_its_line_and_stops_at_the_end(double speed)
    {
        _player.Choose(speed);
        _player.Toggle();
        TimeSpan frame = TimeSpan.FromMilliseconds(16),
            played = TimeSpan.Zero;
        long last = _player.Cursor;
        while (_player.Playing)
        {
            Assert.True(_player.Advance(frame));
            Assert.True(_player.Cursor >= last);
            last = _player.Cursor;
            played += frame;
        }
        Assert.Equal((Axis.End, 1.0), (_player.Cursor, _player.Place));
        Assert.InRange(played - Axis.Lasts / speed, TimeSpan.FromMilliseconds(-1), frame * 1.1);
    }

    [Fact]
    public void What_a_hidden_page_missed_is_not_made_up_for()
    {
        _player.Toggle();
        _player.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Axis.MomentAt(Axis.Way(ReplayPlayer.LongestFrame, 1)), _player.Cursor);
    }

    [Fact]
    public void A_hand_stops_it()
    {
        _player.Toggle();
        _player.Step(StopKind.Call, forward: true);
        Assert.Equal(
            (Axis.Stops(StopKind.Call)[0] > Axis.Begin ? Axis.Stops(StopKind.Call)[0] : Axis.Stops(StopKind.Call)[1], false),
            (_player.Cursor, _player.Playing)
        );
        _player.Toggle();
        _player.Drag(0.5);
        Assert.Equal((0.5, false), (_player.Place, _player.Playing));
        _player.Toggle();
        _player.Pause();
        Assert.False(_player.Playing);
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.3, 0.2)]
    [InlineData(1, 1)]
    [InlineData(1e9, 50)]
    public void A_speed_is_one_that_there_is(double asked, double chosen)
    {
        _player.Choose(asked);
        Assert.Equal(chosen, _player.Speed);
    }

    [Fact]
    public void Whatever_a_hand_does_it_stays_within_the_run() =>
        Gen.Select(Gen.Int[0, 5], Gen.Long, Gen.Double)
            .List[1, 60]
            .Sample(hands =>
            {
                var player = new ReplayPlayer(ReplayAxisTests.Real());
                foreach ((int what, long t, double place) in hands)
                {
                    switch (what)
                    {
                        case 0:
                            player.Go(t);
                            break;
                        case 1:
                            player.Drag(place);
                            break;
                        case 2:
                            player.Toggle();
                            break;
                        case 3:
                            player.Advance(TimeSpan.FromTicks(Math.Abs(t % 10_000_000)));
                            break;
                        default:
                            player.Step((StopKind)(Math.Abs(t % 5)), forward: what == 4);
                            break;
                    }
                    Assert.InRange(player.Cursor, player.Axis.Begin, player.Axis.End);
                    Assert.InRange(player.Place, 0, 1);
                    Assert.False(player.Playing && player.AtEnd);
                }
            });
}
