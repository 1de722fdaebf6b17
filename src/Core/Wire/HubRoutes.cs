namespace ReuseAddrDashboard.Core.Wire;

/// <summary>Where the hubs are, and how much they take.</summary>
public static class HubRoutes
{
    public const string Agent = "/hubs/agent";
    public const string Lab = "/hubs/lab";

    /// <summary>The lab whose hosts are on this machine.</summary>
    public const string LocalLab = "local";

    public const string Client = "client";
    public const string Server = "server";

    /// <summary>Largest hub message in octets, agent to server: a full report of the longest rows has room in it.</summary>
    public const int MaxAgentMessage = 512 * 1024;

    /// <summary>Largest hub message in octets, browser to server.</summary>
    public const int MaxLabMessage = 16 * 1024;
}
