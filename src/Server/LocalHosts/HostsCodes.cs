namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>The codes of what is to be said of the local hosts; their sentences are in Core/Texts/LANGUAGE/checks.json.</summary>
internal static class HostsCodes
{
    /// <summary>They are on their way.</summary>
    public const string Starting = "hosts.starting",
        Restarting = "hosts.restarting";

    /// <summary>There are none, and agents join from elsewhere.</summary>
    public const string None = "hosts.none";

    /// <summary>They cannot be started.</summary>
    public const string Failed = "hosts.failed",
        FailedSilently = "hosts.failed-silently",
        TooSlow = "hosts.too-slow",
        NoAgent = "hosts.no-agent",
        NoStarter = "hosts.no-starter";

    /// <summary>They cannot be in namespaces.</summary>
    public const string NoUnshare = "hosts.no-unshare",
        NoNamespaces = "hosts.no-namespaces",
        NoNamespacesSysctl = "hosts.no-namespaces-sysctl",
        NoNamespacesLimit = "hosts.no-namespaces-limit",
        NoNamespacesContainer = "hosts.no-namespaces-container";
}
