using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

public static class RunFiles
{
    /// <summary>The run file of a log: outcome and rebind are folded from it and never kept beside it.</summary>
    public static RunFile Of(RunHeader header, IReadOnlyList<RunEvent> events)
    {
        ScenarioProgress progress = ScenarioProgress.Of(header.Script, events);
        return new()
        {
            Format = header.Format,
            Id = header.Id,
            Lab = header.Lab,
            Scenario = header.Scenario,
            Options = header.Options,
            StartedAt = header.StartedAt,
            Outcome = progress.Outcome,
            Rebind = progress.Rebind,
            Hosts = header.Hosts,
            Script = header.Script,
            Events = events,
        };
    }

    /// <summary>What was settled at its start.</summary>
    public static RunHeader HeaderOf(RunFile run) => new()
    {
        Format = run.Format, Id = run.Id, Lab = run.Lab, Scenario = run.Scenario, Options = run.Options, StartedAt = run.StartedAt, Hosts = run.Hosts, Script = run.Script,
    };
}
