namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>What stands after the steps: question, explanations, and what tests expect.</summary>
internal sealed class OutcomeCheck(Scenario scenario, ScenarioNames names, TextCheck texts, ConditionCheck conditions, FaultList faults)
{
    private const int MaxExpectations = 32;

    public void Check()
    {
        Question();
        Explanations();
        faults.Count("expect", scenario.Expect?.Count ?? 0, 0, MaxExpectations);
        for (int i = 0; i < scenario.Expect?.Count; i++)
        {
            ScenarioExpectation expected = scenario.Expect[i];
            Values($"expect[{i}].values", expected.Values);
            faults.Count($"expect[{i}].that", expected.That.Count, 1, MaxExpectations);
            for (int j = 0; j < expected.That.Count; j++)
                conditions.Check($"expect[{i}].that[{j}]", expected.That[j]);
            if (expected.Explanation is { } explanation && scenario.Explanations.All(e => e.Id != explanation))
                faults.Unknown($"expect[{i}].explanation", FaultCodes.UnknownExplanation, explanation, scenario.Explanations.Select(e => e.Id));
        }
    }

    private void Question()
    {
        if (scenario.Question is not { } question)
            return;
        texts.Local("question.text", question.Text);
        if (question.Before is { } before && !names.Steps.Contains(before))
            faults.Unknown("question.before", FaultCodes.UnknownStep, before, names.Steps);
        faults.Count("question.choices", question.Choices.Count, 2, Limits.MaxChoices);
        ScenarioCheck.Ids("question.choices", question.Choices.Select(c => c.Id), faults);
        for (int i = 0; i < question.Choices.Count; i++)
        {
            texts.Local($"question.choices[{i}].text", question.Choices[i].Text);
            conditions.Check($"question.choices[{i}].when", question.Choices[i].When);
        }
    }

    private void Explanations()
    {
        faults.Count("explanations", scenario.Explanations.Count, 0, Limits.MaxExplanations);
        ScenarioCheck.Ids("explanations", scenario.Explanations.Select(e => e.Id), faults);
        for (int i = 0; i < scenario.Explanations.Count; i++)
        {
            ScenarioExplanation explanation = scenario.Explanations[i];
            conditions.Check($"explanations[{i}].when", explanation.When);
            texts.Local($"explanations[{i}].text", explanation.Text);
            if (explanation.TryNext is { } next)
                Values($"explanations[{i}].tryNext", next);
        }
    }

    private void Values(string field, IReadOnlyDictionary<string, Scalar> values)
    {
        foreach ((string name, Scalar given) in values)
        {
            if (!names.Values.TryGetValue(name, out ScenarioValue? value))
                faults.Unknown($"{field}.{name}", FaultCodes.UnknownValue, name, names.Values.Keys);
            else if (!value.Allows(given))
                faults.Add($"{field}.{name}", FaultCodes.ValueNotAllowed, ("name", FaultList.Shown(given.ToString())), ("allowed", HeadCheck.Allowed(value)));
        }
    }
}
