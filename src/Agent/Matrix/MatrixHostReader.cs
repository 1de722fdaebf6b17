using ReuseAddrDashboard.Agent.Host;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Matrix;

namespace ReuseAddrDashboard.Agent.Matrix;

/// <summary>Reads what bears on the answers of a host's kernel, at the moment they are got.</summary>
internal static class MatrixHostReader
{
    private static readonly string[] Sysctls =
    [
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_nonlocal_bind",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_max_tw_buckets",
        "net.ipv4.tcp_rfc1337",
        "net.ipv4.tcp_timestamps",
        "net.ipv4.tcp_tw_reuse",
        "net.ipv6.bindv6only",
        "net.ipv6.conf.all.disable_ipv6",
    ];

    public static MatrixHost Read() =>
        new()
        {
            Kernel = Short(HostFactsReader.KernelRelease()),
            Os = Short(HostFactsReader.Os()),
            Agent = HostFactsReader.Version,
            Uid = Libc.GetEUid(),
            // A list of ports is as long as somebody made it.
            Sysctls = Sysctls.ToDictionary(
                name => name,
                name =>
                    TextFile.Sysctl(name) is { } value
                        ? value.Length <= MatrixHost.MaxSysctlValue
                            ? value
                            : value[..MatrixHost.MaxSysctlValue]
                        : null
            ),
        };

    private static string Short(string text) =>
        Core.Texts.PlainLine.From(text) is { Length: > MatrixHost.MaxText } line ? line[..MatrixHost.MaxText] : Core.Texts.PlainLine.From(text);
}
