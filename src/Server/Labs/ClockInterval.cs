namespace ReuseAddrDashboard.Server.Labs;

/// <summary>What is known of a number of nanoseconds: it is at least and at most so many.</summary>
internal readonly record struct ClockInterval(long Least, long Most)
{
    /// <summary>Nothing is known. Half of what would fit, so that sums of two do not overflow.</summary>
    public static readonly ClockInterval Unknown = new(long.MinValue / 4, long.MaxValue / 4);

    public static ClockInterval Around(long middle, long half) => new(middle - half, middle + half);

    public bool IsPossible => Least <= Most;

    public bool Holds(long number) => Least <= number && number <= Most;

    public long Middle => Least + (Most - Least) / 2;

    /// <summary>So much less sure at both ends; an end of which nothing is known stays so.</summary>
    public ClockInterval Widened(long by) => new(Least <= Unknown.Least ? Least : Least - by, Most >= Unknown.Most ? Most : Most + by);

    public static ClockInterval operator &(ClockInterval a, ClockInterval b) => new(Math.Max(a.Least, b.Least), Math.Min(a.Most, b.Most));

    public static ClockInterval operator +(ClockInterval a, ClockInterval b) => new(a.Least + b.Least, a.Most + b.Most);

    public static ClockInterval operator -(ClockInterval a, ClockInterval b) => new(a.Least - b.Most, a.Most - b.Least);
}
