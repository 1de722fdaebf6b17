using System.Globalization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>The order in which ss prints a host's rows: listeners first, each kind as the kernel walks its hash.</summary>
public static class TableOrder
{
    /// <summary>The rows as ss has them; those whose place is not known come last, in the order given.</summary>
    public static IEnumerable<T> InTableOrder<T>(this IEnumerable<T> rows, Func<T, SocketEvent> reading) =>
        rows.OrderBy(row => reading(row).To != TcpState.Listen).ThenBy(row => Slot(reading(row)));

    // The kernel walks the same hash for /proc and for ss: the row's number in /proc is its place in ss.
    private static int Slot(SocketEvent e) =>
        e.Raw?.IndexOf(':') is { } colon and > 0
        && int.TryParse(e.Raw.AsSpan(0, colon), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int slot)
            ? slot
            : int.MaxValue;
}
