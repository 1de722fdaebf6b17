using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Server.Edge;

internal static class LoopbackPort
{
    private const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int DefaultFirst = 32_768,
        Below = 8_000,
        Lowest = 1_024,
        Step = 101;

    private static int _given;

    /// <summary>
    /// A TCP port of 127.0.0.1 that nobody held a moment ago, below those that the kernel gives to connections and to listeners that ask for any, where it
    /// leaves room there: until it is listened on, one of these may be given away. Each process
    /// begins elsewhere, so that those that start side by side do not choose the same.
    /// </summary>
    public static int Free()
    {
        int first =
            int.TryParse(File.Exists(Range) ? File.ReadAllText(Range).Split('\t', ' ')[0] : null, NumberStyles.None, CultureInfo.InvariantCulture, out int read)
            && read > 2 * Lowest
                ? read
                : DefaultFirst;
        int lowest = Math.Max(Lowest, first - Below);
        while (true)
        {
            int port = lowest + (Environment.ProcessId + Step * Interlocked.Increment(ref _given)) % (first - lowest);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one.
            }
        }
    }
}
