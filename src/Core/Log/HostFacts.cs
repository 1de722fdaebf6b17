namespace ReuseAddrDashboard.Core.Log;

/// <summary>What an agent announces of its host.</summary>
public sealed record HostFacts
{
    /// <summary>A boot id that could not be read: equal to no other.</summary>
    public const string UnknownBoot = "unknown";

    /// <summary>The role in the lab: <c>client</c>, <c>server</c>, or another name of 1 to 16 of a-z, 0-9.</summary>
    public required string Name { get; init; }

    /// <summary>gethostname.</summary>
    public required string HostName { get; init; }

    /// <summary>PRETTY_NAME of /etc/os-release; <c>unknown</c> where there is none.</summary>
    public required string Os { get; init; }

    /// <summary>uname -r.</summary>
    public required string Kernel { get; init; }

    /// <summary>The address that the other host reaches, without a port.</summary>
    public required string Address { get; init; }

    /// <summary>A second IPv4 address of the host that the others reach; null for none.</summary>
    public string? SecondAddress { get; init; }

    /// <summary>An IPv6 address that the others reach; null for none.</summary>
    public string? V6Address { get; init; }

    /// <summary>The interface that has it.</summary>
    public required string Interface { get; init; }

    /// <summary>Ticks a second in which /proc counts its timers (sysconf(_SC_CLK_TCK)).</summary>
    public int ClockTicks { get; init; }

    /// <summary>CONFIG_HZ, the ticks a second of the kernel's timers: 1 / clock_getres(CLOCK_MONOTONIC_COARSE), rounded; 0 where that cannot be read.</summary>
    public int KernelHz { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id, the same for all that one kernel runs; <see cref="UnknownBoot"/> where it cannot be read.</summary>
    public required string BootId { get; init; }

    /// <summary>
    /// Nanoseconds by which the agent's CLOCK_MONOTONIC is ahead of its kernel's: other than 0 in a time namespace only (time_namespaces(7)).
    /// </summary>
    public long MonotonicOffset { get; init; }

    /// <summary>The inode of the network namespace.</summary>
    public ulong NetworkNamespace { get; init; }

    /// <summary>Effective user id of the agent.</summary>
    public uint Uid { get; init; }

    /// <summary>The agent's process id in its own pid namespace.</summary>
    public int Pid { get; init; }

    /// <summary>The agent's version, <c>0.1.0</c>.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>Ways to observe: always all of <see cref="SourceFact.All"/> in that order, those that this host lacks with the reason.</summary>
    public required IReadOnlyList<SourceFact> Sources { get; init; }

    /// <summary>True when the agent may destroy a TIME-WAIT socket (SOCK_DESTROY: CAP_NET_ADMIN and CONFIG_INET_DIAG_DESTROY).</summary>
    public bool CanDestroySockets { get; init; }

    /// <summary>What else the agent can do for a scenario, as <see cref="HostAbilities"/> names it; null for an agent that does not say.</summary>
    public IReadOnlyList<string>? Abilities { get; init; }

    /// <summary>True where it has an ability.</summary>
    public bool Can(string ability) => Abilities?.Contains(ability) == true;

    /// <summary>The sysctls that the lesson depends on; <c>null</c> for one that cannot be read.</summary>
    public required IReadOnlyDictionary<string, string?> Sysctls { get; init; }

    /// <summary>Whether two hosts have one CLOCK_MONOTONIC: of one kernel, and equally far from its own.</summary>
    public bool SharesClockWith(HostFacts other) => IsClock(other.BootId, other.MonotonicOffset);

    /// <summary>The same of a clock that is told by its kernel's boot id and its distance from that kernel's own.</summary>
    public bool IsClock(string bootId, long monotonicOffset) => BootId != UnknownBoot && (BootId, MonotonicOffset) == (bootId, monotonicOffset);

    /// <summary>Whether this host observes by a source of <see cref="SourceFact.All"/>.</summary>
    public bool Observes(string source)
    {
        foreach (SourceFact fact in Sources)
        {
            if (fact.Name == source)
                return fact.Available;
        }
        return false;
    }
}

/// <summary>Names of what an agent can do beside making calls.</summary>
public static class HostAbilities
{
    /// <summary>Its network namespace is the lab's own, and it may set its sysctls.</summary>
    public const string OwnNamespace = "own-namespace";

    /// <summary>It may drop and reject segments (nft).</summary>
    public const string Filter = "filter";

    /// <summary>It may delay segments (tc, netem).</summary>
    public const string Delay = "delay";

    /// <summary>It may make sockets that belong to another user.</summary>
    public const string Users = "users";

    /// <summary>It can hand sockets to a child process.</summary>
    public const string Fork = "fork";
}
