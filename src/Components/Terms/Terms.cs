using ReuseAddrDashboard.Components.Texts;

namespace ReuseAddrDashboard.Components.Terms;

/// <summary>A piece of a text: plain words, or a term that the catalogue explains.</summary>
/// <param name="Text">As it stands in the text.</param>
/// <param name="Code">The code of its explanation; null for plain words.</param>
public readonly record struct TextPart(string Text, string? Code);

/// <summary>States, flags, options, errors and sysctls that <c>terms.json</c> explains, found in a text.</summary>
public static class Terms
{
    /// <summary>The parts of a text in order; each term is one only where it stands first.</summary>
    /// <param name="text">The text.</param>
    /// <param name="texts">The catalogue.</param>
    /// <param name="options">False to leave socket options unexplained.</param>
    public static IReadOnlyList<TextPart> In(string text, PageTexts texts, bool options = true)
    {
        var parts = new List<TextPart>();
        var seen = new HashSet<string>();
        int told = 0;
        for (int at = 0; at < text.Length;)
        {
            if (!IsOfName(text[at]))
            {
                at++;
                continue;
            }
            int end = at;
            while (end < text.Length && IsOfName(text[end]))
                end++;
            string name = text[at..end].TrimEnd('-');
            if ((options || !IsOption(name)) && CodeOf(name, texts) is { } code && seen.Add(code))
            {
                if (at > told)
                    parts.Add(new(text[told..at], null));
                parts.Add(new(name, code));
                told = at + name.Length;
            }
            at = end;
        }
        if (told < text.Length)
            parts.Add(new(text[told..], null));
        return parts;
    }

    /// <summary>What the terms of a text mean, one a line, for where none of them can take the focus; null where there is none.</summary>
    public static string? Explain(string text, PageTexts texts) =>
        string.Join('\n', In(text, texts).Where(p => p.Code is not null).Select(p => $"{p.Text}: {texts[p.Code!]}")) is { Length: > 0 } all ? all : null;

    /// <summary>The code of a term's explanation; null where there is none.</summary>
    public static string? CodeOf(string name, PageTexts texts)
    {
        // States, flags, options and errors are written in capitals, sysctls in small letters with underscores: "listen" is a word.
        if (name.Length < 3 || name.Any(char.IsAsciiLetterLower) && !name.Contains('_', StringComparison.Ordinal))
            return null;
        string code = "term." + name switch { "ESTAB" => "established", "SYN-RECV" => "syn-received", _ => name.ToLowerInvariant().Replace('_', '-') };
        return texts.Has(code) ? code : null;
    }

    // SO_REUSEADDR, IPV6_V6ONLY: of all that stands in capitals only options have an underscore.
    private static bool IsOption(string name) => name.Contains('_', StringComparison.Ordinal) && !name.Any(char.IsAsciiLetterLower);

    // Japanese sets no spaces beside a name.
    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
