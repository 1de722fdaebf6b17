using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Shell;

/// <summary>A scenario in the select.</summary>
/// <param name="Missing">Why these hosts cannot run it; null when they can.</param>
public sealed record ScenarioOption(string Id, string Topic, string Title, string? Missing)
{
    /// <summary>By topic, then as the catalogue has them.</summary>
    public static IReadOnlyList<ScenarioOption> All(IReadOnlyList<ListedScenario> scenarios, LabState? state, PageTexts text) =>
        [.. scenarios.Select(s => new ScenarioOption(s.Id, s.Topic, text[s.Title], Lacks(s, state, text))).OrderBy(o => Place(o.Topic))];

    /// <summary>What <see cref="All"/> depends on, comparable by value: the catalogue, and who the hosts are.</summary>
    public static (IReadOnlyList<ListedScenario> Scenarios, string Hosts) Basis(IReadOnlyList<ListedScenario> scenarios, LabState? state) =>
        (scenarios, string.Join(' ', state?.Hosts.Select(h => $"{h.Name} {h.Facts?.BootId} {h.Facts?.Pid}") ?? []));

    private static int Place(string topic)
    {
        for (int i = 0; i < Topics.All.Count; i++)
        {
            if (Topics.All[i] == topic)
                return i;
        }
        return Topics.All.Count;
    }

    // Of hosts that have not joined yet nobody knows what they lack.
    private static string? Lacks(ListedScenario scenario, LabState? state, PageTexts text) =>
        state is null || state.Hosts.Any(h => h.Facts is null) ? null
        : ScenarioNeeds.Missing(scenario.Demands, [.. state.Hosts.Select(h => h.Facts!)], state.Mode) is { Count: > 0 } missing ? text.Join(missing)
        : null;
}
