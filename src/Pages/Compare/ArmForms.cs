using ReuseAddrDashboard.Components.Steps;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Pages.Compare;

/// <summary>Two runs of one lesson that differ in one value, as they are prepared: each has ports of its own.</summary>
/// <param name="Left">The first.</param>
/// <param name="Right">The second.</param>
/// <param name="Value">The value in which they differ, by its id.</param>
internal sealed record ArmForms(RunForm Left, RunForm Right, string Value)
{
    /// <summary>With the two contents that say most: off and on, the first two choices, a number and its least.</summary>
    public static ArmForms Of(Scenario scenario, string? value = null)
    {
        ScenarioValue of = scenario.Values.FirstOrDefault(v => v.Id == value) ?? scenario.Values[0];
        (Scalar left, Scalar right) = of.Kind switch
        {
            ValueKind.Switch => (Scalar.Of(false), Scalar.Of(true)),
            ValueKind.Choice => (Scalar.Of(of.Choices![0].Id), Scalar.Of(of.Choices[1].Id)),
            _ => (of.Default, Scalar.Of(of.Default.Number == of.Min ? of.Max ?? 0 : of.Min ?? 0)),
        };
        RunForm form = RunForm.Of(scenario);
        return new(form.With(ValueField.From(of, left)), OtherPorts(form).With(ValueField.From(of, right)), of.Id);
    }

    /// <summary>True when both can be run and do differ.</summary>
    public bool IsValid =>
        Left.IsValid
        && Right.IsValid
        && Field(Left).Value?.ToString() != Field(Right).Value?.ToString()
        && !Left.PortNumbers!.Values.Intersect(Right.PortNumbers!.Values).Any();

    /// <summary>The value's field in one of them.</summary>
    public ValueField Field(RunForm of) => of.Values.First(v => v.Of.Id == Value);

    // The next ports that are none of the first's.
    private static RunForm OtherPorts(RunForm form)
    {
        int step = form.Ports.Max(p => p.Number!.Value) - form.Ports.Min(p => p.Number!.Value) + 1;
        foreach (PortField port in form.Ports)
        {
            int other = port.Number!.Value + step <= Limits.MaxPort ? port.Number.Value + step : port.Number.Value - step;
            form = form.With(port with { Text = other.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }
        return form;
    }
}
