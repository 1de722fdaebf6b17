namespace ReuseAddrDashboard.Core.Wire;

/// <summary>How much the hubs take in one message.</summary>
public static class HubLimits
{
    /// <summary>Largest message in octets, agent to server: a full report of the longest rows has room in it.</summary>
    public const int AgentMessage = 512 * 1024;

    /// <summary>Largest message in octets, browser to server.</summary>
    public const int LabMessage = 16 * 1024;
}
