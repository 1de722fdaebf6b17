namespace ReuseAddrDashboard.Server.Options;

/// <summary>Which hosts the dashboard makes for itself.</summary>
public enum LocalHostsMode
{
    /// <summary>Namespaces where they are allowed, else loopback.</summary>
    Auto,

    /// <summary>Two network namespaces joined by a veth pair; no hosts where that fails.</summary>
    Namespaces,

    /// <summary>127.0.0.1 and 127.0.0.2 of this machine.</summary>
    Loopback,

    /// <summary>None: agents join from elsewhere.</summary>
    None,
}

/// <summary>What the dashboard is started with. Keys are named as on the command line; each also works as REUSEADDR_KEY in the environment.</summary>
public sealed record DashboardOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>--urls: where the page is, addresses separated by semicolons.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [DefaultUrl];

    /// <summary>--hosts: auto, namespaces, loopback or none.</summary>
    public LocalHostsMode Hosts { get; init; }

    /// <summary>--data: the directory in which runs are kept; made when it is not there.</summary>
    public required string Data { get; init; }

    /// <summary>--allowed-hosts: names, beside localhost, this machine's name and addresses, by which browsers may call the dashboard.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>--log-level: Verbose, Debug, Information, Warning or Error.</summary>
    public Serilog.Events.LogEventLevel LogLevel { get; init; } = Serilog.Events.LogEventLevel.Information;
}
