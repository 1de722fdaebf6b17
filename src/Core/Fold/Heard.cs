using ReuseAddrDashboard.Core.Events;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>Up to when each host has told of itself. What the lab notes of a host says nothing: it does so above all when that host falls silent.</summary>
internal sealed class Heard(IReadOnlyList<RunEvent> log)
{
    private readonly Dictionary<string, long> _last =
        log.Where(e => e is { Host: not null, Source: not EventSource.Lab }).GroupBy(e => e.Host!).ToDictionary(g => g.Key, g => g.Max(e => e.T));

    /// <summary>Nanoseconds on the run's axis; the least there is for a host that was never heard.</summary>
    public long From(string host) => _last.GetValueOrDefault(host, long.MinValue);
}
