using System.Reflection;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Reads what the agent announces of its host.</summary>
internal static class HostFactsReader
{
    private static readonly string[] Sysctls =
    [
        "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_timestamps", "net.ipv4.ip_local_port_range",
    ];

    /// <summary>The agent's version, as --version prints it.</summary>
    public static string Version { get; } = (typeof(HostFactsReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <param name="options">What the command line says.</param>
    /// <param name="sources">As <see cref="SourceFacts.All"/> says.</param>
    public static HostFacts Read(AgentOptions options, IReadOnlyList<SourceFact> sources)
    {
        (string interfaceName, string address) = HostAddress.Choose(options.Interface, options.Address);
        return new HostFacts
        {
            Name = options.Name,
            HostName = Line("/proc/sys/kernel/hostname") ?? Environment.MachineName,
            Os = Os(),
            Kernel = Line("/proc/sys/kernel/osrelease") ?? "unknown",
            Address = address,
            Interface = interfaceName,
            ClockTicks = (int)Libc.SysConf(Constants._SC_CLK_TCK),
            KernelHz = KernelClock.KernelHz(),
            BootId = Line("/proc/sys/kernel/random/boot_id") ?? HostFacts.UnknownBoot,
            MonotonicOffset = KernelClock.MonotonicOffset(),
            NetworkNamespace = SocketNames.InodeOf("/proc/thread-self/ns/net"),
            Uid = Libc.GetEUid(),
            Pid = Environment.ProcessId,
            AgentVersion = Version,
            Sources = sources,
            CanDestroySockets = DestroyTrial.Errno() == 0,
            Sysctls = Sysctls.ToDictionary(name => name, TextFile.Sysctl),
        };
    }

    private static string Os()
    {
        const string label = "PRETTY_NAME=";
        string? line = TextFile.Lines("/etc/os-release").FirstOrDefault(l => l.StartsWith(label, StringComparison.Ordinal));
        return line is null ? "unknown" : line[label.Length..].Trim('"', '\'', ' ');
    }

    private static string? Line(string path) => TextFile.Lines(path).FirstOrDefault()?.Trim();
}
