using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>
/// A run as a lab note in Markdown (CommonMark with GitHub's tables): hosts, what was chosen, each step with its calls and what ss showed after it, the
/// diagram, the prediction, the outcome and why.
/// </summary>
internal static class LabNote
{
    /// <summary>RFC 7763.</summary>
    public const string MediaType = "text/markdown";

    /// <summary>Lines of calls of one step at most; the rest is counted.</summary>
    private const int MostLines = 200;

    /// <param name="run">The run.</param>
    /// <param name="texts">In which language.</param>
    public static string Write(RunFile run, TextCatalog texts)
    {
        RunHeader header = RunFiles.HeaderOf(run);
        Timeline timeline = Timeline.Fold(header, run.Events);
        var note = new MarkdownText(texts);
        note.Line($"# {MarkdownText.Plain(note.Of(run.Script.Title))}");
        note.Line(MarkdownText.Plain(note.Of(run.Script.Summary)));
        note.Line(
            texts[Message.Of("report.run", ("run", run.Id), ("when", run.StartedAt.ToString("yyyy-MM-dd HH:mm:ss 'UTC'zzz", CultureInfo.InvariantCulture)))]
        );
        Hosts(note, run);
        Chosen(note, run);
        foreach (StepProgress step in timeline.Progress.Steps.Where(s => s.Attempt > 0))
            Step(note, run, step.Step);
        note.Heading("report.diagram");
        note.Fence("mermaid", MermaidDiagram.Write(timeline, texts));
        Outcome(note, run, timeline);
        if (run.Script.ReadMore.Count > 0)
        {
            note.Heading("report.read-more");
            note.Line(
                string.Join(
                    '\n',
                    run.Script.ReadMore.Select(r =>
                        r.About is { } about ? $"- {MarkdownText.Plain(r.Source)}: {MarkdownText.Plain(note.Of(about))}" : $"- {MarkdownText.Plain(r.Source)}"
                    )
                )
            );
        }
        return note.ToString();
    }

    private static void Hosts(MarkdownText note, RunFile run)
    {
        note.Heading("report.hosts");
        note.Table(
            [note.Texts["report.host"], note.Texts["report.address"], note.Texts["report.kernel"], note.Texts["report.sources"]],
            run.Hosts.Select(h =>
                new[]
                {
                    h.Name,
                    string.Join(", ", ((string?[])[h.Address, h.SecondAddress, h.V6Address]).OfType<string>()),
                    $"{h.Kernel} ({h.Os})",
                    string.Join(", ", h.Sources.Where(s => s.Available).Select(s => s.Name)),
                }
            )
        );
    }

    private static void Chosen(MarkdownText note, RunFile run)
    {
        note.Heading("report.chosen");
        note.Table(
            [note.Texts["report.value"], ""],
            [
                .. run.Ports.Select(p => new[] { note.Texts[Message.Of("report.port", ("port", p.Key))], p.Value.ToString(CultureInfo.InvariantCulture) }),
                .. run.Script.Values.Select(v => new[] { note.Of(v.Label), v.Shown(run.Values.GetValueOrDefault(v.Id, v.Default), note.Texts) }),
            ]
        );
    }

    private static void Step(MarkdownText note, RunFile run, ScenarioStep step)
    {
        note.Line($"## {MarkdownText.Plain(note.Of(step.Title))}");
        note.Line(MarkdownText.Plain(note.Of(step.Does)));
        var lines = new List<string>();
        long? end = null;
        bool within = false;
        foreach (RunEvent e in run.Events)
        {
            switch (e)
            {
                case StepEvent begun when begun.Step == step.Id:
                    within = begun.Status == StepStatus.Started;
                    end = begun.T;
                    break;
                case ProgramEvent { Change: ProgramChange.Started, Command: { } command } when within:
                    lines.Add($"{e.Host}$ {command}");
                    break;
                case CallEvent call when call.Step == step.Id:
                    lines.Add($"{Durations.Moment(call.T), 8}  {call.Host}: {StraceLine.Write(call)}");
                    break;
                case OutputEvent output when within:
                    lines.Add(output.Text);
                    break;
                case ProgramEvent program when within:
                    lines.Add(
                        $"{Durations.Moment(program.T), 8}  {program.Host}: {program.Program} {program.Change.ToString().ToLowerInvariant()}{(program.Child is { } child ? $" {child}" : "")}"
                    );
                    break;
                case EnvironmentEvent { Change: not EnvironmentChange.Refused } change when within:
                    lines.Add($"{Durations.Moment(change.T), 8}  {change.Host}: {change.What} {change.Name}{(change.Value is { } value ? $" = {value}" : "")}");
                    break;
            }
        }
        if (lines.Count > MostLines)
            lines = [.. lines.Take(MostLines), note.Texts[Message.Of("report.more", ("count", lines.Count - MostLines))]];
        note.Fence("", string.Join('\n', lines));
        if (end is not { } at)
            return;
        foreach (ScenarioPort port in run.Script.Ports.Where(p => run.Hosts.Any(h => h.Name == p.Host)))
        {
            int number = run.Ports.GetValueOrDefault(port.Id, port.Default);
            note.Fence("", $"{port.Host}$ ss -anot4 'sport == :{number}'\n{SsView.At(run, port.Host, number, at)}");
        }
    }

    private static void Outcome(MarkdownText note, RunFile run, Timeline timeline)
    {
        if (run.Script.Question is { } question && timeline.Notes.Where(n => n.Code == NoteCodes.Predicted).ToArray() is { Length: > 0 } predictions)
        {
            note.Heading("report.prediction");
            note.Line(MarkdownText.Plain(note.Of(question.Text)));
            note.Line(string.Join('\n', predictions.Select(p => $"- {MarkdownText.Plain(note.Texts[p.Message])}")));
        }
        note.Heading("report.outcome");
        foreach (StepResult result in timeline.Results)
        {
            VerdictWords words = VerdictMessages.Words(result);
            string step = run.Script.FindStep(result.Step) is { } of ? note.Of(of.Title) : result.Step;
            note.Line(
                $"**{MarkdownText.Plain(step)}{(result.Attempt > 1 ? $" ({result.Attempt})" : "")}: {MarkdownText.Code(StraceLine.Write(result.Deciding.Call))}**"
            );
            note.Line(MarkdownText.Plain(note.Texts.Join([words.Result, .. words.Why, .. words.Rule is { } rule ? (Message[])[rule] : []])));
            if (words.Remedies.Count > 0)
                note.Line(string.Join('\n', words.Remedies.Select(r => $"- {MarkdownText.Plain(note.Texts[r])}")));
        }
        if (timeline.Results.Count == 0)
            note.Line(note.Texts["report.undecided"]);
        else if (run.Script.Explanations.FirstOrDefault(e => e.When.Holds(timeline.Facts)) is { } explanation)
            note.Line(MarkdownText.Plain(note.Of(explanation.Text)));
        if (timeline.Lost > 0)
            note.Line(string.Join('\n', timeline.Gaps.Where(g => g.Lost > 0).Select(g => $"- {g.Lost}: {MarkdownText.Plain(note.Texts[g.Reason])}")));
    }
}
