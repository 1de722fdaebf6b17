using System.Collections.Immutable;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Core.Fold;

/// <summary>
/// How far the hosts' clocks may be apart after <see cref="HostClocks.Place"/>, by what was measured of each last. It never changes: a measure more makes
/// another one.
/// </summary>
public sealed class ClockSpread
{
    /// <summary>Nanoseconds taken for the clocks of two machines where the log does not say how well they are known.</summary>
    private const long Unmeasured = 1_000_000_000;

    /// <summary>Nothing was measured: two machines may be a second apart.</summary>
    public static readonly ClockSpread Unknown = new(ImmutableDictionary<string, ClockEvent>.Empty);

    private readonly ImmutableDictionary<string, ClockEvent> _last;

    private ClockSpread(ImmutableDictionary<string, ClockEvent> last) => _last = last;

    /// <summary>By every measure that a log holds.</summary>
    public static ClockSpread Fold(IEnumerable<RunEvent> log) => log.OfType<ClockEvent>().Aggregate(Unknown, (known, clock) => known.With(clock));

    /// <summary>With one measure more, which takes the place of that host's last; the same where it names no host.</summary>
    public ClockSpread With(ClockEvent clock) => clock.Host is { } host ? new(_last.SetItem(host, clock)) : this;

    /// <summary>
    /// Nanoseconds by which two hosts that do not share a clock may disagree about a moment: what the measures leave together, and what clocks drift from there
    /// to the moment.
    /// </summary>
    /// <param name="host">One host.</param>
    /// <param name="other">The other.</param>
    /// <param name="at">The moment, nanoseconds on the run's axis.</param>
    public long Between(string host, string other, long at) => _last.Count == 0 ? Unmeasured : UncertaintyAt(host, at) + UncertaintyAt(other, at);

    private long UncertaintyAt(string host, long at) => _last.TryGetValue(host, out ClockEvent? clock) ? clock.Uncertainty + ClockDrift.Over(at - clock.T) : 0;
}
