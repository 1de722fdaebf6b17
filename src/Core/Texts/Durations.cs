using System.Globalization;

namespace ReuseAddrDashboard.Core.Texts;

/// <summary>Nanoseconds as a person reads them: with the symbols of the SI in figures and in English, with the units' names in Japanese sentences.</summary>
public static class Durations
{
    /// <summary>A moment on the run's axis: <c>0 ms</c>, <c>340 ms</c>, <c>2.1 s</c>, <c>134 s</c>.</summary>
    /// <param name="ns">Nanoseconds from the run's begin.</param>
    /// <param name="language">Of the sentence that it is in.</param>
    public static string Moment(long ns, string language = "en")
    {
        double ms = ns / 1e6;
        return Math.Abs(ms) < 999.5 ? Text(Math.Round(ms), "0", Unit.Milliseconds, language)
            : Math.Abs(ms) < 99_950 ? Text(ms / 1000, "0.0", Unit.Seconds, language)
            : Text(ms / 1000, "0", Unit.Seconds, language);
    }

    /// <summary>A duration in the unit that suits it: <c>85 µs</c>, <c>1.2 ms</c>, <c>61.20 s</c>; in a Japanese sentence <c>85マイクロ秒</c>.</summary>
    /// <param name="ns">Nanoseconds.</param>
    /// <param name="language">Of the sentence that it is in.</param>
    public static string Span(long ns, string language = "en") =>
        Math.Abs(ns) switch
        {
            < 1_000 => Text(ns, "0", Unit.Nanoseconds, language),
            < 999_500 => Text(ns / 1e3, "0", Unit.Microseconds, language),
            < 999_950_000 => Text(ns / 1e6, "0.0", Unit.Milliseconds, language),
            _ => Text(ns / 1e9, "0.00", Unit.Seconds, language),
        };

    /// <summary>Whole seconds left, rounded up, so that 0 means zero.</summary>
    public static string Seconds(long ns) => ((ns + 999_999_999) / 1_000_000_000).ToString(CultureInfo.InvariantCulture);

    private enum Unit
    {
        Nanoseconds,
        Microseconds,
        Milliseconds,
        Seconds,
    }

    private static string Text(double value, string format, Unit unit, string language)
    {
        string number = value.ToString(format, CultureInfo.InvariantCulture);
        return (language, unit) switch
        {
            ("ja", Unit.Nanoseconds) => number + "ナノ秒",
            ("ja", Unit.Microseconds) => number + "マイクロ秒",
            ("ja", Unit.Milliseconds) => number + "ミリ秒",
            ("ja", _) => number + "秒",
            (_, Unit.Nanoseconds) => number + " ns",
            (_, Unit.Microseconds) => number + " µs",
            (_, Unit.Milliseconds) => number + " ms",
            _ => number + " s",
        };
    }
}
