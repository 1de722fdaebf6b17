using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Diagram;
using ReuseAddrDashboard.Web.Hosts;
using ReuseAddrDashboard.Web.Lab;

namespace ReuseAddrDashboard.Web.Pages;

/// <param name="Key">Stays the same while the notice is about the same.</param>
/// <param name="Seconds">Counted down where <see cref="Notice.Count"/> stands in the text; null for none.</param>
public sealed record Notice(string Key, NoteLevel Level, string Text, Countdown? Seconds = null)
{
    /// <summary>Where the seconds stand in the text.</summary>
    public const char Count = '\u001a';
}

/// <param name="End">When it reaches zero, nanoseconds on the run's axis.</param>
/// <param name="Left">What is left at the moment of drawing.</param>
public readonly record struct Countdown(long End, long Left);

/// <summary>What a person must know beside the evidence.</summary>
public static class Notices
{
    /// <summary>Most notes of a run shown at once, the newest.</summary>
    private const int MaxNotes = 3;

    /// <param name="now">Nanoseconds on the run's axis.</param>
    public static IReadOnlyList<Notice> Of(LabView view, IStringLocalizer text, long now)
    {
        var notices = new List<Notice>();
        if (view.State is not { } state)
            return notices;
        foreach (LabHost host in state.Hosts.Where(h => !h.Connected))
            notices.Add(new("host-" + host.Name, NoteLevel.Warning, host.Facts is null
                ? text["{0} has not joined yet. {1}", host.Name, state.ModeReason ?? ""]
                : text["{0} is not linked at the moment; its agent keeps trying.", host.Name]));
        if (view.Timeline is { } timeline)
            AddRun(notices, timeline, text);
        else
            AddLeftovers(notices, state, text, now);
        return notices;
    }

    private static void AddRun(List<Notice> notices, Timeline timeline, IStringLocalizer text)
    {
        if (timeline.Progress.Outcome == Outcome.Interrupted)
            notices.Add(new("interrupted", NoteLevel.Alarm, text["This run was interrupted. {0} What was logged is kept; press Reset to begin anew.", timeline.Progress.OutcomeReason ?? ""]));
        foreach (NoteEvent note in timeline.Notes.Where(n => n.Level != NoteLevel.Info && !IsOver(n, timeline)).TakeLast(MaxNotes))
            notices.Add(new("note-" + note.Seq, note.Level, text[note.Text]));
        if (timeline.Gaps.Count > 0)
            notices.Add(new("gaps", NoteLevel.Warning, text["{0} lost on the way to the log. {1}", timeline.Lost, text[timeline.Gaps[^1].Reason].Value]));
    }

    /// <summary>True for a loss of an agent that is back, and for one that the run's end already tells of.</summary>
    private static bool IsOver(NoteEvent note, Timeline timeline) => note.Code is NoteCodes.AgentLost or NoteCodes.AgentRestarted
        && (timeline.Progress.Outcome == Outcome.Interrupted
            || note.Code == NoteCodes.AgentLost && timeline.Notes.Any(n => n.Seq > note.Seq && n.Host == note.Host && n.Code is NoteCodes.AgentBack or NoteCodes.AgentRestarted));

    private static void AddLeftovers(List<Notice> notices, LabState state, IStringLocalizer text, long now)
    {
        SocketEvent? wait = state.Sockets.Where(s => s.To == TcpState.TimeWait && s.Host == HubRoutes.Server && s.Local.Port == state.Port).MaxBy(s => s.T + (s.Timer?.Left ?? 0));
        if (wait is { Timer: { } timer })
        {
            long end = wait.T + timer.Left;
            notices.Add(new("leftover", NoteLevel.Warning,
                text["TIME-WAIT of an earlier connection is still on port {0}, about {1} more. Wait for its end or choose another port: Start listener would meet it, and without SO_REUSEADDR on both it gets EADDRINUSE.", state.Port, Notice.Count],
                new(end, Math.Max(0, end - now))));
        }
        else if (HostsText.Warnings(state, state.Port).Count == 0 && state.Sockets.FirstOrDefault(s => s.To == TcpState.Listen && s.Host == HubRoutes.Server && s.Local.Port == state.Port) is { } listener)
        {
            notices.Add(new("listener", NoteLevel.Warning, text["Another program listens on {0}. End it or choose another port.", listener.Local]));
        }
    }
}
