using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Scenarios.Check;
using ReuseAddrDashboard.Server.Edge;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Api;

/// <summary>The body of a call of free play: an action as a scenario file has it.</summary>
internal static class CallBody
{
    public const string Example = """{"do": "bind", "program": "sv", "socket": "lfd", "address": "any"}""";

    public static (ScenarioAction?, IReadOnlyList<ProblemError>) Read(JsonElement root)
    {
        var faults = new FaultList();
        var binder = new ScenarioBinder(faults);
        ScenarioAction? action = binder.Action(JsonNodes.Of(root));
        ProblemError[] errors = [.. faults.All.Where(f => !f.Warning).Select(f => ScenarioFaults.Error(f, "call"))];
        return (errors.Length == 0 && !binder.HasHoles ? action : null, errors);
    }
}
