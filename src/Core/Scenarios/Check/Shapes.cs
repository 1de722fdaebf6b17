namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>How the names in a scenario look.</summary>
internal static class Shapes
{
    private static readonly string[] Reserved = ["and", "or", "not", "true", "false", "ok", "namespaces", "loopback", "remote"];

    /// <summary>Scenarios, steps, actions, programs, ports, explanations: a letter or digit, then a-z, 0-9 and hyphens.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= Limits.MaxId && text[0] != '-' && text.All(c => IsLower(c) || c == '-');

    /// <summary>What a value can be chosen to be: it may stand in conditions and, for an address such as server.second, in actions.</summary>
    public static bool IsChoice(string text) => text.Length is > 0 and <= Limits.MaxId && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Values: a letter, then letters and digits; not a word of conditions.</summary>
    public static bool IsValueId(string text) =>
        text.Length is > 0 and <= Limits.MaxId && char.IsAsciiLetter(text[0]) && text.All(char.IsAsciiLetterOrDigit) && !Reserved.Contains(text);

    /// <summary>Sockets and hosts: 1 to 16 of a-z, 0-9.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= Limits.MaxSocketName && text.All(IsLower);

    /// <summary>Filters: 1 to 16 of a-z, 0-9, hyphen.</summary>
    public static bool IsFilterName(string text) => text.Length is > 0 and <= Limits.MaxSocketName && text.All(c => IsLower(c) || c == '-');

    /// <summary>The start of a language's tag (BCP 47): en, ja, pt-BR.</summary>
    public static bool IsLanguage(string text) =>
        text.Length is >= 2 and <= 12
        && text.Split('-') is [{ Length: 2 or 3 } first, .. var rest]
        && first.All(char.IsAsciiLetterLower)
        && rest.All(r => r.Length > 0 && r.All(char.IsAsciiLetterOrDigit));

    private static bool IsLower(char c) => c is >= 'a' and <= 'z' or >= '0' and <= '9';
}
