using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

internal static partial class LocalHostsLog
{
    [LoggerMessage(1, LogLevel.Information, "The local hosts are up: {Mode}, process {Process}")]
    public static partial void Up(this ILogger log, HostsMode mode, int process);

    [LoggerMessage(2, LogLevel.Warning, "{Reason}")]
    public static partial void Refused(this ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Error, "No local hosts: {Reason}")]
    public static partial void GaveUp(this ILogger log, string reason);

    [LoggerMessage(4, LogLevel.Warning, "The program that keeps the local hosts ended with exit code {ExitCode}; restarting it in {Pause:0.0} s")]
    public static partial void Ended(this ILogger log, int exitCode, double pause);

    /// <summary>A line of local-hosts itself matters to whoever runs the Server, an agent's mostly to whoever looks for a fault.</summary>
    [LoggerMessage(EventId = 5, Message = "{Line}")]
    public static partial void Said(this ILogger log, LogLevel level, string line);
}
