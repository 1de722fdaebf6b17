using System.Globalization;
using ReuseAddrDashboard.Core.Events;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Web.Terminal;

/// <param name="Key">The event it comes from.</param>
/// <param name="Prompt"><c>server$</c> before a program that is started; null for what it prints.</param>
public sealed record TerminalLine(long Key, string? Prompt, string Text, bool Error);

/// <summary>What the two terminals of the lesson would show: programs started, and what they print.</summary>
public static class TerminalLines
{
    public static IReadOnlyList<TerminalLine> Of(Timeline timeline)
    {
        var lines = new List<TerminalLine>();
        RunOptions options = timeline.Header.Options;
        IEnumerable<RunEvent> events = timeline.Calls.Select(c => c.Event).Where(c => c.Call == "socket" && c.Index is not null).Concat<RunEvent>(timeline.Output);
        foreach (RunEvent e in events.OrderBy(e => e.Seq))
        {
            if (e is OutputEvent output)
                lines.Add(new(e.Seq, null, output.Text, output.Error));
            else if (e is CallEvent call && ProgramOf(timeline.Header.Script, call) is { } program)
                lines.Add(new(e.Seq, $"{call.Host}$", string.Format(CultureInfo.InvariantCulture, program, options.ListenerReuseAddr ? 1 : 0, options.RebindReuseAddr ? 1 : 0), false));
        }
        return lines;
    }

    private static string? ProgramOf(Scenario script, CallEvent call) =>
        script.Steps.FirstOrDefault(s => s.Id == call.Step)?.Calls is { } calls && call.Index is { } index && index < calls.Count ? calls[index].Program : null;
}
