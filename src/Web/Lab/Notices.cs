using ReuseAddrDashboard.Components.Hosts;
using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Components.Verdict;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Lab;

/// <param name="Key">Stays the same while the notice is about the same.</param>
/// <param name="Seconds">Counted down where <see cref="Notice.Count"/> stands in the text; null for none.</param>
public sealed record Notice(string Key, NoteLevel Level, string Text, Countdown? Seconds = null)
{
    /// <summary>Where the seconds stand in the text.</summary>
    public const char Count = '\u001a';
}

/// <summary>What a person must know beside the evidence.</summary>
public static class Notices
{
    /// <summary>Most notes of a run shown at once, the newest.</summary>
    private const int MaxNotes = 3;

    /// <param name="now">Nanoseconds on the run's axis.</param>
    public static IReadOnlyList<Notice> Find(LabView view, PageTexts text, long now)
    {
        var notices = new List<Notice>();
        if (view.State is not { } state)
            return notices;
        if (state.Problem is { } problem)
            notices.Add(new("problem", NoteLevel.Alarm, text[problem]));
        if (state.Notice is { } notice)
            notices.Add(new("notice", NoteLevel.Warning, text[notice]));
        if (view.Loading is var (have, total))
            notices.Add(new("loading", NoteLevel.Info, text["page.notice.loading", ("have", PageTexts.Count(have)), ("total", PageTexts.Count(total))]));
        foreach (LabHost host in state.Hosts.Where(h => !h.Connected))
            notices.Add(
                new(
                    "host-" + host.Name,
                    NoteLevel.Warning,
                    host.Facts is null
                        ? text["page.notice.not-connected", ("host", host.Name), ("reason", state.ModeReason is { } reason ? text[reason] : "")]
                        : text["page.notice.agent-disconnected", ("host", host.Name)]
                )
            );
        if (view.Timeline is { } timeline)
            AddRun(notices, timeline, text);
        else
            AddLeftovers(notices, state, text, now);
        return notices;
    }

    private static void AddRun(List<Notice> notices, Timeline timeline, PageTexts text)
    {
        if (timeline.Progress.Outcome == Outcome.Interrupted)
            notices.Add(
                new(
                    "interrupted",
                    NoteLevel.Alarm,
                    text["page.notice.interrupted", ("reason", timeline.Progress.OutcomeReason is { } reason ? text[reason] : "")]
                )
            );
        foreach (NoteEvent note in timeline.Notes.Where(n => n.Level != NoteLevel.Info && !IsOver(n, timeline)).TakeLast(MaxNotes))
            notices.Add(new("note-" + note.Seq, note.Level, text[note.Message]));
        if (timeline.Gaps.Count > 0)
            notices.Add(new("gaps", NoteLevel.Warning, text["page.notice.lost", ("count", timeline.Lost), ("reason", text[timeline.Gaps[^1].Reason])]));
    }

    /// <summary>True for a loss of an agent that is back, and for one that the run's end already tells of.</summary>
    private static bool IsOver(NoteEvent note, Timeline timeline) =>
        note.Code is NoteCodes.AgentLost or NoteCodes.AgentRestarted
        && (
            timeline.Progress.Outcome == Outcome.Interrupted
            || note.Code == NoteCodes.AgentLost
                && timeline.Notes.Any(n => n.Seq > note.Seq && n.Host == note.Host && n.Code is NoteCodes.AgentBack or NoteCodes.AgentRestarted)
        );

    private static void AddLeftovers(List<Notice> notices, LabState state, PageTexts text, long now)
    {
        SocketEvent? wait = state.Sockets.Where(s => s.To == TcpState.TimeWait && state.Ports.Contains(s.Local.Port)).MaxBy(s => s.T + (s.Timer?.Left ?? 0));
        if (wait is { Timer: { } timer })
        {
            long end = wait.T + timer.Left;
            notices.Add(
                new(
                    "leftover",
                    NoteLevel.Warning,
                    text["page.notice.leftover", ("port", wait.Local.Port), ("host", wait.Host ?? ""), ("left", Notice.Count)],
                    new(end, Math.Max(0, end - now))
                )
            );
        }
        else if (
            (state.Ports.Count == 0 || HostsText.Warnings(state, state.Ports[0]).Count == 0)
            && state.Sockets.FirstOrDefault(s => s.To == TcpState.Listen && state.Ports.Contains(s.Local.Port)) is { } listener
        )
        {
            notices.Add(new("listener", NoteLevel.Warning, text["page.notice.listener", ("local", listener.Local), ("host", listener.Host ?? "")]));
        }
    }
}
