using ReuseAddrDashboard.Agent.Kernel;

namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>
/// Places the kernel's stamps (CLOCK_REALTIME) on CLOCK_MONOTONIC. NTP slews both clocks alike, so their distance stays the same until somebody sets the wall
/// clock:
/// the tightest sample is kept, and one that contradicts it is a step. No clock of its own.
/// </summary>
internal sealed class StampClock(ClockSample first)
{
    /// <summary>Both clocks count in their own fractions of nanoseconds; a smaller step does no harm to anyone.</summary>
    private const long Rounding = 1_000;

    private ClockSample _best = first;
    private long _lastAt = first.At,
        _oldOffset,
        _stepTo = long.MinValue;

    /// <summary>Takes a new sample. Returns by how many nanoseconds the wall clock was set since the last one; null when it was not.</summary>
    public long? Offer(ClockSample sample)
    {
        long step = sample.Offset - _best.Offset;
        long? told = null;
        if (Math.Abs(step) > sample.Error + _best.Error + Rounding)
        {
            (_oldOffset, _stepTo) = (_best.Offset, sample.At);
            _best = sample;
            told = step;
        }
        else if (sample.Error <= _best.Error)
        {
            _best = sample;
        }
        _lastAt = sample.At;
        return told;
    }

    /// <summary>CLOCK_MONOTONIC of a stamp.</summary>
    /// <param name="stamp">CLOCK_REALTIME in nanoseconds.</param>
    /// <param name="after">CLOCK_MONOTONIC not after which it cannot have been: when the packets were last asked for and there were none.</param>
    public long Monotonic(long stamp, long after)
    {
        long now = stamp - _best.Offset,
            before = stamp - _oldOffset;
        // A packet that waited while the clock was set bears the old time: only that puts it between the last empty look and the step.
        bool old = before >= after && before <= _stepTo && _stepTo >= after && (now < after || now > _lastAt);
        return old ? before : now;
    }
}
