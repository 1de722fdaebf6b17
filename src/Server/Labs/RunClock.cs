namespace ReuseAddrDashboard.Server.Labs;

/// <summary>The clock of one host in one run: the offset by which its events are placed, which stays, and what the log tells of it.</summary>
/// <param name="placed">What was known when the run began.</param>
/// <param name="began">When that was, in nanoseconds of the lab's clock.</param>
internal sealed class RunClock(ClockEstimate placed, long began)
{
    /// <summary>Nanoseconds that are added to the host's times; what is found later is told with a ClockEvent.</summary>
    public long PlacedBy { get; } = placed.Offset;

    /// <summary>What the run's log says of the clock.</summary>
    public ClockEstimate Told { get; set; } = placed;

    /// <summary>The latest time of an event of this host, in nanoseconds of the lab's clock as they are placed.</summary>
    public long SeenUntil { get; private set; } = began;

    public void Saw(long at) => SeenUntil = Math.Max(SeenUntil, at);
}
