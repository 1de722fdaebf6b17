using System.Net;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>Reads the options from command line and environment; all errors at once, each naming the key and the fix.</summary>
internal static class DashboardOptionsReader
{
    private const string EnvironmentPrefix = "REUSEADDR_";
    private static readonly string[] Keys = ["urls", "hosts", "data", "allowed-hosts", "log-level"];

    public const string Help = """
        ReuseAddrDashboard: what really happens when a TCP listener is bound again during TIME-WAIT.

        Usage: dotnet run --project src/Server -- [options]

          --urls URL[;URL]        where the page is (default http://127.0.0.1:5080); port 0 takes a free one
          --hosts MODE            auto        two network namespaces of this machine, or loopback where those are not allowed (default)
                                  namespaces  namespaces or nothing
                                  loopback    127.0.0.1 and 127.0.0.2
                                  none        agents of other machines join with reuseaddr-agent --dashboard URL --name client|server
          --data DIRECTORY        where runs are kept (default ~/.local/share/reuseaddr-dashboard)
          --allowed-hosts NAMES   names, separated by commas, by which browsers may call the dashboard beside localhost and addresses
          --log-level LEVEL       Verbose, Debug, Information (default), Warning or Error
          --healthcheck URL       asks a running dashboard's /healthz and exits with 0 when it is well, 1 when not
          --help                  this text
          --version               the version

        Each option may also stand in the environment: REUSEADDR_URLS, REUSEADDR_HOSTS, REUSEADDR_DATA, REUSEADDR_ALLOWED_HOSTS, REUSEADDR_LOG_LEVEL.
        Exit codes: 0 ended when asked to, 1 could not start, 2 wrong options.
        """;

    /// <param name="args">The command line without the program.</param>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    /// <param name="errors">What is wrong; empty when the options can be used.</param>
    public static DashboardOptions Read(IReadOnlyList<string> args, Func<string, string?> environment, out IReadOnlyList<string> errors)
    {
        var faults = new List<string>();
        Dictionary<string, string> given = Given(args, environment, faults);
        var options = new DashboardOptions
        {
            Urls = Urls(given.GetValueOrDefault("urls"), faults),
            Hosts = Word<LocalHostsMode>("hosts", given, faults) ?? LocalHostsMode.Auto,
            Data = Path.GetFullPath(given.GetValueOrDefault("data") is { Length: > 0 } data ? data : DefaultData(environment)),
            AllowedHosts = [.. (given.GetValueOrDefault("allowed-hosts") ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            LogLevel = Word<LogEventLevel>("log-level", given, faults) ?? LogEventLevel.Information,
        };
        foreach (string name in options.AllowedHosts.Where(n => Uri.CheckHostName(n) == UriHostNameType.Unknown))
            faults.Add($"--allowed-hosts: '{name}' is not a host name. Give names without scheme and port, separated by commas.");
        errors = faults;
        return options;
    }

    private static Dictionary<string, string> Given(IReadOnlyList<string> args, Func<string, string?> environment, List<string> faults)
    {
        var given = new Dictionary<string, string>();
        foreach (string key in Keys)
            if (environment(EnvironmentPrefix + key.ToUpperInvariant().Replace('-', '_')) is { Length: > 0 } value)
                given[key] = value;
        // ASPNETCORE_URLS is what container images and hosting tools set.
        if (!given.ContainsKey("urls") && environment("ASPNETCORE_URLS") is { Length: > 0 } urls)
            given["urls"] = urls;
        for (int i = 0; i < args.Count; i++)
        {
            string[] parts = args[i].Split('=', 2);
            string key = parts[0].StartsWith("--", StringComparison.Ordinal) ? parts[0][2..] : "";
            if (!Keys.Contains(key))
                faults.Add($"'{args[i]}' is not an option. There are --{string.Join(", --", Keys)} and --help.");
            else if (parts.Length == 2)
                given[key] = parts[1];
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                given[key] = args[++i];
            else
                faults.Add($"--{key} needs a value: --{key} VALUE.");
        }
        return given;
    }

    private static IReadOnlyList<string> Urls(string? text, List<string> faults)
    {
        string[] urls = (text ?? DashboardOptions.DefaultUrl).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (urls.Length == 0)
            faults.Add("--urls is empty. Give an address such as http://127.0.0.1:5080.");
        foreach (string url in urls)
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0").Replace("://+", "://0.0.0.0"), UriKind.Absolute, out Uri? uri) || uri.Scheme != "http" || uri.PathAndQuery != "/")
                faults.Add($"--urls: '{url}' cannot be listened on. Give http://ADDRESS:PORT, for example http://127.0.0.1:5080 (TLS is a reverse proxy's work).");
        }
        return urls;
    }

    private static T? Word<T>(string key, Dictionary<string, string> given, List<string> faults) where T : struct, Enum
    {
        if (!given.TryGetValue(key, out string? text))
            return null;
        if (Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) && !int.TryParse(text, out _))
            return value;
        faults.Add($"--{key} is '{text}'. It takes one of: {string.Join(", ", Enum.GetNames<T>().Select(n => typeof(T) == typeof(LocalHostsMode) ? n.ToLowerInvariant() : n))}.");
        return null;
    }

    private static string DefaultData(Func<string, string?> environment) =>
        environment("XDG_DATA_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? Path.Combine(xdg, "reuseaddr-dashboard")
        : environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "share", "reuseaddr-dashboard")
        : Path.Combine(Path.GetTempPath(), $"reuseaddr-dashboard-{Environment.UserName}");

    /// <summary>True when the address is reached from this machine only.</summary>
    public static bool IsLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && (uri.IsLoopback || IPAddress.TryParse(uri.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
