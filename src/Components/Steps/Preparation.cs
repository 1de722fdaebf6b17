using ReuseAddrDashboard.Components.Link;
using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Components.Steps;

/// <summary>
/// What the person at this page prepares. While a run is open the form shows how that one was made; what was prepared here before somebody else's run is there
/// again after it.
/// </summary>
public sealed class Preparation
{
    private RunForm? _kept;
    private string? _run;
    private bool _touched;
    private (string Of, IReadOnlyDictionary<string, Scalar> Change)? _planned;

    /// <summary>What is shown; null where there is no lesson at all.</summary>
    public RunForm? Form { get; private set; }

    /// <summary>Another lesson is prepared.</summary>
    public void Choose(Scenario scenario)
    {
        Form = RunForm.Of(scenario).WithChoicesOf(Form);
        _touched = true;
    }

    /// <summary>A field was edited; of an open run that is the pace alone.</summary>
    public void Edit(RunForm form)
    {
        Form = form;
        _touched |= _run is null;
    }

    /// <summary>The next run of this lesson has other values: at once, or when the run that is open has been put away.</summary>
    public void Plan(IReadOnlyDictionary<string, Scalar> change)
    {
        if (Form is null)
            return;
        (_kept, _planned) = (null, (Form.Scenario.Id, change));
        if (_run is null)
            ApplyPlan();
    }

    /// <summary>The lab has changed.</summary>
    /// <param name="view">What is known now.</param>
    /// <param name="lesson">The lesson that the address names; null for none.</param>
    /// <param name="own">True for a run that was begun here: what was prepared for it has served.</param>
    public void Follow(LabView view, string? lesson, bool own)
    {
        bool another = view.Run?.Header.Id != _run;
        _run = view.Run?.Header.Id;
        if (view.Run is { } open)
        {
            if (another && _touched && !own)
                _kept = Form;
            _touched &= !another;
            Form = RunForm.Of(open.Header, another || Form is null ? open.PauseMs : Form.PauseMs);
            return;
        }
        if (another && _kept is { } kept && (lesson ?? kept.Scenario.Id) == kept.Scenario.Id)
            (Form, _touched) = (kept, true);
        else if (another)
            Form = Listed(lesson ?? Form?.Scenario.Id) is { } scenario ? RunForm.Of(scenario).WithChoicesOf(Form) : null;
        if (another)
            _kept = null;
        // The file of the lesson was edited, or taken away.
        if (Listed(Form?.Scenario.Id) is not { } newest)
            Form = null;
        else if (Form is null || Form.Scenario.Id != newest.Id)
            Form = RunForm.Of(newest).WithChoicesOf(Form);
        else if (!ReferenceEquals(Form.Scenario, newest))
            Form = Form.For(newest);
        ApplyPlan();

        // The lesson of that id, or that of the address, or the first of the catalogue.
        Scenario? Listed(string? id) =>
            (
                view.Scenarios.FirstOrDefault(s => s.Id == id)
                ?? view.Scenarios.FirstOrDefault(s => s.Id == lesson)
                ?? (view.Scenarios.Count > 0 ? view.Scenarios[0] : null)
            )?.Whole;
    }

    private void ApplyPlan()
    {
        if (_planned is not { } plan || Form is not { } form)
            return;
        _planned = null;
        if (form.Scenario.Id != plan.Of)
            return;
        foreach ((string name, Scalar content) in plan.Change)
        {
            if (form.Values.FirstOrDefault(v => v.Of.Id == name) is { } field)
                form = form.With(ValueField.From(field.Of, content));
        }
        (Form, _touched) = (form, true);
    }
}
