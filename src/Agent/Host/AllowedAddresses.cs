using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>
/// To which addresses this agent's owner lets lesson sockets be bound and connected, whatever a dashboard orders: its own, those of the networks that they are
/// in, and what <c>--allow</c> names.
/// Loopback only where an address announced is one, or the network namespace was made for the agent; link-local never by itself.
/// </summary>
internal sealed class AllowedAddresses
{
    private readonly IPNetwork[] _networks;
    private readonly bool _loopback;

    /// <param name="networks">What may be connected to and bound.</param>
    /// <param name="loopback">Whether loopback is among that.</param>
    public AllowedAddresses(IEnumerable<IPNetwork> networks, bool loopback) => (_networks, _loopback) = ([.. networks], loopback);

    /// <summary>Every address: for a namespace in which nothing but the lab is.</summary>
    public static AllowedAddresses All { get; } = new([new(IPAddress.Any, 0), new(IPAddress.IPv6Any, 0)], loopback: true);

    public static AllowedAddresses Read(AgentOptions options)
    {
        if (Abilities.HasOwnNamespace(options))
            return All;
        HostAddress own = HostAddress.Choose(options);
        IPAddress[] announced = [.. new[] { own.Address, own.Second, own.V6 }.OfType<string>().Select(IPAddress.Parse)];
        return new(options.Allow.Concat(announced.Select(NetworkOf)), announced.Any(IPAddress.IsLoopback));
    }

    /// <summary>Why an order goes beyond; null for one that does not.</summary>
    public Message? Refusal(AgentOrder order) =>
        order switch
        {
            CallOrder { Call: SocketCall.Connect, Address: { } to } when !MayConnect(to.Unmapped().Address) => Refused(to),
            CallOrder { Call: SocketCall.Bind, Address: { } at } when !MayBind(at.Unmapped().Address) => Refused(at),
            CheckOrder { Reach: { } reach } when !MayConnect(reach.Unmapped().Address) => Refused(reach),
            _ => null,
        };

    private static Message Refused(TcpEndpoint end) => Message.Of(AgentCodes.AddressNotAllowed, ("address", end.Address));

    private bool MayConnect(IPAddress address)
    {
        // The wildcard address as a destination is this host itself (ip(7)).
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            return _loopback || Named(address);
        return Named(address) && (!IsLinkLocal(address) || _networks.Any(n => n.PrefixLength > 0 && IsLinkLocal(n.BaseAddress) && n.Contains(address)));
    }

    // Whoever binds a wildcard address or loopback reaches nobody; another address the kernel itself refuses where it is not this host's.
    private bool MayBind(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(address) || Named(address);

    private bool Named(IPAddress address) => _networks.Any(n => n.Contains(address));

    private static bool IsLinkLocal(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.IsIPv6LinkLocal : address.GetAddressBytes() is [169, 254, ..];

    // The network that an address of this host is in; itself where the host does not say.
    private static IPNetwork NetworkOf(IPAddress address)
    {
        int whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128,
            length = whole;
        try
        {
            length =
                NetworkInterface
                    .GetAllNetworkInterfaces()
                    .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                    .FirstOrDefault(a => a.Address.Equals(address))
                    ?.PrefixLength
                ?? whole;
        }
        catch (NetworkInformationException)
        {
            // As one that does not say.
        }
        byte[] octets = address.GetAddressBytes();
        for (int bit = length; bit < whole; bit++)
            octets[bit / 8] &= (byte)~(0x80 >> bit % 8);
        return new(new IPAddress(octets), length);
    }
}
