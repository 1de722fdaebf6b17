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

/// <summary>The section <c>Dashboard</c> of the configuration. <see cref="Settings"/> says what each key takes.</summary>
internal sealed record DashboardOptions
{
    public const string Section = "Dashboard";

    /// <summary>Which hosts the dashboard makes for itself.</summary>
    public LocalHostsMode Hosts { get; init; }

    /// <summary>The directory in which runs are kept; made when it is not there. Empty for the user's own (<see cref="Read"/>).</summary>
    public string Data { get; init; } = "";

    /// <summary>The directory of the keys with which agents of other machines join; empty for agent-keys in the data directory.</summary>
    public string AgentKeys { get; init; } = "";

    /// <summary>Names, separated by commas, beside localhost, this machine's name and addresses, by which browsers may call the dashboard.</summary>
    public string AllowedHosts { get; init; } = "";

    /// <summary>Directories, separated by colons, with scenarios of one's own, one a file, beside those of the product.</summary>
    public string Scenarios { get; init; } = "";

    public IReadOnlyList<string> AllowedHostNames => Split.Names(AllowedHosts);

    public IReadOnlyList<string> ScenarioDirectories => Split.Directories(Scenarios);

    /// <summary>Reads the section; paths become absolute.</summary>
    public static DashboardOptions Read(IConfiguration configuration)
    {
        DashboardOptions given = configuration.GetSection(Section).Get<DashboardOptions>() ?? new();
        return given with
        {
            Data = Path.GetFullPath(given.Data.Length > 0 ? given.Data : UsersData(configuration)),
            AgentKeys = given.AgentKeys.Length > 0 ? Path.GetFullPath(given.AgentKeys) : "",
        };
    }

    // XDG Base Directory Specification: a path that is not absolute is to be ignored.
    private static string UsersData(IConfiguration configuration) =>
        configuration["XDG_DATA_HOME"] is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? Path.Combine(xdg, "reuseaddr-dashboard")
        : configuration["HOME"] is { Length: > 0 } home ? Path.Combine(home, ".local", "share", "reuseaddr-dashboard")
        : Path.Combine(Path.GetTempPath(), $"reuseaddr-dashboard-{Environment.UserName}");
}
