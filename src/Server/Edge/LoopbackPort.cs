using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Server.Edge;

internal static class LoopbackPort
{
    private const string Range = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int DefaultFirst = 32_768, Below = 8_000, Lowest = 1_024;

    /// <summary>
    /// A TCP port of 127.0.0.1 that nobody held a moment ago, below those that the kernel gives to connections and to listeners that ask for any: until it is listened on, one of these may be given away.
    /// </summary>
    public static int Free()
    {
        int first = int.TryParse(File.Exists(Range) ? File.ReadAllText(Range).Split('\t', ' ')[0] : null, NumberStyles.None, CultureInfo.InvariantCulture, out int read) && read > 2 * Lowest ? read : DefaultFirst;
        while (true)
        {
            int port = Random.Shared.Next(Math.Max(Lowest, first - Below), first);
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
