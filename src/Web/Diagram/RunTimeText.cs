using System.Globalization;

namespace ReuseAddrDashboard.Web.Diagram;

/// <summary>Nanoseconds as a person reads them.</summary>
public static class RunTimeText
{
    /// <summary>A moment on the run's axis: <c>0 ms</c>, <c>340 ms</c>, <c>2.1 s</c>, <c>134 s</c>.</summary>
    public static string Moment(long ns)
    {
        double ms = ns / 1e6;
        return Math.Abs(ms) < 999.5 ? Text(Math.Round(ms), "0 ms") : Math.Abs(ms) < 99_950 ? Text(ms / 1000, "0.0 s") : Text(ms / 1000, "0 s");
    }

    /// <summary>A duration in the unit that suits it: <c>85 µs</c>, <c>1.2 ms</c>, <c>61.2 s</c>.</summary>
    public static string Span(long ns) => ns switch
    {
        < 1_000 => Text(ns, "0 ns"),
        < 1_000_000 => Text(ns / 1e3, "0 µs"),
        < 1_000_000_000 => Text(ns / 1e6, "0.0 ms"),
        _ => Text(ns / 1e9, "0.00 s"),
    };

    /// <summary>Whole seconds left, rounded up, so that 0 means zero.</summary>
    public static string Seconds(long ns) => ((ns + 999_999_999) / 1_000_000_000).ToString(CultureInfo.InvariantCulture);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
