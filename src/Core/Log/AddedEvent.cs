using ReuseAddrDashboard.Core.Scenarios;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>A step was added to the script of a run that had none to begin with (<see cref="Scenario.Free"/>): what a person is about to do.</summary>
public sealed record AddedEvent : RunEvent
{
    /// <summary>The step; its id is none of those before.</summary>
    public required ScenarioStep Step { get; init; }
}
