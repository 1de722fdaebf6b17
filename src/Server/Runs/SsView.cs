using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>What <c>ss -anot4 'sport == :PORT'</c> printed on a host at a moment of a run.</summary>
internal static class SsView
{
    /// <param name="run">The run.</param>
    /// <param name="host">One of its hosts.</param>
    /// <param name="port">The local port.</param>
    /// <param name="at">The moment, nanoseconds on the run's axis.</param>
    public static string At(RunFile run, string host, int port, long at)
    {
        var rows = new Dictionary<SocketIdentity, SocketEvent>();
        foreach (SocketEvent e in run.Events.OfType<SocketEvent>().Where(e => e.Host == host && e.T <= at))
        {
            if (e.To is null)
                rows.Remove(e.Identity);
            else
                rows[e.Identity] = e;
        }
        return SsText.Print(rows.Values.InTableOrder(e => e).Select(e => SsRow.Of(e, at)), port);
    }

    /// <summary>Reads the query's seconds; false when they are none a run can have.</summary>
    public static bool TryReadSeconds(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (
            !decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal seconds)
            || Math.Abs(seconds) > 1_000_000_000m
        )
        {
            return false;
        }

        nanoseconds = (long)(seconds * 1_000_000_000m);
        return true;
    }
}
