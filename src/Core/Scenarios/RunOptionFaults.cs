namespace ReuseAddrDashboard.Core.Scenarios;

/// <summary>What is wrong with a run's options, each in a sentence that says what to do. The page and the server both ask here.</summary>
public static class RunOptionFaults
{
    public static IReadOnlyList<string> Of(RunOptions options)
    {
        var faults = new List<string>();
        if (options.Port is < RunOptions.MinPort or > RunOptions.MaxPort)
            faults.Add($"port is {options.Port}: choose a whole number from {RunOptions.MinPort} to {RunOptions.MaxPort}.");
        if (options.PauseMs is < 0 or > RunOptions.MaxPauseMs)
            faults.Add($"pauseMs is {options.PauseMs}: choose a whole number of milliseconds from 0 to {RunOptions.MaxPauseMs}.");
        return faults;
    }
}
