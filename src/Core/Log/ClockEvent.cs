using System.Text.Json.Serialization;
using ReuseAddrDashboard.Core.Tcp;

namespace ReuseAddrDashboard.Core.Log;

/// <summary>
/// What is known of a host's clock, at the begin of a run and whenever it is known better: how far the times of all its events in this run, earlier and later
/// ones, are to be shifted.
/// The last one of a host counts.
/// Times in the log stay as they were placed when they came.
/// </summary>
public sealed record ClockEvent : RunEvent
{
    /// <summary>Nanoseconds to add to every time of the host (JSON: seconds).</summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Shift { get; init; }

    /// <summary>
    /// How far its times may still be off after that at T; clocks drift, so 20 millionths more of each one's distance from T (JSON: seconds).
    /// </summary>
    [JsonConverter(typeof(NanosecondsAsSeconds))]
    public long Uncertainty { get; init; }
}
