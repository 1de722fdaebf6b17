namespace ReuseAddrDashboard.Agent.Watch;

/// <summary>How often the tables may be read: so that watching costs at most 1 % of a core, 2 ms at the fastest and 1 s at the slowest.</summary>
internal sealed class ReadPace
{
    public static readonly TimeSpan Fastest = TimeSpan.FromMilliseconds(2),
        Slowest = TimeSpan.FromSeconds(1);

    /// <summary>Of a core. The rest of the 1 % is left to the keep-alives of the link and the runtime (0.3 to 0.5 %, docs/benchmarks.md).</summary>
    public const double Share = 0.005;

    private double _cost;

    /// <summary>CPU time that one round costs, smoothed over about eight, in nanoseconds.</summary>
    public double Cost => _cost;

    /// <summary>A round, with waking and telling, took so much CPU time.</summary>
    public void Took(long nanoseconds) => _cost = _cost == 0 ? nanoseconds : _cost + (nanoseconds - _cost) / 8;

    /// <summary>Time until the next round.</summary>
    public TimeSpan Next()
    {
        var span = TimeSpan.FromMicroseconds(_cost / Share / 1000);
        return span < Fastest ? Fastest
            : span > Slowest ? Slowest
            : span;
    }
}
