using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Places the events of each host by what is best known of its clock.</summary>
public static class HostClocks
{
    /// <summary>Nanoseconds taken for the clocks of two machines where the log does not say how well they are known.</summary>
    private const long Unmeasured = 1_000_000_000;

    /// <summary>Nanoseconds by which the hosts' clocks may disagree after <see cref="Place"/>: 0 where they share one, else what the last measures leave together, anywhere in the log: clocks drift.</summary>
    public static long Apart(RunHeader header, IReadOnlyList<RunEvent> log)
    {
        if (header.Hosts is [var one, var other] && one.SharesClockWith(other))
            return 0;
        var last = new Dictionary<string, ClockEvent>();
        long end = 0;
        foreach (RunEvent e in log)
        {
            end = Math.Max(end, e.T);
            if (e is ClockEvent { Host: { } host } clock)
                last[host] = clock;
        }
        return last.Count == 0 ? Unmeasured : last.Values.Sum(c => c.Uncertainty + ClockDrift.Over(Math.Max(c.T, end - c.T)));
    }

    /// <summary>The log with every host's times shifted as its last <see cref="ClockEvent"/> says; the log itself where there is none.</summary>
    public static IReadOnlyList<RunEvent> Place(IReadOnlyList<RunEvent> log)
    {
        Dictionary<string, long>? shifts = null;
        foreach (RunEvent e in log)
        {
            if (e is ClockEvent { Host: { } host } clock)
                (shifts ??= [])[host] = clock.Shift;
        }
        return shifts is null || shifts.Values.All(by => by == 0) ? log : [.. log.Select(e => e is { Host: { } host, Source: not EventSource.Lab } && shifts.TryGetValue(host, out long by) ? Shift(e, by) : e)];
    }

    /// <summary>The event so many nanoseconds later, with all its times.</summary>
    public static RunEvent Shift(RunEvent e, long by) => e switch
    {
        SocketEvent s => s with { T = s.T + by, After = s.After + by },
        StateEvent s => s with { T = s.T + by, After = s.After + by },
        SegmentEvent s => s with { T = s.T + by, Sent = s.Sent + by, Received = s.Received + by },
        _ => e with { T = e.T + by },
    };
}
