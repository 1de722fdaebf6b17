using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The options of a socket that the bind rule asks for; null for what nobody knows.</summary>
internal readonly record struct BindOptions(bool? ReuseAddr, bool? ReusePort, bool? V6Only)
{
    public static readonly BindOptions Unknown = default;

    /// <summary>Of a new socket. (IPV6_V6ONLY begins as net.ipv6.bindv6only says, 0 unless somebody changed it.)</summary>
    public static readonly BindOptions New = new(false, false, false);

    /// <summary>After a setsockopt or getsockopt that succeeded; its arguments show the value in brackets: <c>3, SOL_SOCKET, SO_REUSEADDR, [1], 4</c>.</summary>
    public BindOptions After(CallEvent call)
    {
        int bracket = call.Args.IndexOf('[', StringComparison.Ordinal);
        if (call.Call is not ("setsockopt" or "getsockopt") || bracket < 0 || bracket + 1 >= call.Args.Length)
            return this;
        SocketOption? option = call.Args.Contains("SO_REUSEADDR", StringComparison.Ordinal) ? SocketOption.ReuseAddr
            : call.Args.Contains("SO_REUSEPORT", StringComparison.Ordinal) ? SocketOption.ReusePort
            : call.Args.Contains("IPV6_V6ONLY", StringComparison.Ordinal) ? SocketOption.V6Only
            : null;
        return option is { } known ? With(known, call.Args[bracket + 1] != '0') : this;
    }

    /// <summary>With an option set or cleared; one that the rule does not ask for changes nothing.</summary>
    public BindOptions With(SocketOption option, bool value) => option switch
    {
        SocketOption.ReuseAddr => this with { ReuseAddr = value },
        SocketOption.ReusePort => this with { ReusePort = value },
        SocketOption.V6Only => this with { V6Only = value },
        _ => this,
    };

    /// <summary>What is the same in both.</summary>
    public BindOptions Common(BindOptions other) => new(
        ReuseAddr == other.ReuseAddr ? ReuseAddr : null, ReusePort == other.ReusePort ? ReusePort : null, V6Only == other.V6Only ? V6Only : null);
}
