using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Which interface and addresses the other hosts are to reach, without ports.</summary>
/// <param name="Interface">The interface that has them.</param>
/// <param name="Address">IPv4.</param>
/// <param name="Second">Another one of IPv4; null for none.</param>
/// <param name="V6">IPv6; null for none.</param>
internal sealed record HostAddress(string Interface, string Address, string? Second, string? V6)
{
    private const string Routes = "/proc/thread-self/net/route",
        V6Addresses = "/proc/thread-self/net/if_inet6";

    private const int RouteUp = 1;

    /// <summary>
    /// What the options say; otherwise the address of the interface with the default route, else the first IPv4 address that is not loopback, else 127.0.0.1.
    /// The second address and
    /// that of IPv6 are looked for on the same interface, among those of which this agent tells rows.
    /// </summary>
    public static HostAddress Choose(AgentOptions options)
    {
        (string Name, IPAddress Address)[] all = Addresses();
        (string name, IPAddress address) = First(options, all);
        bool Told(IPAddress candidate) => options.Rows?.Has(TcpEndpoint.Of(candidate, 0)) != false;
        IPAddress? second =
            options.SecondAddress
            ?? all.FirstOrDefault(a => a.Name == name && !a.Address.Equals(address) && !IPAddress.IsLoopback(a.Address) && Told(a.Address)).Address;
        IPAddress? v6 = options.V6Address ?? V6Of(TextFile.Lines(V6Addresses), name).FirstOrDefault(Told);
        return new HostAddress(name, address.ToString(), second?.ToString(), v6?.ToString());
    }

    /// <summary>
    /// The interface of the default route with the lowest metric; null for none. Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask.
    /// </summary>
    public static string? DefaultRoute(IEnumerable<string> lines) =>
        lines
            .Skip(1)
            .Select(line => line.Split('\t', StringSplitOptions.TrimEntries))
            .Where(f =>
                f.Length > 7
                && f[1] == "00000000"
                && f[7] == "00000000"
                && int.TryParse(f[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int flags)
                && (flags & RouteUp) != 0
            )
            .OrderBy(f => int.TryParse(f[6], out int metric) ? metric : int.MaxValue)
            .Select(f => f[0])
            .FirstOrDefault();

    /// <summary>
    /// The addresses of an interface that others can reach and bind(2) takes, lasting ones first. A line of /proc/net/if_inet6: address, index, prefix length,
    /// scope, flags (IFA_F_*), name,
    /// <c>fd001920016801220000000000000068 02 40 00 82     eth0</c>; scope 00 is global, a unique local address among them.
    /// </summary>
    public static IEnumerable<IPAddress> V6Of(IEnumerable<string> lines, string name)
    {
        const byte unusable = NetlinkConstants.IFA_F_TENTATIVE | NetlinkConstants.IFA_F_DADFAILED | NetlinkConstants.IFA_F_DEPRECATED;
        return lines
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f is [{ Length: 32 }, _, _, "00", _, var own] && own == name)
            .Select(f =>
                (
                    Address: Parsed(f[0]),
                    Flags: byte.TryParse(f[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte flags) ? flags : byte.MaxValue
                )
            )
            .Where(a => a.Address is not null && (a.Flags & unusable) == 0)
            .OrderBy(a => a.Flags & NetlinkConstants.IFA_F_TEMPORARY)
            .Select(a => a.Address!);
    }

    private static (string, IPAddress) First(AgentOptions options, (string Name, IPAddress Address)[] all)
    {
        if (options.Address is { } asked)
            return (options.Interface ?? all.FirstOrDefault(a => a.Address.Equals(asked)).Name ?? (IPAddress.IsLoopback(asked) ? "lo" : "unknown"), asked);
        if (options.Interface is { } name)
            return (name, all.FirstOrDefault(a => a.Name == name).Address ?? IPAddress.Loopback);
        string? routed = DefaultRoute(TextFile.Lines(Routes));
        (string Name, IPAddress Address) found = all.FirstOrDefault(a => a.Name == routed);
        if (found.Address is null)
            found = all.FirstOrDefault(a => !IPAddress.IsLoopback(a.Address));
        return found.Address is null ? ("lo", IPAddress.Loopback) : found;
    }

    private static IPAddress? Parsed(string hex) => hex.All(char.IsAsciiHexDigit) ? new IPAddress(Convert.FromHexString(hex)) : null;

    private static (string, IPAddress)[] Addresses()
    {
        try
        {
            return
            [
                .. NetworkInterface
                    .GetAllNetworkInterfaces()
                    .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(i => i.GetIPProperties().UnicastAddresses.Select(a => (i.Name, a.Address)))
                    .Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }
}
