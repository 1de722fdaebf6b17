namespace ReuseAddrDashboard.Agent.Kernel;

/// <summary>How far CLOCK_REALTIME is ahead of CLOCK_MONOTONIC: one reading between two of the other.</summary>
/// <param name="At">CLOCK_MONOTONIC after the reading, in nanoseconds.</param>
/// <param name="Offset">REALTIME minus MONOTONIC, in nanoseconds.</param>
/// <param name="Error">Half the time between the two: the offset is right to this.</param>
internal readonly record struct ClockSample(long At, long Offset, long Error)
{
    /// <summary>The tightest of a few: an interrupt may come between the readings.</summary>
    public static unsafe ClockSample Measure()
    {
        ClockSample best = default;
        for (int i = 0; i < 4; i++)
        {
            TimeSpec time;
            long before = KernelClock.Monotonic();
            _ = Libc.ClockGetTime(PacketConstants.CLOCK_REALTIME, &time);
            long after = KernelClock.Monotonic();
            long real = time.Seconds * 1_000_000_000 + time.Nanoseconds,
                error = (after - before + 1) / 2;
            if (i == 0 || error < best.Error)
                best = new(after, real - (before + (after - before) / 2), error);
        }
        return best;
    }
}
