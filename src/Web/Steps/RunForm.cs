using System.Globalization;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Web.Steps;

/// <summary>The options as a person edits them before a run.</summary>
public sealed record RunForm
{
    public required string Scenario { get; init; }

    public bool ListenerReuseAddr { get; init; }

    public bool RebindReuseAddr { get; init; }

    /// <summary>As typed.</summary>
    public required string Port { get; init; }

    public int PauseMs { get; init; }

    /// <summary>The port; null when what was typed is none.</summary>
    public int? PortNumber => int.TryParse(Port.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= RunOptions.MinPort and <= RunOptions.MaxPort
        ? port : null;

    public static RunForm Of(Scenario scenario) => Of(scenario.Id, scenario.Defaults);

    public static RunForm Of(string scenario, RunOptions options) => new()
    {
        Scenario = scenario,
        ListenerReuseAddr = options.ListenerReuseAddr,
        RebindReuseAddr = options.RebindReuseAddr,
        Port = options.Port.ToString(CultureInfo.InvariantCulture),
        PauseMs = options.PauseMs,
    };

    public StartRun Request(bool play) => new()
    {
        Scenario = Scenario,
        Port = PortNumber,
        ListenerReuseAddr = ListenerReuseAddr,
        RebindReuseAddr = RebindReuseAddr,
        PauseMs = PauseMs,
        Play = play,
    };
}
