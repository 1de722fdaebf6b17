namespace ReuseAddrDashboard.Core.Wire;

/// <summary>What the Server and <c>reuseaddr-agent pair</c>, which keeps the two hosts of this machine, agree on.</summary>
public static class LocalPairContract
{
    /// <summary>The private directory's name is this, the Server's process id, a hyphen and a random part.</summary>
    public const string DirectoryPrefix = "reuseaddr-dashboard-";

    /// <summary>The Unix socket in the private directory on which the Server listens for the agents.</summary>
    public const string SocketFile = "agents.sock";

    /// <summary>Locked by the Server as long as it lives.</summary>
    public const string OwnerFile = "owner.lock";

    /// <summary>The keeper's exit code when the kernel refuses the namespaces; the last line on its stderr says which call and why.</summary>
    public const int ExitNoNamespaces = 3;

    /// <summary>Before each line of the keeper's own on stderr; what comes without is an agent's.</summary>
    public const string KeeperLine = "reuseaddr-agent pair: ";

    /// <summary>After <see cref="KeeperLine"/> when the kernel refuses the namespaces; the call and the reason follow.</summary>
    public const string Refused = "the kernel refuses the namespaces: ";

    /// <summary>The one line on the keeper's stdout once both agents are started: this and the mode.</summary>
    public const string Ready = "ready ";

    public const string Namespaces = "namespaces";
    public const string Loopback = "loopback";

    /// <summary>Addresses of the two hosts in namespaces, joined by a veth pair whose ends are both <see cref="Interface"/>.</summary>
    public const string ClientAddress = "192.168.122.177";
    public const string ServerAddress = "192.168.122.68";
    public const int PrefixLength = 24;
    public const string Interface = "eth0";

    /// <summary>Addresses of the two hosts on loopback.</summary>
    public const string LoopbackClient = "127.0.0.2";
    public const string LoopbackServer = "127.0.0.1";
}
