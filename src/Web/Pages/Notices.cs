using Microsoft.Extensions.Localization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Web.Diagram;
using ReuseAddrDashboard.Web.Lab;

namespace ReuseAddrDashboard.Web.Pages;

/// <param name="Key">Stays the same while the notice is about the same.</param>
public sealed record Notice(string Key, NoteLevel Level, string Text);

/// <summary>What a person must know beside the evidence.</summary>
public static class Notices
{
    /// <summary>Most notes of a run shown at once, the newest.</summary>
    private const int MaxNotes = 3;

    public static IReadOnlyList<Notice> Of(LabView view, IStringLocalizer text)
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
            AddLeftovers(notices, state, text);
        return notices;
    }

    private static void AddRun(List<Notice> notices, Timeline timeline, IStringLocalizer text)
    {
        if (timeline.Progress.Outcome == Outcome.Interrupted)
            notices.Add(new("interrupted", NoteLevel.Alarm, text["This run was interrupted. {0} What was logged is kept; press Reset to begin anew.", timeline.Progress.OutcomeReason ?? ""]));
        foreach (NoteEvent note in timeline.Notes.Where(n => n.Level != NoteLevel.Info).TakeLast(MaxNotes))
            notices.Add(new("note-" + note.Seq, note.Level, text[note.Text]));
        if (timeline.Gaps.Count > 0)
            notices.Add(new("gaps", NoteLevel.Warning, text["{0} lost on the way to the log. {1}", timeline.Lost, text[timeline.Gaps[^1].Reason].Value]));
    }

    private static void AddLeftovers(List<Notice> notices, LabState state, IStringLocalizer text)
    {
        SocketEvent? wait = state.Sockets.Where(s => s.To == TcpState.TimeWait && s.Host == HubRoutes.Server && s.Local.Port == state.Port).MaxBy(s => s.T + (s.Timer?.Left ?? 0));
        if (wait is { Timer: { } timer })
        {
            string left = RunTimeText.Seconds(Math.Max(0, timer.Left + wait.T));
            notices.Add(new("leftover", NoteLevel.Warning,
                text["TIME-WAIT of an earlier connection is still on port {0}, about {1} s more. Start listener will meet it: without SO_REUSEADDR on both it gets EADDRINUSE.", state.Port, left]));
        }
        else if (state.Sockets.FirstOrDefault(s => s.To == TcpState.Listen && s.Host == HubRoutes.Server && s.Local.Port == state.Port) is { } listener)
        {
            notices.Add(new("listener", NoteLevel.Warning, text["Another program listens on {0}. End it or choose another port.", listener.Local]));
        }
    }
}
