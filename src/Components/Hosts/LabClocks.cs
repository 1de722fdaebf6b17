using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Hosts;

/// <summary>How well the hosts' times can be compared.</summary>
public static class LabClocks
{
    /// <summary>
    /// Nanoseconds by which a time of one host may be off one of another's, at most: 0 where all share a clock; null when it was not measured yet, and with
    /// fewer than two hosts.
    /// </summary>
    public static long? Uncertainty(IReadOnlyList<LabHost>? hosts)
    {
        if (hosts is not { Count: > 1 } || hosts.Any(h => h.Facts is null))
            return null;
        long most = 0;
        for (int i = 0; i < hosts.Count; i++)
        {
            for (int j = i + 1; j < hosts.Count; j++)
            {
                if (hosts[i].Facts!.SharesClockWith(hosts[j].Facts!))
                    continue;
                if (hosts[i].ClockUncertainty + hosts[j].ClockUncertainty is not { } apart)
                    return null;
                most = Math.Max(most, apart);
            }
        }
        return most;
    }
}
