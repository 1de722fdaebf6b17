using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>Requests for the article's lesson.</summary>
internal static class Lessons
{
    /// <summary>On a port, without a delay; null leaves a switch as the scenario has it.</summary>
    public static StartRun ReuseAddr(int port, bool? listener, bool? rebind)
    {
        var values = new Dictionary<string, Scalar>();
        if (listener is { } first)
            values["listenerReuseAddr"] = Scalar.Of(first);
        if (rebind is { } second)
            values["rebindReuseAddr"] = Scalar.Of(second);
        return new()
        {
            Scenario = "with-reuseaddr",
            Values = values,
            Ports = new Dictionary<string, int> { ["main"] = port },
            PauseMs = 0,
        };
    }
}
