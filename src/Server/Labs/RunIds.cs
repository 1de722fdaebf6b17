using System.Globalization;
using System.Security.Cryptography;

namespace ReuseAddrDashboard.Server.Labs;

internal static class RunIds
{
    /// <summary>A new run's id: the UTC second it began, so that ids sort by time, and 24 random bits.</summary>
    public static string New(TimeProvider time) =>
        time.GetUtcNow().ToString("yyyyMMdd-HHmmss-", CultureInfo.InvariantCulture) + RandomNumberGenerator.GetHexString(6, lowercase: true);
}
