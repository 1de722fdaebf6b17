using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>
/// A run as a sequence diagram of Mermaid (https://mermaid.js.org/syntax/sequenceDiagram.html): calls, segments and states in the order of the axis. What was
/// inferred is dashed, what did not arrive ends in a cross.
/// </summary>
internal static class MermaidDiagram
{
    /// <summary>
    /// What Mermaid draws at most without being told otherwise (maxTextSize, 50,000 characters); of a longer run the rest is counted in a last note.
    /// </summary>
    public const int MaxText = 48_000;

    /// <param name="run">The run up to the moment that is drawn.</param>
    /// <param name="texts">In which language.</param>
    public static string Write(Timeline run, TextCatalog texts)
    {
        Dictionary<string, int> places = run.Lanes.Select((lane, i) => (lane.Host, i)).ToDictionary(l => l.Host, l => l.i);
        var text = new StringBuilder("sequenceDiagram\n");
        foreach (Lane lane in run.Lanes)
            text.Append(CultureInfo.InvariantCulture, $"  participant {Place(lane.Host)} as {Escape($"{lane.Host} {run.Header.Host(lane.Host)?.Address}")}\n");
        (long T, string Line)[] lines =
        [
            .. run
                .Programs.Where(p => p.Host is not null && p is { Change: ProgramChange.Started, Command: not null })
                .Select(p => (p.T, Note(p.Host!, $"$ {p.Command}"))),
            .. run.Calls.Where(c => places.ContainsKey(c.Host)).Select(c => (c.At, Note(c.Host, StraceLine.Write(c.Event)))),
            .. run
                .Arrows.Where(a => places.ContainsKey(a.From) && places.ContainsKey(a.To))
                .Select(a => (a.Sent, $"  {Place(a.From)}{Head(a)}{Place(a.To)}: {Escape(Label(a))}\n")),
            .. run.Changes.Where(c => places.ContainsKey(c.Host)).Select(c => (c.T, Note(c.Host, Label(c, texts)))),
        ];
        int left = lines.Length;
        foreach ((long at, string line) in lines.OrderBy(l => l.T))
        {
            if (text.Length + line.Length > MaxText)
                break;
            text.Append(line);
            left--;
        }
        if (left > 0 && run.Lanes.Count > 0)
            text.Append(Note(run.Lanes[0].Host, texts[Message.Of("report.more", ("count", left))]));
        return text.ToString();

        string Place(string host) => string.Create(CultureInfo.InvariantCulture, $"h{places[host]}");

        string Note(string host, string what) => $"  Note over {Place(host)}: {Escape(what)}\n";
    }

    private static string Head(Arrow arrow) =>
        (arrow.Source == EvidenceSource.Inferred, arrow.Lost) switch
        {
            (false, false) => "->>",
            (false, true) => "-x",
            (true, false) => "-->>",
            (true, true) => "--x",
        };

    private static string Label(Arrow arrow) =>
        arrow.Segment is not { } seen
            ? arrow.Label
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{arrow.Label} seq={seen.RelativeSeq}{(seen.RelativeAck is { } ack ? $" ack={ack}" : "")}{(seen.Len > 0 ? $" len={seen.Len}" : "")}"
            );

    private static string Label(StateChange change, TextCatalog texts)
    {
        string ends = change.Remote.Port == 0 ? $"{change.Local}" : $"{change.Local} – {change.Remote}";
        return $"{change.To?.Name() ?? texts["page.state.closed"]} {ends}";
    }

    // A semicolon ends a statement, a hash begins an entity, and brackets would be HTML.
    private static string Escape(string text)
    {
        var plain = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                ';' or '#' or '<' or '>' or '{' or '}' or '&' or '"' => plain.Append(CultureInfo.InvariantCulture, $"#{(int)c};"),
                _ when char.IsControl(c) => plain.Append(' '),
                _ => plain.Append(c),
            };
        }
        return plain.ToString();
    }
}
