using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using ReuseAddrDashboard.Server.Labs;

namespace ReuseAddrDashboard.Server.Tests.Labs;

public sealed class OnceASecondTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<int> _made = Channel.CreateUnbounded<int>();
    private readonly CancellationTokenSource _stop = new();
    private int _count;

    [Fact]
    public async Task Attempts_begin_a_second_apart_until_one_is_enough()
    {
        Task<TryingEnd> trying = Try(_ => _count == 4);
        for (int i = 1; i < 4; i++)
        {
            Assert.Equal(i, await Next());
            _time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.False(_made.Reader.TryRead(out _));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(4, await Next());
        Assert.Equal(TryingEnd.Enough, await trying);
    }

    [Fact]
    public async Task An_attempt_that_takes_longer_leaves_out_what_it_has_missed()
    {
        Task<TryingEnd> trying = Try(n =>
        {
            if (n == 1)
                _time.Advance(TimeSpan.FromSeconds(2.5));
            return n == 2;
        });
        Assert.Equal(1, await Next());
        _time.Advance(TimeSpan.FromSeconds(0.4));
        Assert.False(_made.Reader.TryRead(out _));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TryingEnd.Enough, await trying);
    }

    [Fact]
    public async Task The_limit_ends_it()
    {
        Task<TryingEnd> trying = Try(_ => false);
        for (int i = 1; i <= 71; i++)
        {
            Assert.Equal(i, await Next());
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(TryingEnd.Late, await trying);
        Assert.Equal(71, _count);
    }

    [Fact]
    public async Task It_is_stopped_between_two_attempts()
    {
        Task<TryingEnd> trying = Try(_ => false);
        Assert.Equal(1, await Next());
        await _stop.CancelAsync();
        Assert.Equal(TryingEnd.Stopped, await trying);
        Assert.Equal(1, _count);
    }

    private Task<TryingEnd> Try(Func<int, bool> enough) => OnceASecond.Try(() =>
    {
        bool done = enough(++_count);
        _made.Writer.TryWrite(_count);
        return Task.FromResult(done);
    }, TimeSpan.FromSeconds(70), _time, _stop.Token);

    private async Task<int> Next() => await _made.Reader.ReadAsync(TestContext.Current.CancellationToken);
}
