using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export.ByHand;

/// <summary>How a run is repeated by hand, in Markdown: the C programs, and what one types and presses in the terminals of the hosts.</summary>
internal static class HandNote
{
    /// <param name="run">The run.</param>
    /// <param name="texts">In which language.</param>
    public static string Write(RunFile run, TextCatalog texts)
    {
        var note = new MarkdownText(texts);
        note.Line($"# {MarkdownText.Plain(texts[Message.Of("by-hand.title", ("lesson", run.Script.Title))])}");
        if (HandPlay.Of(run) is not { } play)
        {
            note.Line(texts["by-hand.not"]);
            return note.ToString();
        }
        note.Line(texts["by-hand.needs"]);
        note.Table([texts["report.host"], texts["report.address"]], run.Hosts.Select(h => new[] { h.Name, h.Address }));
        note.Line(texts["by-hand.addresses"]);
        note.Heading("by-hand.programs");
        foreach (HandProgram program in play.Sources)
        {
            note.Line(texts[Message.Of("by-hand.program", ("file", $"`{program.Name}.c`"), ("host", program.Host))]);
            note.Fence("c", CSource.Write(program, run, turn => Prompt(turn, run, note), port => port));
            note.Fence("sh", $"gcc -Wall -o {program.Name} {program.Name}.c");
        }
        note.Heading("by-hand.steps");
        (string, int) within = default;
        int number = 0;
        foreach (HandAct act in play.Acts)
        {
            if (within != (act.Step, act.Attempt))
            {
                Look(note, run, within.Item1);
                within = (act.Step, act.Attempt);
                note.Line($"### {++number}. {MarkdownText.Plain(Title(act, run, note))}");
            }
            switch (act)
            {
                case HandTurn { First: true } start:
                    note.Line(texts[Message.Of("by-hand.start", ("host", start.Program.Host))]);
                    note.Fence("sh", $"./{start.Program.Name}");
                    break;
                case HandTurn turn:
                    note.Line(texts[Message.Of("by-hand.enter", ("host", turn.Program.Host), ("program", $"`./{turn.Program.Name}`"))]);
                    break;
                case HandKill kill:
                    note.Line(texts[Message.Of(kill.Child is null ? "by-hand.command" : "by-hand.kill-child", ("host", kill.Host), ("child", kill.Child))]);
                    note.Fence("sh", kill.Command);
                    break;
                case HandCommand command:
                    note.Line(texts[Message.Of("by-hand.command", ("host", command.Host))]);
                    note.Fence("sh", command.Command);
                    break;
                case HandWait { For: var wait }:
                    note.Line(
                        wait.For == WaitFor.Time
                            ? texts[Message.Of("by-hand.wait-time", ("time", (wait.LimitMs ?? 0) * 1_000_000L))]
                            : texts[Message.Of($"by-hand.wait-{wait.For.ToString()!.ToLowerInvariant()}", ("state", wait.State), ("flags", wait.Flags))]
                    );
                    break;
            }
        }
        Look(note, run, within.Item1);
        return note.ToString();
    }

    // Nothing was done yet before the first.
    private static void Look(MarkdownText note, RunFile run, string? step)
    {
        if (step is null)
            return;
        ScenarioPort main = run.Script.MainPort;
        note.Line(note.Texts[Message.Of("by-hand.look", ("host", main.Host))]);
        note.Fence("sh", string.Create(CultureInfo.InvariantCulture, $"ss -anot4 'sport == :{run.Ports.GetValueOrDefault(main.Id, main.Default)}'"));
    }

    private static string Title(HandAct act, RunFile run, MarkdownText note) =>
        run.Script.FindStep(act.Step) is { } step ? note.Of(act.Attempt > 1 ? step.AgainTitle ?? step.Title : step.Title) : act.Step;

    private static string Prompt(HandTurn? turn, RunFile run, MarkdownText note) =>
        note.Texts[turn is null ? new Message("by-hand.prompt-end") : Message.Of("by-hand.prompt", ("step", Title(turn, run, note)))];
}
