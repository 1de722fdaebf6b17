using System.Globalization;
using System.Net;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>What the person at the terminal reads: one address to open.</summary>
internal static partial class StartMessage
{
    public static void Print(WebApplication app, DashboardOptions options)
    {
        string[] urls = [.. app.Urls.Where(u => !u.StartsWith("http://unix:", StringComparison.Ordinal))];
        string first = urls.FirstOrDefault() ?? Settings.DefaultUrl;
        foreach (string url in urls.Where(u => !ListenAddress.IsLoopback(u)))
            ReachableByOthers(app.Logger, url);
        if (app.Services.GetRequiredService<DataDirectory>() is { IsOpenToOthers: true } data)
            OpenToOthers(app.Logger, data.Path);
        Console.WriteLine($"\n  Open {ToOpen(first)}\n");
        if (options.Hosts != LocalHostsMode.None)
            return;
        Console.WriteLine("  Each host joins with its own key; take the file there:");
        foreach ((string role, string file) in app.Services.GetRequiredService<AgentKeys>().Files)
            Console.WriteLine($"    reuseaddr-agent --dashboard {first} --name {role} --key-file {file}");
        Console.WriteLine();
    }

    /// <summary>Where a browser of this machine finds it: the wildcard address is one to listen on and none to open.</summary>
    public static string ToOpen(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
        && IPAddress.TryParse(uri.IdnHost, out IPAddress? address)
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? $"{uri.Scheme}://localhost:{uri.Port.ToString(CultureInfo.InvariantCulture)}"
            : url;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Url} can be reached by other machines, and whoever reaches it can drive the lab: there is no access control"
    )]
    private static partial void ReachableByOthers(Microsoft.Extensions.Logging.ILogger logger, string url);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Directory} belongs to another user and others may enter it: they may read what was captured, and lock the database. Give this user a directory of its own with --data"
    )]
    private static partial void OpenToOthers(Microsoft.Extensions.Logging.ILogger logger, string directory);
}
