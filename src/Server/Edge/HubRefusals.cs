using Microsoft.AspNetCore.SignalR;
using Serilog.Events;
using Serilog.Filters;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>What SignalR logs when a hub refuses a call.</summary>
internal static class HubRefusals
{
    private static readonly Func<LogEvent, bool> OfSignalR = Matching.FromSource("Microsoft.AspNetCore.SignalR");

    /// <summary>
    /// True for SignalR's own entry: the refusal is an answer to the caller and not a failure of the dashboard. What the dashboard itself logs with a
    /// <see cref="HubException"/> is one, such as an agent's error in answer to a question.
    /// </summary>
    public static bool Is(LogEvent entry) => entry.Exception is HubException && OfSignalR(entry);
}
