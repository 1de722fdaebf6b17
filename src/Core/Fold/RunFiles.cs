using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>A run's header and log as one file, and back.</summary>
public static class RunFiles
{
    /// <summary>The run file of a log: outcome and results are folded from it and never kept beside it.</summary>
    public static RunFile Make(RunHeader header, IReadOnlyList<RunEvent> events)
    {
        ScenarioProgress progress = ScenarioProgress.Fold(header, events);
        return new()
        {
            Format = header.Format,
            Id = header.Id,
            Lab = header.Lab,
            Scenario = header.Scenario,
            Values = header.Values,
            Ports = header.Ports,
            PauseMs = header.PauseMs,
            Mode = header.Mode,
            StartedAt = header.StartedAt,
            Outcome = progress.Outcome,
            Results = progress.Results,
            Hosts = header.Hosts,
            Script = progress.Header.Script,
            Events = events,
        };
    }

    /// <summary>What was settled at its start: free play begins without a step, and its log adds them.</summary>
    public static RunHeader HeaderOf(RunFile run) =>
        new()
        {
            Format = run.Format,
            Id = run.Id,
            Lab = run.Lab,
            Scenario = run.Scenario,
            Values = run.Values,
            Ports = run.Ports,
            PauseMs = run.PauseMs,
            Mode = run.Mode,
            StartedAt = run.StartedAt,
            Hosts = run.Hosts,
            Script = run.Script.Free ? run.Script with { Steps = [] } : run.Script,
        };
}
