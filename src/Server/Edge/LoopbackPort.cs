using System.Net;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Server.Edge;

internal static class LoopbackPort
{
    /// <summary>A TCP port of 127.0.0.1 that nobody held a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
