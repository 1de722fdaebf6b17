namespace ReuseAddrDashboard.Core.Wire;

/// <summary>
/// Pauses between attempts that fail: from <paramref name="first"/>, doubling to <paramref name="longest"/>, each ±25 % where <paramref name="random"/> is
/// given, so that many do not come at once.
/// </summary>
/// <param name="random">Spreads the pauses; null where one alone tries, and the pauses are to be exact.</param>
/// <param name="first">The first pause; 0.2 s where none is given.</param>
/// <param name="longest">No pause is longer; 5 s where none is given.</param>
public sealed class BackOff(Random? random, TimeSpan? first = null, TimeSpan? longest = null)
{
    /// <summary>The shortest and the longest pause where none are given.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(0.2),
        Longest = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _first = first ?? First,
        _longest = longest ?? Longest;
    private TimeSpan _next = first ?? First;

    /// <summary>It succeeded: begin with the shortest again.</summary>
    public void Reset() => _next = _first;

    /// <summary>The pause before the next attempt.</summary>
    public TimeSpan Next()
    {
        TimeSpan pause = random is null ? _next : _next * (0.75 + random.NextDouble() / 2);
        _next = _next * 2 < _longest ? _next * 2 : _longest;
        return pause < _longest ? pause : _longest;
    }
}
