namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>
/// CLOCK_MONOTONIC minus another clock of the same machine that can only be asked. Each answer was made between asking and hearing it, which bounds the
/// difference from both sides; the bounds of all answers together are far narrower than one round trip. Both clocks must run at the same rate.
/// </summary>
internal sealed class ClockOffset
{
    private long _least = long.MinValue,
        _most = long.MaxValue;

    /// <summary>In the middle of the bounds, nanoseconds.</summary>
    public long Value =>
        _least <= _most
            ? _least + (_most - _least) / 2
            : throw new InvalidOperationException($"The clocks do not run alike: their difference moved by {_least - _most} ns.");

    /// <summary>How far <see cref="Value"/> may be off, nanoseconds.</summary>
    public long Uncertainty => (_most - _least) / 2;

    /// <param name="before">CLOCK_MONOTONIC before asking.</param>
    /// <param name="answer">The other clock's time, nanoseconds.</param>
    /// <param name="after">CLOCK_MONOTONIC after hearing the answer.</param>
    /// <param name="coarseness">The other clock may be behind or ahead of what it should read by this.</param>
    public void Add(long before, long answer, long after, long coarseness = 0)
    {
        _least = Math.Max(_least, before - answer - coarseness);
        _most = Math.Min(_most, after - answer + coarseness);
    }
}
