namespace ReuseAddrDashboard.Server.Labs;

internal static class Spans
{
    public static long Nanoseconds(this TimeSpan span) => (long)span.TotalNanoseconds;
}
