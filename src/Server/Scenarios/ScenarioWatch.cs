using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>
/// Looks every <see cref="Pause"/> whether a scenario's file has changed. Asking for length and time of some fifty files costs less than a millisecond, and
/// works where notices do not: inotify has none of directories that are
/// mounted from elsewhere, and its watches run out.
/// </summary>
internal sealed partial class ScenarioWatch(ScenarioCatalog catalog, TimeProvider time, ILogger<ScenarioWatch> log) : BackgroundService
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        IReadOnlyList<ScenarioFault> told = [];
        LogFaults(catalog.Faults, ref told);
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (!catalog.Reload())
                    continue;
                Changed(log, catalog.All.Count);
                LogFaults(catalog.Faults, ref told);
            }
        }
        catch (OperationCanceledException)
        {
            // The dashboard ends.
        }
    }

    // Each once, however often other files change.
    private void LogFaults(IReadOnlyList<ScenarioFault> faults, ref IReadOnlyList<ScenarioFault> told)
    {
        foreach (ScenarioFault fault in faults.Except(told))
            Faulty(log, fault.In(TextCatalog.English));
        told = faults;
    }

    [LoggerMessage(1, LogLevel.Information, "Scenarios were read again: {Count} can be used.")]
    private static partial void Changed(ILogger log, int count);

    [LoggerMessage(2, LogLevel.Warning, "Scenario: {Fault}")]
    private static partial void Faulty(ILogger log, string fault);
}
