using System.Globalization;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What a run is to be, checked: the lesson, its values and ports.</summary>
/// <param name="Script">The lesson, without what tests expect of it.</param>
/// <param name="Values">One for each value of the lesson.</param>
/// <param name="Ports">One for each port of the lesson.</param>
/// <param name="PauseMs">Milliseconds between two actions.</param>
internal sealed record RunPlan(Scenario Script, IReadOnlyDictionary<string, Scalar> Values, IReadOnlyDictionary<string, int> Ports, int PauseMs)
{
    /// <summary>The roles that it cannot do without.</summary>
    public IReadOnlyList<string> Roles { get; } = RolesOf(Script);

    /// <summary>The roles that a lesson cannot do without.</summary>
    public static IReadOnlyList<string> RolesOf(Scenario script) =>
        [
            .. script
                .Programs.Select(p => p.Host)
                .Concat(script.Ports.Select(p => p.Host))
                .Concat(script.Steps.SelectMany(s => s.Actions).Select(a => a.Host).OfType<string>())
                .Distinct(),
        ];

    /// <summary>The plan that a request makes of a lesson; null with what is wrong with it.</summary>
    public static RunPlan? TryMake(StartRun request, Scenario script, out Message? fault)
    {
        fault = Fault(request, script);
        if (fault is not null)
            return null;
        return new(
            script with
            {
                Expect = null,
            },
            script.Values.ToDictionary(v => v.Id, v => request.Values?.TryGetValue(v.Id, out Scalar chosen) == true ? chosen : v.Default),
            script.Ports.ToDictionary(p => p.Id, p => request.Ports?.TryGetValue(p.Id, out int chosen) == true ? chosen : p.Default),
            request.PauseMs ?? script.PauseMs
        );
    }

    public RunHeader Header(Lab lab, LabMoment at) =>
        new()
        {
            Id = lab.NewRunId(at.Wall),
            Lab = lab.Setup.Id,
            Scenario = Script.Id,
            Values = Values,
            Ports = Ports,
            PauseMs = PauseMs,
            StartedAt = at.Wall,
            Hosts = [.. lab.Seats.Where(s => s.Ready).Select(s => s.Facts!)],
            Mode = lab.Mode,
            Script = Script,
        };

    private static Message? Fault(StartRun request, Scenario script)
    {
        foreach ((string id, Scalar value) in request.Values ?? new Dictionary<string, Scalar>())
        {
            if (script.Values.FirstOrDefault(v => v.Id == id) is not { } known)
                return Message.Of(LabRefusals.UnknownValue, ("name", LabRefusals.Short(id)), ("known", string.Join(", ", script.Values.Select(v => v.Id))));
            if (!known.Allows(value))
                return Message.Of(LabRefusals.BadValue, ("name", id), ("value", LabRefusals.Short(value.ToString())), ("allowed", Allowed(known)));
        }
        foreach ((string id, int port) in request.Ports ?? new Dictionary<string, int>())
        {
            if (script.Ports.All(p => p.Id != id))
                return Message.Of(LabRefusals.UnknownPort, ("name", LabRefusals.Short(id)), ("known", string.Join(", ", script.Ports.Select(p => p.Id))));
            if (port is < Limits.MinPort or > Limits.MaxPort)
                return LabRefusals.PortOutOfRange(id, port);
        }
        int[] ports = [.. script.Ports.Select(p => request.Ports?.TryGetValue(p.Id, out int chosen) == true ? chosen : p.Default)];
        if (ports.GroupBy(p => p).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return Message.Of(LabRefusals.PortTwice, ("port", twice.Key));
        return request.PauseMs is { } pause ? LabRefusals.Pause(pause) : null;
    }

    private static string Allowed(ScenarioValue value) =>
        value.Kind switch
        {
            ValueKind.Switch => "true, false",
            ValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"{value.Min} – {value.Max}"),
            _ => string.Join(", ", value.Choices?.Select(c => c.Id) ?? []),
        };
}
