namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What the Server and <c>reuseaddr-agent local-hosts</c>, which keeps the hosts of this machine, agree on.</summary>
public static class LocalHostsContract
{
    /// <summary>The agent's subcommand.</summary>
    public const string Command = "local-hosts";

    /// <summary>The private directory's name is this, the Server's process id, a hyphen and a random part.</summary>
    public const string DirectoryPrefix = "reuseaddr-dashboard-";

    /// <summary>The Unix socket in the private directory on which the Server listens for the agents.</summary>
    public const string SocketFile = "agents.sock";

    /// <summary>Locked by the Server as long as it lives.</summary>
    public const string OwnerFile = "owner.lock";

    /// <summary>The subcommand's exit code when the kernel refuses the namespaces; the last line on its stderr says which call and why.</summary>
    public const int ExitNoNamespaces = 3;

    /// <summary>Before each line of the subcommand's own on stderr; what comes without is an agent's.</summary>
    public const string OwnLine = "reuseaddr-agent local-hosts: ";

    /// <summary>After <see cref="OwnLine"/> when the kernel refuses the namespaces; the call and the reason follow.</summary>
    public const string Refused = "the kernel refuses the namespaces: ";

    /// <summary>The one line on the subcommand's stdout once all agents are started: this and the mode.</summary>
    public const string Ready = "ready ";

    /// <summary>The mode of two network namespaces, as the subcommand is told it and tells it.</summary>
    public const string Namespaces = "namespaces";

    /// <summary>The mode of two loopback addresses.</summary>
    public const string Loopback = "loopback";

    /// <summary>
    /// The mode, between dashboard and starter, of two network namespaces in a user namespace, which <see cref="UserNamespaceWrapper"/> makes.
    /// </summary>
    public const string UserNamespace = "user-namespace";

    /// <summary>
    /// A process with more than one thread cannot enter a user namespace, and .NET has several from the start: so another program does it first.
    /// </summary>
    public static IReadOnlyList<string> UserNamespaceWrapper { get; } = ["unshare", "--user", "--map-root-user", "--"];

    /// <summary>
    /// The agent's subcommand that a dashboard with capabilities becomes, to become itself once more without: <see cref="LeaveStarter"/>,
    /// <see cref="KeepLowPorts"/>, <see cref="Reads"/>=PATH and
    /// <see cref="Writes"/>=DIRECTORY any number of times, <see cref="ProgramFollows"/>, the program's file, its name and its arguments.
    /// </summary>
    public const string ConfinedCommand = "confined";

    /// <summary>Options of <see cref="ConfinedCommand"/>.</summary>
    public const string LeaveStarter = "--starter",
        KeepLowPorts = "--low-ports",
        Reads = "--reads",
        Writes = "--writes",
        ProgramFollows = "--";

    /// <summary>
    /// Set for a program that has given its rights away: the starter's process id and the descriptors of its standard input, output and error, or
    /// <see cref="NoStarter"/>.
    /// </summary>
    public const string StarterVariable = "REUSEADDR_STARTER";

    /// <summary>There is none, because none was wanted.</summary>
    public const string NoStarter = "none";

    /// <summary>The agent's subcommand that starts <see cref="Command"/> for a dashboard that may not.</summary>
    public const string StarterCommand = "local-hosts-starter";

    /// <summary>What the starter is told, a line each; the first with the mode and the private directory, separated by tabs.</summary>
    public const string StartHosts = "start",
        EndHosts = "end",
        KillHosts = "kill";

    /// <summary>What the starter says on its stdout, with the process id and the exit code; <see cref="Ended"/> on its stderr as well.</summary>
    public const string Started = "started ",
        Ended = "ended ";

    /// <summary>Prefix lengths of the networks that the hosts in namespaces share.</summary>
    public const int PrefixLength = 24,
        V6PrefixLength = 64;

    /// <summary>The hosts in namespaces, joined by a veth pair whose ends have one name.</summary>
    public static IReadOnlyList<LocalHostAddresses> InNamespaces { get; } =
    [
        new("client", "eth0", "192.168.122.177", "192.168.122.178", "fd00:192:168:122::177"),
        new("server", "eth0", "192.168.122.68", "192.168.122.69", "fd00:192:168:122::68"),
    ];

    /// <summary>
    /// The hosts on loopback share a namespace: rows of a wildcard address are told by the last. There is one IPv6 address on lo, so no host has its own.
    /// </summary>
    public static IReadOnlyList<LocalHostAddresses> OnLoopback { get; } =
    [new("client", "lo", "127.0.0.2", "127.0.0.4", null), new("server", "lo", "127.0.0.1", "127.0.0.3", null)];
}

/// <param name="Name">The host's role in the lab.</param>
/// <param name="Interface">The interface that has its addresses.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Second">Its second IPv4 address.</param>
/// <param name="V6">Its IPv6 address; null for none.</param>
public sealed record LocalHostAddresses(string Name, string Interface, string Address, string Second, string? V6);
