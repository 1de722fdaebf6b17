using System.Text.Json;
using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Components.Steps;

/// <summary>The action that comes next, as a line of code: <c>bind(lfd, 0.0.0.0:11111)</c>, <c>./sv 1</c>.</summary>
public static class ActionWords
{
    /// <summary>What it will be in that run.</summary>
    public static string Describe(RunHeader run, ScenarioAction action, PageTexts text) =>
        action.Do switch
        {
            ActionKind.Start => run.Script.FindProgram(action.Program) is { } program ? RunAddresses.Fill(run, program.Command) : action.Program ?? "",
            ActionKind.Exit => $"{action.Program}: exit()",
            ActionKind.Kill => $"kill -9 {action.Program}",
            ActionKind.Fork => $"{action.Program}: fork()",
            ActionKind.Sysctl => $"sysctl {action.Name}={RunAddresses.Fill(run, action.Value?.ToString() ?? "")}",
            ActionKind.Wait => text[
                action.For == WaitFor.Gone ? "lab.waits-gone"
                : action.For == WaitFor.State ? "lab.waits-state"
                : "lab.waits",
                ("state", action.State ?? "")
            ],
            ActionKind.Drop or ActionKind.Reject or ActionKind.Delay or ActionKind.Pass => $"{Name(action.Do)} {action.Name}",
            _ => $"{Name(action.Do)}({string.Join(", ", Arguments(run, action))})",
        };

    private static IEnumerable<string> Arguments(RunHeader run, ScenarioAction action)
    {
        if (action.Socket is { } socket && action.Do != ActionKind.Socket)
            yield return socket;
        if (action.Option is { } option)
            yield return option;
        if (RunAddresses.Target(run, action) is { } target)
            yield return target.ToString();
        if (action.Value is { } value)
            yield return RunAddresses.Fill(run, value.ToString());
        if (action.Backlog is { } backlog)
            yield return RunAddresses.Fill(run, backlog.ToString());
    }

    // As in the scenario's file: setsockopt, accept4.
    private static string Name(ActionKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()).ToLowerInvariant();
}
