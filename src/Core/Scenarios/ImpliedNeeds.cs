namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What a scenario cannot do without, by what it does: nobody has to write it down.</summary>
public static class ImpliedNeeds
{
    /// <summary>The scenario with what it needs beside what its file says.</summary>
    public static Scenario Complete(Scenario scenario) => scenario with { Needs = [.. scenario.Needs.Union(Find(scenario)).Order()] };

    /// <summary>Every need that follows from actions, programs and conditions.</summary>
    public static IReadOnlySet<ScenarioNeed> Find(Scenario scenario)
    {
        var needs = new HashSet<ScenarioNeed>();
        foreach (ScenarioAction action in scenario.Steps.SelectMany(s => s.Actions))
            needs.UnionWith(Find(action));
        if (scenario.Programs.Any(p => p.Uid is not null))
            needs.Add(ScenarioNeed.Users);
        if (Conditions(scenario).Any(AskForSegments))
            needs.Add(ScenarioNeed.Capture);
        return needs;
    }

    /// <summary>Whether a condition asks for segments: what nobody captured was not sent, as far as it knows.</summary>
    public static bool AskForSegments(Condition condition) =>
        condition.Operands.Any(o => o is { Arguments: not null, Word: "segments" or "min-window" or "first-to-close" });

    /// <summary>What an action needs.</summary>
    public static IEnumerable<ScenarioNeed> Find(ScenarioAction action)
    {
        switch (action.Do)
        {
            case ActionKind.Sysctl:
                yield return ScenarioNeed.OwnNamespaces;
                break;
            case ActionKind.Drop or ActionKind.Reject:
                yield return ScenarioNeed.OwnNamespaces;
                yield return ScenarioNeed.Nft;
                break;
            case ActionKind.Delay:
                yield return ScenarioNeed.OwnNamespaces;
                yield return ScenarioNeed.Netem;
                break;
            case ActionKind.Fork:
                yield return ScenarioNeed.Fork;
                break;
            case ActionKind.Wait when action.For == WaitFor.Segment:
                yield return ScenarioNeed.Capture;
                break;
            default:
                break;
        }
        if (action.Address?.EndsWith(AddressNames.V6Suffix, StringComparison.Ordinal) == true)
            yield return ScenarioNeed.Ipv6;
        if (action.Address?.EndsWith(AddressNames.SecondSuffix, StringComparison.Ordinal) == true)
            yield return ScenarioNeed.SecondAddress;
    }

    // Not those of tests (expect): a run does without them.
    private static IEnumerable<Condition> Conditions(Scenario scenario) =>
        scenario
            .Steps.SelectMany(s => s.Actions)
            .Select(a => a.When)
            .OfType<Condition>()
            .Concat(scenario.Question?.Choices.Select(c => c.When) ?? [])
            .Concat(scenario.Explanations.Select(e => e.When));
}
