using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>What the person at the terminal reads: one address to open.</summary>
internal static partial class StartMessage
{
    public static void Print(WebApplication app, DashboardOptions options)
    {
        string[] urls = [.. app.Urls.Where(u => !u.StartsWith("http://unix:", StringComparison.Ordinal))];
        foreach (string url in urls.Where(u => !DashboardOptionsReader.IsLoopback(u)))
            ReachableByOthers(app.Logger, url);
        Console.WriteLine($"\n  Open {urls.FirstOrDefault() ?? options.Urls[0]}\n");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Url} can be reached by other machines, and whoever reaches it can drive the lab: there is no access control")]
    private static partial void ReachableByOthers(Microsoft.Extensions.Logging.ILogger logger, string url);
}
