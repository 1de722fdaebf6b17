using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Which interface and address the other host is to reach.</summary>
internal static class HostAddress
{
    private const int RouteUp = 1;

    /// <summary>
    /// What the options say; otherwise the address of the interface with the default route, else the first IPv4 address that is not loopback, else 127.0.0.1.
    /// </summary>
    public static (string Interface, string Address) Choose(string? interfaceName, IPAddress? address)
    {
        (string Name, IPAddress Address)[] all = Addresses();
        if (address is not null)
            return (interfaceName ?? all.FirstOrDefault(a => a.Address.Equals(address)).Name ?? (IPAddress.IsLoopback(address) ? "lo" : "unknown"), address.ToString());
        if (interfaceName is not null)
            return (interfaceName, all.FirstOrDefault(a => a.Name == interfaceName).Address?.ToString() ?? "127.0.0.1");
        string? routed = DefaultRoute("/proc/thread-self/net/route");
        (string Name, IPAddress Address) found = all.FirstOrDefault(a => a.Name == routed);
        if (found.Address is null)
            found = all.FirstOrDefault(a => !IPAddress.IsLoopback(a.Address));
        return found.Address is null ? ("lo", "127.0.0.1") : (found.Name, found.Address.ToString());
    }

    /// <summary>The interface of the default route with the lowest metric; null for none. Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask.</summary>
    public static string? DefaultRoute(string path)
    {
        if (!File.Exists(path))
            return null;
        return File.ReadLines(path).Skip(1)
            .Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
            .Where(f => f.Length > 7 && f[1] == "00000000" && f[7] == "00000000"
                && int.TryParse(f[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int flags) && (flags & RouteUp) != 0)
            .OrderBy(f => int.TryParse(f[6], out int metric) ? metric : int.MaxValue)
            .Select(f => f[0])
            .FirstOrDefault();
    }

    private static (string, IPAddress)[] Addresses()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces()
                .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                .SelectMany(i => i.GetIPProperties().UnicastAddresses.Select(a => (i.Name, a.Address)))
                .Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork)];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
