using System.Globalization;

namespace ReuseAddrDashboard.Components.Replay;

/// <summary>A moment of a run in an address and beside the scrubber: seconds with a fraction.</summary>
public static class ReplayTime
{
    /// <summary>Seconds that no run reaches: 10,000 days.</summary>
    private const decimal Most = 864_000_000;

    /// <summary>As an address has it: <c>12.345678901</c>, exact to the nanosecond.</summary>
    public static string Address(long ns) => (ns / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>As a person reads it: <c>12.345</c>.</summary>
    public static string Seconds(long ns) => (ns / 1e9m).ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Reads what an address has; null where that is no moment.</summary>
    public static long? Parse(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal seconds)
        && Math.Abs(seconds) <= Most
            ? (long)Math.Round(seconds * 1_000_000_000m)
            : null;
}
