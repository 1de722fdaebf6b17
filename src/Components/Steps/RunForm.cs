using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Components.Steps;

/// <summary>A value of the scenario as a person edits it.</summary>
/// <param name="Of">The value.</param>
/// <param name="Text">A switch is 0 or 1, a number is as typed, a choice is its id.</param>
public sealed record ValueField(ScenarioValue Of, string Text)
{
    /// <summary>Null when what was typed is none.</summary>
    public Scalar? Value =>
        Of.Kind switch
        {
            ValueKind.Switch => Scalar.Of(Text == "1"),
            ValueKind.Number => long.TryParse(Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && Of.Allows(Scalar.Of(number))
                ? Scalar.Of(number)
                : null,
            _ => Of.Allows(Scalar.Of(Text)) ? Scalar.Of(Text) : null,
        };

    /// <summary>A field that shows a value.</summary>
    public static ValueField From(ScenarioValue value, Scalar content) => new(value, content.ToString());
}

/// <summary>A port of the scenario as a person edits it.</summary>
/// <param name="Of">The port.</param>
/// <param name="Text">As typed.</param>
public sealed record PortField(ScenarioPort Of, string Text)
{
    /// <summary>Null when what was typed is none.</summary>
    public int? Number =>
        int.TryParse(Text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= Limits.MinPort and <= Limits.MaxPort
            ? port
            : null;
}

/// <summary>What a run is made with, as a person edits it before: the scenario's values and ports, and the pace.</summary>
public sealed class RunForm : IEquatable<RunForm>
{
    private RunForm(Scenario scenario, IReadOnlyList<ValueField> values, IReadOnlyList<PortField> ports, int pauseMs) =>
        (Scenario, Values, Ports, PauseMs) = (scenario, values, ports, pauseMs);

    /// <summary>What is to be run.</summary>
    public Scenario Scenario { get; }

    /// <summary>One for each value of the scenario.</summary>
    public IReadOnlyList<ValueField> Values { get; }

    /// <summary>One for each port of the scenario.</summary>
    public IReadOnlyList<PortField> Ports { get; }

    /// <summary>Milliseconds between two actions.</summary>
    public int PauseMs { get; }

    /// <summary>True when every field holds what it may.</summary>
    public bool IsValid => PortNumbers is not null && Values.All(v => v.Value is not null);

    /// <summary>The ports by their ids; null when one of them is none, or two are the same.</summary>
    public IReadOnlyDictionary<string, int>? PortNumbers =>
        Ports.All(p => p.Number is not null) && Ports.Select(p => p.Number).Distinct().Count() == Ports.Count
            ? Ports.ToDictionary(p => p.Of.Id, p => p.Number!.Value)
            : null;

    /// <summary>The scenario's first port; null when what was typed is none.</summary>
    public int? MainPort => Ports[0].Number;

    /// <summary>As the scenario has it.</summary>
    public static RunForm Of(Scenario scenario) =>
        new(
            scenario,
            [.. scenario.Values.Select(v => ValueField.From(v, v.Default))],
            [.. scenario.Ports.Select(p => new PortField(p, Text(p.Default)))],
            scenario.PauseMs
        );

    /// <summary>As a run was started.</summary>
    public static RunForm Of(RunHeader run, int pauseMs) =>
        new(
            run.Script,
            [.. run.Script.Values.Select(v => ValueField.From(v, run.Values.GetValueOrDefault(v.Id, v.Default)))],
            [.. run.Script.Ports.Select(p => new PortField(p, Text(run.Ports.GetValueOrDefault(p.Id, p.Default))))],
            pauseMs
        );

    /// <summary>The same with another content of that value's field.</summary>
    public RunForm With(ValueField value) => new(Scenario, [.. Values.Select(v => v.Of.Id == value.Of.Id ? value : v)], Ports, PauseMs);

    /// <summary>The same with another content of that port's field.</summary>
    public RunForm With(PortField port) => new(Scenario, Values, [.. Ports.Select(p => p.Of.Id == port.Of.Id ? port : p)], PauseMs);

    /// <summary>The same with another pause, in milliseconds.</summary>
    public RunForm WithPause(int pauseMs) => new(Scenario, Values, Ports, pauseMs);

    /// <summary>With the ports and the pace that a person had chosen in another form, where they are not what its scenario had said.</summary>
    public RunForm WithChoicesOf(RunForm? other) =>
        other is null
            ? this
            : new(
                Scenario,
                Values,
                [
                    .. Ports.Select(p =>
                        other.Ports.FirstOrDefault(o => o.Of.Id == p.Of.Id && o.Text != Text(o.Of.Default)) is { } chosen ? p with { Text = chosen.Text } : p
                    ),
                ],
                other.PauseMs != other.Scenario.PauseMs ? other.PauseMs : PauseMs
            );

    /// <summary>The same with a newer version of the scenario: what was typed stays where there is still a place for it.</summary>
    public RunForm For(Scenario newer)
    {
        RunForm form = Of(newer).WithChoicesOf(this);
        return new(
            newer,
            [
                .. form.Values.Select(v =>
                    Values.FirstOrDefault(o => o.Of.Id == v.Of.Id && o.Of.Kind == v.Of.Kind) is { } typed ? v with { Text = typed.Text } : v
                ),
            ],
            form.Ports,
            form.PauseMs
        );
    }

    /// <summary>Whether a run was made with these values.</summary>
    public bool Made(RunHeader run) =>
        run.Scenario == Scenario.Id && Values.All(v => v.Value?.ToString() == run.Values.GetValueOrDefault(v.Of.Id, v.Of.Default).ToString());

    /// <summary>What the lab is asked for.</summary>
    public StartRun Request() =>
        new()
        {
            Scenario = Scenario.Id,
            Values = Values.Where(v => v.Value is not null).ToDictionary(v => v.Of.Id, v => v.Value!.Value),
            Ports = PortNumbers,
            PauseMs = PauseMs,
        };

    /// <summary>What a run made with it would be, for what can be said before it is; null where a field or a host is missing.</summary>
    public RunHeader? Planned(LabState? state) => state is null || !IsValid || state.Hosts.Any(h => h.Facts is null) ? null : Header(state);

    /// <summary>The same however much is missing.</summary>
    public RunHeader Header(LabState? state) =>
        new()
        {
            Id = "",
            Lab = state?.Id ?? "",
            Scenario = Scenario.Id,
            Values = Values.ToDictionary(v => v.Of.Id, v => v.Value ?? v.Of.Default),
            Ports = Ports.ToDictionary(p => p.Of.Id, p => p.Number ?? p.Of.Default),
            PauseMs = PauseMs,
            Hosts = [.. state?.Hosts.Select(h => h.Facts).OfType<HostFacts>() ?? []],
            Mode = state?.Mode ?? default,
            Script = Scenario,
        };

    /// <summary>By content.</summary>
    public bool Equals(RunForm? other) =>
        other is not null
        && (Scenario.Id, PauseMs) == (other.Scenario.Id, other.PauseMs)
        && Values.SequenceEqual(other.Values)
        && Ports.SequenceEqual(other.Ports);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as RunForm);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scenario.Id, PauseMs, Values.Count, Ports.Count);

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
