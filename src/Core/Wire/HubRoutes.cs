namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Where the hubs are, and how much they take.</summary>
public static class HubRoutes
{
    /// <summary>The path of <see cref="IAgentHub"/>.</summary>
    public const string Agent = "/hubs/agent";

    /// <summary>The path of <see cref="ILabHub"/>; a browser names its lab when it joins.</summary>
    public const string Lab = "/hubs/lab";

    /// <summary>Before an agent's key in the Authorization header (RFC 6750).</summary>
    public const string KeyScheme = "Bearer ";

    /// <summary>Largest hub message in octets, agent to server: a full report of the longest rows has room in it.</summary>
    public const int MaxAgentMessage = 512 * 1024;

    /// <summary>Largest hub message in octets, browser to server.</summary>
    public const int MaxLabMessage = 16 * 1024;
}
