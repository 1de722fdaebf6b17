using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Components.Shell;
using Xunit;

namespace ReuseAddrDashboard.Web.Tests.Shell;

public sealed class FramePaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Queue<TaskCompletionSource> _frames = [];
    private TimeSpan _takes;
    private int _drawn;
    private Action _while = () => { };

    [Fact]
    public void However_often_it_is_asked_one_frame_has_one_drawing()
    {
        FramePace pace = Pace();
        for (int i = 0; i < 5; i++)
            _ = pace.Ask();
        Assert.Equal(0, _drawn);

        Frame();
        Assert.Equal(1, _drawn);
        Assert.Empty(_frames);
    }

    [Fact]
    public void A_quick_drawing_is_followed_in_the_next_frame()
    {
        FramePace pace = Pace();
        _takes = FramePace.Quick;
        _ = pace.Ask();
        Frame();
        _ = pace.Ask();
        Frame();
        Assert.Equal(2, _drawn);
    }

    [Fact]
    public void A_long_drawing_rests_as_long_as_it_took()
    {
        FramePace pace = Pace();
        _takes = TimeSpan.FromMilliseconds(400);
        _ = pace.Ask();
        Frame();
        _ = pace.Ask();
        _time.Advance(TimeSpan.FromMilliseconds(399));
        Assert.Empty(_frames);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Frame();
        Assert.Equal(2, _drawn);
    }

    [Fact]
    public void What_can_wait_is_drawn_with_what_cannot_or_a_moment_later()
    {
        FramePace pace = Pace();
        _ = pace.Ask(canWait: true);
        Assert.Empty(_frames);
        _ = pace.Ask();
        Frame();
        Assert.Equal(1, _drawn);

        _ = pace.Ask(canWait: true);
        _time.Advance(FramePace.Patience - TimeSpan.FromMilliseconds(1));
        _ = pace.Ask(canWait: true);
        Assert.Empty(_frames);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Frame();
        Assert.Equal(2, _drawn);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_frames);
    }

    [Fact]
    public void What_comes_while_it_draws_is_not_lost()
    {
        FramePace pace = Pace();
        _takes = FramePace.Quick;
        bool once = true;
        _while = () =>
        {
            if (once)
                _ = pace.Ask(canWait: true);
            once = false;
        };
        _ = pace.Ask();
        Frame();
        Assert.Empty(_frames);
        _time.Advance(FramePace.Patience);
        Frame();
        Assert.Equal(2, _drawn);
    }

    [Fact]
    public async Task A_page_that_cannot_wait_for_a_frame_may_ask_again()
    {
        bool broken = true;
        var pace = new FramePace(() => broken ? Task.FromException(new InvalidOperationException()) : Task.CompletedTask, () => _drawn++, _time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pace.Ask());
        broken = false;
        await pace.Ask();
        Assert.Equal(1, _drawn);
    }

    private FramePace Pace() => new(NextFrame, Draw, _time);

    private Task NextFrame()
    {
        var frame = new TaskCompletionSource();
        _frames.Enqueue(frame);
        return frame.Task;
    }

    private void Frame() => _frames.Dequeue().SetResult();

    private void Draw()
    {
        _drawn++;
        _while();
        _time.Advance(_takes);
    }
}
