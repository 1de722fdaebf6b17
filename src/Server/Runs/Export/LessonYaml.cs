using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>
/// What was done in free play as a scenario file (docs/scenarios.md): what one program did in a row is a step. YAML, with each action in braces, as JSON may be
/// written in it.
/// </summary>
internal static class LessonYaml
{
    /// <summary>RFC 9512.</summary>
    public const string MediaType = "application/yaml";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The scenario; null where nothing was done yet.</summary>
    /// <param name="run">A run of free play.</param>
    /// <param name="id">The lesson's id, which its file has to be named by.</param>
    /// <param name="title">Its title.</param>
    public static string? Write(RunFile run, string id, string title)
    {
        ScenarioProgress progress = ScenarioProgress.Fold(RunFiles.HeaderOf(run), run.Events);
        ScenarioAction[] made = [.. progress.Steps.Where(s => s.Attempt > 0).SelectMany(s => s.Step.Actions)];
        if (!made.Any(a => a.IsCall))
            return null;
        if (!made.Any(a => a.Decides))
            made[Array.FindLastIndex(made, a => a.IsCall)] = made.Last(a => a.IsCall) with { Decides = true };
        Scenario script = run.Script;
        var yaml = new StringBuilder();
        yaml.Append("# yaml-language-server: $schema=scenario.schema.json\n");
        yaml.Append($"id: {id}\ntitle: {Text(title)}\nsummary: {Text(title)}\ntopic: own\nlevel: {script.Level.ToString().ToLowerInvariant()}\n\nports:\n");
        foreach (ScenarioPort port in script.Ports)
            yaml.Append($"  - {{ id: {port.Id}, default: {run.Ports.GetValueOrDefault(port.Id, port.Default)}, host: {port.Host} }}\n");
        yaml.Append("\nprograms:\n");
        foreach (ScenarioProgram program in script.Programs.Where(p => made.Any(a => a.Program == p.Id)))
            yaml.Append($"  - {{ id: {program.Id}, host: {program.Host}, command: {Text(program.Command)} }}\n");
        yaml.Append("\nsteps:\n");
        foreach ((int index, ScenarioAction[] step) in Steps(made).Index())
        {
            string what = $"{step[0].Program}: {string.Join(", ", step.Where(a => a.Do != ActionKind.Start).Select(a => a.Do.ToString().ToLowerInvariant()))}";
            string shown = what.Length <= Limits.MaxTitle ? what : what[..Limits.MaxTitle];
            yaml.Append($"  - id: step-{index + 1}\n    title: {Text(shown)}\n    does: {Text(shown)}\n    actions:\n");
            foreach (ScenarioAction action in step)
                yaml.Append($"      - {Action(action)}\n");
        }
        return yaml.ToString();
    }

    // What one program does in a row is a step; where that makes too many, neighbours go together.
    private static List<ScenarioAction[]> Steps(IReadOnlyList<ScenarioAction> made)
    {
        var steps = new List<List<ScenarioAction>>();
        foreach (ScenarioAction action in made)
        {
            if (steps.Count == 0 || steps[^1][0].Program != action.Program || steps[^1].Count >= Limits.MaxActions)
                steps.Add([]);
            steps[^1].Add(action);
        }
        while (steps.Count > Limits.MaxSteps)
        {
            int at = Enumerable.Range(0, steps.Count - 1).MinBy(i => steps[i].Count + steps[i + 1].Count);
            steps[at].AddRange(steps[at + 1]);
            steps.RemoveAt(at + 1);
        }
        return [.. steps.Select(s => s.ToArray())];
    }

    private static string Action(ScenarioAction action)
    {
        JsonObject json = JsonSerializer.SerializeToNode(action, WireJson.Default.ScenarioAction)!.AsObject();
        HashSet<string> given = [.. ActionFields.GivenIn(action)];
        IEnumerable<string> fields = json.Where(f => f.Key == "do" || given.Contains(f.Key)).Select(f => $"{f.Key}: {f.Value!.ToJsonString(Plain)}");
        return $"{{ {string.Join(", ", fields)} }}";
    }

    private static string Text(string text) => JsonSerializer.Serialize(text, Plain);
}
