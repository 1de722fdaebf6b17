using System.Globalization;
using System.Security.Cryptography;

namespace ReuseAddrDashboard.Server.Labs;

internal static class RunIds
{
    /// <summary>A new run's id: the UTC second it began and the 4096th of it, so that ids sort by time, and 12 random bits.</summary>
    public static string New(DateTimeOffset began) =>
        began.UtcDateTime.ToString("yyyyMMdd-HHmmss-", CultureInfo.InvariantCulture)
        + (began.Ticks % TimeSpan.TicksPerSecond * 4096 / TimeSpan.TicksPerSecond).ToString("x3", CultureInfo.InvariantCulture)
        + RandomNumberGenerator.GetHexString(3, lowercase: true);
}
