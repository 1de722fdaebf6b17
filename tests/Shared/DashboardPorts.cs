using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Tests.Shared;

/// <summary>
/// Ports for dashboards, below those that the kernel gives to connections and to listeners that ask for any, and that dashboards choose themselves: until the
/// dashboard listens on it, one of these may be given away. Each process takes them by the hundred, and holds a file for each hundred as long as it lives: no
/// other takes from it.
/// </summary>
internal static class DashboardPorts
{
    private const int First = 3_000,
        Last = 9_999,
        Hundred = 100;

    private static readonly Lock Taking = new();
    private static readonly List<FileStream> Held = [];
    private static int _next,
        _end;

    /// <exception cref="InvalidOperationException">Other processes hold them all.</exception>
    public static int Next()
    {
        lock (Taking)
        {
            while (true)
            {
                if (_next == _end)
                    (_next, _end) = Take();
                try
                {
                    using var listener = new TcpListener(IPAddress.Loopback, _next++);
                    listener.Start();
                    return ((IPEndPoint)listener.LocalEndpoint).Port;
                }
                catch (SocketException)
                {
                    // Another one.
                }
            }
        }
    }

    private static (int First, int End) Take()
    {
        for (int first = First; first < Last; first += Hundred)
        {
            try
            {
                // Exclusive by flock(2), which ends with the process.
                Held.Add(
                    new FileStream(
                        Path.Combine(Path.GetTempPath(), $"reuseaddr-test-ports-{first}"),
                        FileMode.OpenOrCreate,
                        FileAccess.ReadWrite,
                        FileShare.None
                    )
                );
                return (first, first + Hundred);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process has these, or another user's had.
            }
        }

        throw new InvalidOperationException($"Other processes hold every port from {First} to {Last}.");
    }
}
