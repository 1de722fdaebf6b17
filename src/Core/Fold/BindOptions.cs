using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The options of a socket that the bind rule asks for; null for what nobody knows.</summary>
internal readonly record struct BindOptions(bool? ReuseAddr, bool? ReusePort, bool? V6Only)
{
    public static readonly BindOptions Unknown = default;

    /// <summary>Of a new socket. (IPV6_V6ONLY begins as net.ipv6.bindv6only says, 0 unless somebody changed it.)</summary>
    public static readonly BindOptions New = new(false, false, false) { ReuseAddrFrom = OptionOrigin.Default, ReusePortFrom = OptionOrigin.Default };

    public OptionOrigin ReuseAddrFrom { get; init; }

    public OptionOrigin ReusePortFrom { get; init; }

    /// <summary>After a setsockopt or getsockopt that succeeded. What is only read back was there before.</summary>
    public BindOptions After(CallEvent call)
    {
        if (call is not { Call: "setsockopt" or "getsockopt", Succeeded: true, Args: { Option: { } option, Value.Number: { } value } })
            return this;
        BindOptions with = With(option, value != 0);
        return call.Call == "getsockopt" && (with.ReuseAddr, with.ReusePort, with.V6Only) == (ReuseAddr, ReusePort, V6Only) ? this : with;
    }

    /// <summary>With an option set or cleared on the socket itself; one that the rule does not ask for changes nothing.</summary>
    public BindOptions With(SocketOption option, bool value) =>
        option == SocketOption.ReuseAddr ? this with { ReuseAddr = value, ReuseAddrFrom = OptionOrigin.Own }
        : option == SocketOption.ReusePort ? this with { ReusePort = value, ReusePortFrom = OptionOrigin.Own }
        : option == SocketOption.V6Only ? this with { V6Only = value }
        : this;

    /// <summary>What an accepted child has of its listener's.</summary>
    public BindOptions Inherited() => this with { ReuseAddrFrom = Child(ReuseAddrFrom), ReusePortFrom = Child(ReusePortFrom) };

    /// <summary>What is the same in both.</summary>
    public BindOptions Common(BindOptions other) =>
        new(ReuseAddr == other.ReuseAddr ? ReuseAddr : null, ReusePort == other.ReusePort ? ReusePort : null, V6Only == other.V6Only ? V6Only : null)
        {
            ReuseAddrFrom = ReuseAddr is null || ReuseAddr != other.ReuseAddr ? OptionOrigin.Unknown : other.ReuseAddrFrom,
            ReusePortFrom = ReusePort is null || ReusePort != other.ReusePort ? OptionOrigin.Unknown : other.ReusePortFrom,
        };

    private static OptionOrigin Child(OptionOrigin listener) => listener == OptionOrigin.Own ? OptionOrigin.Inherited : listener;
}
