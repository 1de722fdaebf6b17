namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>
/// Everything that can be wrong with a scenario beyond the shape of its fields: names that name nothing, values out of range, actions that lack a field,
/// sockets used before they are made. Pure; what it is given has no null
/// where the types allow none.
/// </summary>
public static class ScenarioCheck
{
    /// <summary>The faults of a scenario, warnings among them, each with the path of its field.</summary>
    public static IReadOnlyList<ScenarioFault> Faults(Scenario scenario)
    {
        var faults = new FaultList();
        Check(scenario, faults);
        return faults.All;
    }

    /// <summary>The faults of one action with what a scenario names, wherever it may stand.</summary>
    public static IReadOnlyList<ScenarioFault> OfAction(Scenario scenario, ScenarioAction action)
    {
        var faults = new FaultList();
        var names = new ScenarioNames(scenario);
        new ActionCheck(scenario, names, new TextCheck(names, faults), new ConditionCheck(names, faults), faults).Check("action", action);
        return faults.All;
    }

    /// <summary>True for a word that may be a scenario's id.</summary>
    public static bool IsId(string text) => Shapes.IsId(text);

    /// <summary>Adds the faults of a scenario to those that are known.</summary>
    public static void Check(Scenario scenario, FaultList faults)
    {
        var names = new ScenarioNames(scenario);
        var texts = new TextCheck(names, faults);
        var conditions = new ConditionCheck(names, faults);
        new HeadCheck(scenario, names, texts, faults).Check();
        var actions = new ActionCheck(scenario, names, texts, conditions, faults);
        faults.Count("steps", scenario.Steps.Count, scenario.Free ? 0 : 1, scenario.Free ? 0 : Limits.MaxSteps);
        Ids("steps", scenario.Steps.Select(s => s.Id), faults);
        // result(ID) asks for a call or for a step that decides: a call may only have the name of its own step, or of one that decides nothing.
        var ids = new HashSet<string>();
        var sockets = new HashSet<string>();
        int filters = 0;
        for (int i = 0; i < scenario.Steps.Count; i++)
        {
            ScenarioStep step = scenario.Steps[i];
            string at = $"steps[{i}]";
            texts.Local($"{at}.title", step.Title, Limits.MaxTitle);
            texts.Local($"{at}.againTitle", step.AgainTitle, Limits.MaxTitle);
            texts.Local($"{at}.does", step.Does);
            texts.Local($"{at}.shows", step.Shows);
            faults.Count($"{at}.actions", step.Actions.Count, 1, Limits.MaxActions);
            for (int j = 0; j < step.Actions.Count; j++)
            {
                ScenarioAction action = step.Actions[j];
                string place = $"{at}.actions[{j}]";
                actions.Check(place, action);
                if (action.Id is { } id)
                {
                    if (!Shapes.IsId(id))
                        faults.Add($"{place}.id", FaultCodes.IdShape, ("name", FaultList.Shown(id)));
                    else if (!ids.Add(id) || scenario.Steps.Any(s => s != step && s.Id == id && s.Decides))
                        faults.Add($"{place}.id", FaultCodes.IdTwice, ("name", id));
                }
                if (action is { Do: ActionKind.Socket, Socket: { } made } && sockets.Add(made) || action.Accepted is { } accepted && sockets.Add(accepted))
                {
                    if (sockets.Count == Limits.MaxSockets + 1)
                        faults.Add(place, FaultCodes.TooMany, ("most", Limits.MaxSockets), ("given", sockets.Count));
                }
                if (action.Do is ActionKind.Drop or ActionKind.Reject or ActionKind.Delay && ++filters == Limits.MaxFilters + 1)
                    faults.Add(place, FaultCodes.TooMany, ("most", Limits.MaxFilters), ("given", filters));
            }
        }
        if (!scenario.Free && !scenario.Steps.Any(s => s.Decides))
            faults.Add("steps", FaultCodes.NothingDecides);
        new SequenceCheck(scenario, names, faults).Check();
        new OutcomeCheck(scenario, names, texts, conditions, faults).Check();
    }

    /// <summary>The ids of a list: each of the right shape, none twice.</summary>
    internal static void Ids(string list, IEnumerable<string> ids, FaultList faults, Func<string, bool>? isShaped = null, string shape = FaultCodes.IdShape)
    {
        var known = new HashSet<string>();
        int i = 0;
        foreach (string id in ids)
        {
            string field = $"{list}[{i++}].id";
            if (!(isShaped ?? Shapes.IsId)(id))
                faults.Add(field, shape, ("name", FaultList.Shown(id)));
            else if (!known.Add(id))
                faults.Add(field, FaultCodes.IdTwice, ("name", id));
        }
    }
}
