namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>Everything in a scenario that something else in it may name.</summary>
internal sealed class ScenarioNames
{
    public ScenarioNames(Scenario scenario)
    {
        ScenarioAction[] actions = [.. scenario.Steps.SelectMany(s => s.Actions)];
        Values = scenario.Values.DistinctBy(v => v.Id).ToDictionary(v => v.Id);
        Ports = [.. scenario.Ports.Select(p => p.Id).Distinct()];
        Programs = scenario.Programs.DistinctBy(p => p.Id).ToDictionary(p => p.Id);
        Hosts = [.. scenario.Programs.Select(p => p.Host).Concat(scenario.Ports.Select(p => p.Host)).Distinct()];
        Sockets = [.. actions.SelectMany(a => (string?[])[a.Do == ActionKind.Socket ? a.Socket : null, a.Accepted]).OfType<string>().Distinct()];
        Calls = [.. actions.Where(a => a is { IsCall: true, Id: not null }).Select(a => a.Id!).Distinct()];
        Steps = [.. scenario.Steps.Select(s => s.Id)];
        Results = [.. Calls, .. scenario.Steps.Where(s => s.Decides).Select(s => s.Id)];
    }

    public IReadOnlyDictionary<string, ScenarioValue> Values { get; }

    public IReadOnlyList<string> Ports { get; }

    public IReadOnlyDictionary<string, ScenarioProgram> Programs { get; }

    /// <summary>The roles of hosts, by programs and ports.</summary>
    public IReadOnlyList<string> Hosts { get; }

    /// <summary>Every socket that some action makes.</summary>
    public IReadOnlyList<string> Sockets { get; }

    /// <summary>Actions with an id that are calls.</summary>
    public IReadOnlyList<string> Calls { get; }

    public IReadOnlyList<string> Steps { get; }

    /// <summary>What <c>result()</c> may ask for.</summary>
    public IReadOnlyList<string> Results { get; }
}
