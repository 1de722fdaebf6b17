using ReuseAddrDashboard.Core.Events;

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
        bool value = call.Args[bracket + 1] != '0';
        return call.Args.Contains("SO_REUSEADDR", StringComparison.Ordinal) ? this with { ReuseAddr = value }
            : call.Args.Contains("SO_REUSEPORT", StringComparison.Ordinal) ? this with { ReusePort = value }
            : call.Args.Contains("IPV6_V6ONLY", StringComparison.Ordinal) ? this with { V6Only = value }
            : this;
    }

    /// <summary>What is the same in both.</summary>
    public BindOptions Common(BindOptions other) => new(
        ReuseAddr == other.ReuseAddr ? ReuseAddr : null, ReusePort == other.ReusePort ? ReusePort : null, V6Only == other.V6Only ? V6Only : null);
}
