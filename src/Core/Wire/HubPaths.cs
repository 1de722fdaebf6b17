namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Where the hubs are.</summary>
public static class HubPaths
{
    /// <summary>The path of <see cref="IAgentHub"/>.</summary>
    public const string Agent = "/hubs/agent";

    /// <summary>The path of <see cref="ILabHub"/>; a browser names its lab when it joins.</summary>
    public const string Lab = "/hubs/lab";

    /// <summary>Before an agent's key in the Authorization header (RFC 6750).</summary>
    public const string KeyScheme = "Bearer ";
}
