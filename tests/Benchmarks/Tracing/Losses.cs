using System.Globalization;
using ReuseAddrDashboard.Core.Log;

namespace ReuseAddrDashboard.Benchmarks.Tracing;

/// <summary>What the gaps of some sources add up to: "0", or each source that has one with its number.</summary>
internal sealed class Losses
{
    private readonly SortedDictionary<string, long> _bySource = [];

    public void Add(GapEvent gap) => _bySource[gap.Source] = _bySource.GetValueOrDefault(gap.Source) + gap.Lost;

    public override string ToString() =>
        _bySource.Count == 0
            ? "0"
            : string.Join(
                ", ",
                _bySource.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key.ToString().ToLowerInvariant()} {one.Value:#,0}"))
            );
}
