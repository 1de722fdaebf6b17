using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>The bind rule over a whole log at once (<see cref="BindChecksFold"/>).</summary>
public static class BindChecks
{
    /// <summary>Folds the log.</summary>
    /// <param name="header">What was settled at the start.</param>
    /// <param name="log">In order of seq.</param>
    /// <param name="looked">True when the hosts were looked at after the last event and nothing else changed.</param>
    public static RunVerdict Judge(RunHeader header, IReadOnlyList<RunEvent> log, bool looked = false)
    {
        var checks = new BindChecksFold(header);
        foreach (RunEvent e in log)
            checks.Append(e);
        return checks.Verdict(ScenarioProgress.Fold(header, log), looked);
    }
}
