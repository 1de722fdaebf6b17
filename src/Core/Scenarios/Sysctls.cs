namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>The sysctls that a scenario may set, in namespaces of the lab's own.</summary>
public static class Sysctls
{
    /// <summary>Longest value.</summary>
    public const int MaxValue = 64;

    /// <summary>All that have a use in a lesson; each is one of the network namespace (ip-sysctl.rst in the kernel's documentation).</summary>
    public static IReadOnlyList<string> Allowed { get; } =
    [
        "net.ipv4.tcp_max_tw_buckets",
        "net.ipv4.tcp_tw_reuse",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_timestamps",
        "net.ipv4.tcp_rfc1337",
        "net.ipv4.tcp_abort_on_overflow",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_syn_retries",
        "net.ipv4.tcp_synack_retries",
        "net.ipv4.tcp_retries2",
        "net.ipv4.tcp_orphan_retries",
        "net.ipv4.tcp_max_syn_backlog",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_autocorking",
        "net.ipv4.tcp_early_retrans",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_rmem",
        "net.ipv6.bindv6only",
    ];
}
