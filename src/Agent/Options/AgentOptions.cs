using System.Net;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>What the command line says.</summary>
internal sealed record AgentOptions
{
    public required DashboardAddress Dashboard { get; init; }

    /// <summary>What to show the dashboard.</summary>
    public AgentKey Key { get; init; } = AgentKey.None;

    /// <summary>Addresses beside those of its own network that it may connect to and bind; empty for none.</summary>
    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    /// <summary>The host's role in the lab: 1 to 16 of a-z, 0-9.</summary>
    public required string Name { get; init; }

    /// <summary>The address to announce; null to choose.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The second IPv4 address to announce; null to look for one.</summary>
    public IPAddress? SecondAddress { get; init; }

    /// <summary>The IPv6 address to announce; null to look for one.</summary>
    public IPAddress? V6Address { get; init; }

    /// <summary>The interface to announce; null to choose.</summary>
    public string? Interface { get; init; }

    /// <summary>Which rows to report; null for all of the watched ports.</summary>
    public RowsOption? Rows { get; init; }

    /// <summary>Lesson sockets are closed once the link was away so long: 1 to 3600 s.</summary>
    public TimeSpan CloseAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The inode of the network namespace that was made for this agent, and in which it may set sysctls and filter segments; 0 for none.</summary>
    public ulong OwnNamespace { get; init; }

    /// <summary>The process to die with; null for none.</summary>
    public int? DieWithParent { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
