using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Components.Terminal;

/// <param name="Key">The event it comes from.</param>
/// <param name="Prompt"><c>server$</c> before a program that is started; null for what it prints.</param>
public sealed record TerminalLine(long Key, string? Prompt, string Text, bool Error);

/// <summary>What the terminals of the lesson would show: programs started, and what they print.</summary>
public static class TerminalLines
{
    /// <summary>The lines of a run, in the order of the axis.</summary>
    public static IReadOnlyList<TerminalLine> Print(Timeline timeline) =>
        [
            .. timeline
                .Programs.Where(p => p.Command is not null)
                .Select(p => new TerminalLine(p.Seq, $"{p.Host}$", p.Command!, false))
                .Concat(timeline.Output.Select(o => new TerminalLine(o.Seq, null, o.Text, o.Error)))
                .OrderBy(l => l.Key),
        ];
}
