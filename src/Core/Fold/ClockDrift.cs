namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Clocks of two machines do not run alike: what was known of them is worth less with time.</summary>
public static class ClockDrift
{
    // 20 parts in a million: what quartz clocks of computers usually keep to. While a time service sets a clock right it runs by more (ntp_adjtime(2): 500).
    private const long Divisor = 50_000;

    /// <summary>By how many nanoseconds two clocks may come apart in so many, whichever of two times is the later. Rounded up.</summary>
    public static long Over(long nanoseconds) => (Math.Abs(nanoseconds) + Divisor - 1) / Divisor;
}
