using ReuseAddrDashboard.Components.Texts;

namespace ReuseAddrDashboard.Components.Terms;

/// <summary>A piece of a text: plain words, or a term that the catalogue explains.</summary>
/// <param name="Text">As it stands in the text.</param>
/// <param name="Code">The code of its explanation; null for plain words.</param>
/// <param name="Before">Brackets and quotation marks that open right before a term.</param>
/// <param name="After">Punctuation right after a term.</param>
public readonly record struct TextPart(string Text, string? Code, string Before = "", string After = "")
{
    /// <summary>The part as it stands in the text.</summary>
    public string Whole => Before + Text + After;
}

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
        for (int at = 0; at < text.Length; )
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
                int from = at,
                    to = at + name.Length;
                while (from > told && Opens(text[from - 1]))
                    from--;
                while (to < text.Length && Closes(text[to]))
                    to++;
                if (from > told)
                    parts.Add(new(text[told..from], null));
                parts.Add(new(name, code, text[from..at], text[(at + name.Length)..to]));
                told = to;
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
        string code =
            "term."
            + name switch
            {
                "ESTAB" => "established",
                "SYN-RECV" => "syn-received",
                _ => name.ToLowerInvariant().Replace('_', '-'),
            };
        return texts.Has(code) ? code : null;
    }

    private static bool Opens(char c) => c is '(' or '[' or '“' or '‘' or '（' or '「';

    private static bool Closes(char c) => c is '.' or ',' or ';' or ':' or '!' or '?' or ')' or ']' or '”' or '’' or '。' or '、' or '）' or '」';

    // SO_REUSEADDR, IPV6_V6ONLY: of all that stands in capitals only options have an underscore.
    private static bool IsOption(string name) => name.Contains('_', StringComparison.Ordinal) && !name.Any(char.IsAsciiLetterLower);

    // Japanese sets no spaces beside a name.
    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
