using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>
/// A run's calls as strace 6.1 prints them with <c>-r -T</c>: seconds since the call before, and how long it took. Each program's calls stand behind its name,
/// as strace puts the process with <c>-f</c>.
/// </summary>
internal static class StraceText
{
    /// <param name="run">The run.</param>
    /// <param name="host">Only of this host, by its role; null for all.</param>
    public static string Write(RunFile run, string? host)
    {
        var text = new StringBuilder();
        long? before = null;
        foreach (CallEvent call in run.Events.OfType<CallEvent>().Where(c => host is null || c.Host == host).OrderBy(c => c.T))
        {
            string of = call.Program is { } program ? $"[{call.Host} {program}] " : $"[{call.Host}] ";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{of}{(call.T - (before ?? call.T)) / 1e9, 13:0.000000} {StraceLine.Write(call)} <{call.Duration / 1e9:0.000000}>\n"
            );
            before = call.T;
        }
        return text.ToString();
    }
}
