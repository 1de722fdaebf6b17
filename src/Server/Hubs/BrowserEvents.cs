using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Hubs;

/// <summary>Events as browsers get them: without the octets of captured frames, which no picture needs and which are a tenth of a run's log.</summary>
internal static class BrowserEvents
{
    public static RunBatch ForBrowsers(RunBatch batch) => batch with { Events = ForBrowsers(batch.Events) };

    public static IReadOnlyList<RunEvent> ForBrowsers(IReadOnlyList<RunEvent> events) =>
        events.Any(HasFrame) ? [.. events.Select(e => HasFrame(e) ? (SegmentEvent)e with { Frame = null } : e)] : events;

    private static bool HasFrame(RunEvent e) => e is SegmentEvent { Frame: not null };
}
