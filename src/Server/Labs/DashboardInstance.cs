using System.Security.Cryptography;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>Names this process of the dashboard, so that a browser can tell it from the one before.</summary>
internal static class DashboardInstance
{
    public static string Id { get; } = RandomNumberGenerator.GetHexString(12, lowercase: true);
}
