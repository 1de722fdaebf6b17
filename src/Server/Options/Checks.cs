namespace ReuseAddrDashboard.Server.Options;

/// <summary>What several settings take.</summary>
internal static class Checks
{
    /// <summary>One of an enumeration's names, and no number in its place.</summary>
    public static Func<string, string, IEnumerable<string>> Word<T>(bool lower)
        where T : struct, Enum =>
        (name, value) =>
            Enum.GetNames<T>().Contains(value, StringComparer.OrdinalIgnoreCase)
                ? []
                : [$"{name} is '{value}'. It takes one of: {string.Join(", ", Enum.GetNames<T>().Select(n => lower ? n.ToLowerInvariant() : n))}."];

    public static Func<string, string, IEnumerable<string>> Limit(int least, int most) =>
        (name, value) =>
            Options.Limit.TryParse(value, out Limit limit) && (limit.Most is not { } number || (number >= least && number <= most))
                ? []
                : [$"{name} is '{value}'. It takes a number from {least} to {most}, or all."];

    public static Func<string, string, IEnumerable<string>> Number(int least, int most) =>
        (name, value) =>
            int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
            && number >= least
            && number <= most
                ? []
                : [$"{name} is '{value}'. It takes a number from {least} to {most}."];

    public static IEnumerable<string> Switch(string name, string value) => bool.TryParse(value, out _) ? [] : [$"{name} is '{value}'. It takes true or false."];

    public static IEnumerable<string> Path(string name, string value) =>
        value.Contains('\0', StringComparison.Ordinal) ? [$"{name} has a character that no path has."] : [];
}
