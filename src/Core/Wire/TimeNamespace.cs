using System.Globalization;

namespace ReuseAddrDashboard.Core.Wire;

/// <summary>How far a program's CLOCK_MONOTONIC is ahead of its kernel's (time_namespaces(7)).</summary>
public static class TimeNamespace
{
    /// <summary>Tells it; absent in a kernel without CONFIG_TIME_NS.</summary>
    public const string File = "/proc/self/timens_offsets";

    /// <summary>
    /// Nanoseconds by the file's lines, <c>monotonic 5000 0</c>: seconds, which may be negative, and nanoseconds to add. 0 where it does not say.
    /// </summary>
    public static long MonotonicOffset(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            if (
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["monotonic", var seconds, var nanoseconds]
                && int.TryParse(seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int s)
                && uint.TryParse(nanoseconds, NumberStyles.None, CultureInfo.InvariantCulture, out uint n)
            )
            {
                return s * 1_000_000_000L + n;
            }
        }
        return 0;
    }
}
