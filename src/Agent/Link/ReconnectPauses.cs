namespace ReuseAddrDashboard.Agent.Link;

/// <summary>Pauses between attempts to reach the dashboard: from 0.2 s, doubling to 5 s, each ±25 % so that many agents do not come at once.</summary>
internal sealed class ReconnectPauses(Random random)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.2), Longest = TimeSpan.FromSeconds(5);

    private TimeSpan _next = First;

    /// <summary>The link was up: begin with the shortest again.</summary>
    public void Reset() => _next = First;

    public TimeSpan Next()
    {
        TimeSpan pause = _next * (0.75 + random.NextDouble() / 2);
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return pause < Longest ? pause : Longest;
    }
}
