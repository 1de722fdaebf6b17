using System.Reflection;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Agent.Options;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Agent.Host;

/// <summary>Reads what the agent announces of its host.</summary>
internal static class HostFactsReader
{
    // Not what spoils a lesson when it is changed later, as net.ipv4.tcp_max_tw_buckets: that is read at each check.
    private static readonly string[] Sysctls = ["net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_tw_reuse", "net.ipv4.tcp_timestamps", "net.ipv4.ip_local_port_range"];

    /// <summary>The agent's version, as --version prints it.</summary>
    public static string Version { get; } =
        (typeof(HostFactsReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <param name="options">What the command line says.</param>
    /// <param name="sources">As <see cref="SourceFacts.All"/> says.</param>
    /// <param name="abilities">What it can do for a scenario (<see cref="HostAbilities"/>).</param>
    public static HostFacts Read(AgentOptions options, IReadOnlyList<SourceFact> sources, IReadOnlyList<string> abilities)
    {
        HostAddress address = HostAddress.Choose(options);
        return new HostFacts
        {
            Name = options.Name,
            HostName = Line("/proc/sys/kernel/hostname") ?? Environment.MachineName,
            Os = Os(),
            Kernel = KernelRelease(),
            Address = address.Address,
            SecondAddress = address.Second,
            V6Address = address.V6,
            Interface = address.Interface,
            ClockTicks = (int)Libc.SysConf(Constants._SC_CLK_TCK),
            KernelHz = KernelClock.KernelHz(),
            BootId = BootId(),
            MonotonicOffset = KernelClock.MonotonicOffset(),
            NetworkNamespace = NetworkNamespace.Inode(),
            Uid = Libc.GetEUid(),
            Pid = Environment.ProcessId,
            AgentVersion = Version,
            Sources = sources,
            CanDestroySockets = DestroyTrial.Errno() == 0,
            Abilities = abilities,
            Sysctls = Sysctls.ToDictionary(name => name, TextFile.Sysctl),
        };
    }

    /// <summary>The kernel's boot id; <see cref="HostFacts.UnknownBoot"/> where it cannot be read.</summary>
    public static string BootId() => Line("/proc/sys/kernel/random/boot_id") ?? HostFacts.UnknownBoot;

    /// <summary>uname -r; <c>unknown</c> where it cannot be read.</summary>
    public static string KernelRelease() => Line("/proc/sys/kernel/osrelease") ?? "unknown";

    /// <summary>PRETTY_NAME of /etc/os-release; <c>unknown</c> where there is none.</summary>
    public static string Os()
    {
        const string label = "PRETTY_NAME=";
        string? line = TextFile.Lines("/etc/os-release").FirstOrDefault(l => l.StartsWith(label, StringComparison.Ordinal));
        return line is null ? "unknown" : line[label.Length..].Trim('"', '\'', ' ');
    }

    private static string? Line(string path) => TextFile.Lines(path).FirstOrDefault()?.Trim();
}
