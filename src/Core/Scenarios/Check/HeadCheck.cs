namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>What stands before the steps: texts, values, ports and programs.</summary>
internal sealed class HeadCheck(Scenario scenario, ScenarioNames names, TextCheck texts, FaultList faults)
{
    private const int MaxReferences = 12,
        MaxUnit = 16;

    public void Check()
    {
        if (!Shapes.IsId(scenario.Id))
            faults.Add("id", FaultCodes.IdShape, ("name", FaultList.Shown(scenario.Id)));
        texts.Local("title", scenario.Title, Limits.MaxTitle);
        texts.Local("summary", scenario.Summary);
        if (!Topics.All.Contains(scenario.Topic))
            faults.Unknown("topic", FaultCodes.NotWord, scenario.Topic, Topics.All);
        if (scenario.PauseMs is < 0 or > Limits.MaxPauseMs)
            Range("pauseMs", scenario.PauseMs, 0, Limits.MaxPauseMs);
        Values();
        Ports();
        Programs();
        faults.Count("readMore", scenario.ReadMore.Count, 0, MaxReferences);
        for (int i = 0; i < scenario.ReadMore.Count; i++)
        {
            texts.Bounded($"readMore[{i}].source", scenario.ReadMore[i].Source, Limits.MaxTitle);
            texts.Local($"readMore[{i}].about", scenario.ReadMore[i].About);
        }
    }

    private void Values()
    {
        faults.Count("values", scenario.Values.Count, 0, Limits.MaxValues);
        ScenarioCheck.Ids(
            "values",
            scenario.Values.Select(v => v.Id),
            faults,
            id => Shapes.IsValueId(id) && !names.Hosts.Contains(id) && !names.Ports.Contains(id),
            FaultCodes.ValueIdShape
        );
        for (int i = 0; i < scenario.Values.Count; i++)
        {
            ScenarioValue value = scenario.Values[i];
            string at = $"values[{i}]";
            texts.Local($"{at}.label", value.Label, Limits.MaxTitle);
            Fields(at, value);
            if (!value.Allows(value.Default))
                faults.Add($"{at}.default", FaultCodes.ValueNotAllowed, ("name", FaultList.Shown(value.Default.ToString())), ("allowed", Allowed(value)));
        }
    }

    private void Fields(string at, ScenarioValue value)
    {
        bool number = value.Kind == ValueKind.Number,
            choice = value.Kind == ValueKind.Choice;
        foreach (
            (string field, bool given, bool takes) in (ReadOnlySpan<(string, bool, bool)>)
                [
                    ("min", value.Min is not null, number),
                    ("max", value.Max is not null, number),
                    ("unit", value.Unit is not null, number),
                    ("choices", value.Choices is not null, choice),
                ]
        )
        {
            if (given && !takes)
                faults.Add($"{at}.{field}", FaultCodes.ValueField, ("kind", value.Kind.ToString().ToLowerInvariant()), ("field", field));
            else if (takes && !given && field != "unit")
                faults.Add(at, FaultCodes.ValueNeeds, ("kind", value.Kind.ToString().ToLowerInvariant()), ("field", field));
        }
        if (value is { Min: { } min, Max: { } max } && min > max)
            Range($"{at}.max", max, min, long.MaxValue);
        if (value.Unit is { } unit)
            texts.Bounded($"{at}.unit", unit, MaxUnit);
        if (value.Choices is not { } choices)
            return;
        faults.Count($"{at}.choices", choices.Count, 2, Limits.MaxChoices);
        ScenarioCheck.Ids($"{at}.choices", choices.Select(c => c.Id), faults, Shapes.IsChoice, FaultCodes.ChoiceShape);
        for (int i = 0; i < choices.Count; i++)
            texts.Local($"{at}.choices[{i}].label", choices[i].Label, Limits.MaxTitle);
    }

    private void Ports()
    {
        faults.Count("ports", scenario.Ports.Count, 1, Limits.MaxPorts);
        ScenarioCheck.Ids("ports", scenario.Ports.Select(p => p.Id), faults, id => Shapes.IsId(id) && !id.All(char.IsAsciiDigit));
        var known = new HashSet<int>();
        for (int i = 0; i < scenario.Ports.Count; i++)
        {
            ScenarioPort port = scenario.Ports[i];
            if (port.Default is < Limits.MinPort or > Limits.MaxPort)
                Range($"ports[{i}].default", port.Default, Limits.MinPort, Limits.MaxPort);
            else if (!known.Add(port.Default))
                faults.Add($"ports[{i}].default", FaultCodes.PortTwice, ("port", port.Default));
            Host($"ports[{i}].host", port.Host);
        }
    }

    private void Programs()
    {
        faults.Count("programs", scenario.Programs.Count, 1, Limits.MaxPrograms);
        ScenarioCheck.Ids("programs", scenario.Programs.Select(p => p.Id), faults);
        for (int i = 0; i < scenario.Programs.Count; i++)
        {
            Host($"programs[{i}].host", scenario.Programs[i].Host);
            texts.Filled($"programs[{i}].command", scenario.Programs[i].Command);
        }
    }

    private void Host(string field, string host)
    {
        if (!Shapes.IsName(host))
            faults.Add(field, FaultCodes.HostShape, ("name", FaultList.Shown(host)));
    }

    private void Range(string field, long given, long min, long max) => faults.Add(field, FaultCodes.Range, ("given", given), ("min", min), ("max", max));

    /// <summary>What a value can be, as a sentence names it.</summary>
    public static string Allowed(ScenarioValue value) =>
        value.Kind switch
        {
            ValueKind.Switch => "true, false",
            ValueKind.Number => $"{value.Min} – {value.Max}",
            _ => string.Join(", ", (value.Choices ?? []).Select(c => c.Id)),
        };
}
