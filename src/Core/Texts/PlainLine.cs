using System.Globalization;
using System.Text;

namespace ReuseAddrDashboard.Core.Texts;

/// <summary>
/// Text of anybody's as one line of a log or a terminal: it can neither begin a line, nor move the cursor, nor turn the direction of what follows.
/// </summary>
public static class PlainLine
{
    /// <summary>The text with each control, line separator, unpaired surrogate and directional formatting character as <c>\uXXXX</c>.</summary>
    public static string From(string text)
    {
        int first = -1;
        for (int i = 0; i < text.Length && first < 0; i++)
        {
            if (IsActive(text, i))
                first = i;
        }
        if (first < 0)
            return text;
        var plain = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (int i = first; i < text.Length; i++)
        {
            if (IsActive(text, i))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            else
                plain.Append(text[i]);
        }
        return plain.ToString();
    }

    /// <summary>True for a text that <see cref="From"/> leaves as it is.</summary>
    public static bool Is(string text) => ReferenceEquals(From(text), text);

    // Unicode 16, 23.2 and 9.2: controls, separators, LRM, RLM, ALM, embeddings, overrides, isolates.
    private static bool IsActive(string text, int at) =>
        text[at] switch
        {
            '\u2028' or '\u2029' or '\u200e' or '\u200f' or '\u061c' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff' => true,
            var c when char.IsHighSurrogate(c) => at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1]),
            var c when char.IsLowSurrogate(c) => at == 0 || !char.IsHighSurrogate(text[at - 1]),
            var c => char.IsControl(c),
        };
}
