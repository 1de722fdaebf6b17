namespace ReuseAddrDashboard.Server.Labs;

internal static class TimeStamps
{
    /// <summary>The provider's monotonic clock in nanoseconds: on Linux TimeProvider.System counts CLOCK_MONOTONIC, the agents' own clock.</summary>
    public static long Nanoseconds(TimeProvider time) => (long)((Int128)time.GetTimestamp() * 1_000_000_000 / time.TimestampFrequency);
}
