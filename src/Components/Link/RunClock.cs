namespace ReuseAddrDashboard.Components.Link;

/// <summary>"Now" on the run's axis, carried on from the moment the lab last told it.</summary>
/// <param name="RunTime">Nanoseconds on the axis when it was told.</param>
/// <param name="Stamp">The browser's timestamp at that moment.</param>
public readonly record struct RunClock(long RunTime, long Stamp)
{
    /// <summary>Nanoseconds on the run's axis.</summary>
    public long Now(TimeProvider time) => RunTime + time.GetElapsedTime(Stamp).Ticks * 100;
}
