using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Places the events of each host by what is best known of its clock.</summary>
public static class HostClocks
{
    /// <summary>The log with every host's times shifted as its last <see cref="ClockEvent"/> says; the log itself where there is none.</summary>
    public static IReadOnlyList<RunEvent> Place(IReadOnlyList<RunEvent> log)
    {
        Dictionary<string, long>? shifts = null;
        foreach (RunEvent e in log)
        {
            if (e is ClockEvent { Host: { } host } clock)
                (shifts ??= [])[host] = clock.Shift;
        }
        return shifts is null || shifts.Values.All(by => by == 0) ? log : [.. log.Select(e => Placed(e, shifts))];
    }

    /// <summary>The event at its place, by the shift of each host's clock in nanoseconds.</summary>
    internal static RunEvent Placed(RunEvent e, IReadOnlyDictionary<string, long> shifts) =>
        e is { Host: { } host, Source: not EvidenceSource.Lab } && shifts.TryGetValue(host, out long by) && by != 0 ? Shift(e, by) : e;

    /// <summary>The event so many nanoseconds later, with all its times.</summary>
    public static RunEvent Shift(RunEvent e, long by) =>
        e switch
        {
            SocketEvent s => s with { T = s.T + by, After = s.After + by },
            StateEvent s => s with { T = s.T + by, After = s.After + by },
            SegmentEvent s => s with { T = s.T + by, Sent = s.Sent + by, Received = s.Received + by },
            _ => e with { T = e.T + by },
        };
}
