using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Agent.Tests.Support;

internal static class Ports
{
    private static readonly HashSet<int> Given = [];

    /// <summary>A port below the range from which the kernel chooses (so that no stranger's row appears on it), free now and not given before.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = Random.Shared.Next(12_000, 32_000);
            lock (Given)
            {
                if (!Given.Add(port))
                    continue;
            }
            try
            {
                using var probe = new TcpListener(IPAddress.Any, port) { ExclusiveAddressUse = true };
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next.
            }
        }
    }
}
