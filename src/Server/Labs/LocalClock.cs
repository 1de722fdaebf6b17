using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The clock of this machine, to which every host's is mapped.</summary>
internal static class LocalClock
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    private static readonly string BootId = File.Exists(BootIdPath) ? File.ReadAllText(BootIdPath).Trim() : "";
    private static readonly long Offset = File.Exists(TimeNamespace.File) ? TimeNamespace.MonotonicOffset(File.ReadAllLines(TimeNamespace.File)) : 0;

    /// <summary>Whether a host's CLOCK_MONOTONIC is the server's own.</summary>
    public static bool IsOf(HostFacts host) => host.IsClock(BootId, Offset);

    /// <summary>The provider's monotonic clock in nanoseconds: on Linux TimeProvider.System counts CLOCK_MONOTONIC, the agents' own clock.</summary>
    public static long Nanoseconds(TimeProvider time) => (long)((Int128)time.GetTimestamp() * 1_000_000_000 / time.TimestampFrequency);

    /// <summary>The wall clock and the monotonic one at the same moment: the tightest of several readings.</summary>
    public static (DateTimeOffset Wall, long Nanoseconds) Both(TimeProvider time)
    {
        const int readings = 8;
        (DateTimeOffset, long) best = default;
        long least = long.MaxValue;
        for (int i = 0; i < readings; i++)
        {
            long before = Nanoseconds(time);
            DateTimeOffset wall = time.GetUtcNow();
            long took = Nanoseconds(time) - before;
            if (took < least)
                (least, best) = (took, (wall, before + took / 2));
        }
        return best;
    }
}
