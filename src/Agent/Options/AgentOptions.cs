using System.Net;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Link;
using ReuseAddrDashboard.Agent.Watch;

namespace ReuseAddrDashboard.Agent.Options;

/// <summary>What the command line says.</summary>
internal sealed record AgentOptions
{
    public required DashboardAddress Dashboard { get; init; }

    /// <summary>client or server.</summary>
    public required string Name { get; init; }

    /// <summary>The address to announce; null to choose.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The interface to announce; null to choose.</summary>
    public string? Interface { get; init; }

    /// <summary>Which rows to report; null for all of the watched ports.</summary>
    public RowsOption? Rows { get; init; }

    /// <summary>Lesson sockets are closed once the link was away so long: 1 to 3600 s.</summary>
    public TimeSpan CloseAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The process to die with; null for none.</summary>
    public int? DieWithParent { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
