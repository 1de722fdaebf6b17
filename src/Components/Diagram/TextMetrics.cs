namespace ReuseAddrDashboard.Components.Diagram;

/// <summary>
/// How wide a text is at most, in px, without asking a browser: the monospaced face is exact, the other is counted by kinds of letters and rounded up.
/// </summary>
/// <param name="Size">Font size in px; never below 12.</param>
/// <param name="Tight">True where lines stand as close as letters allow.</param>
public readonly record struct TextMetrics(double Size, bool Tight = false)
{
    /// <summary>The smallest size of a text, px.</summary>
    public const double Smallest = 12;

    /// <summary>JetBrains Mono advances 600 of 1000 units for every letter.</summary>
    private const double MonoAdvance = 0.6;

    /// <summary>From one line to the next, px.</summary>
    public double LineHeight => Math.Ceiling(Size * (Tight ? 1.08 : 1.34));

    /// <summary>Width of a text in the monospaced font, px.</summary>
    public double Mono(string text) => Math.Ceiling(text.Length * MonoAdvance * Size);

    /// <summary>Inter up to semibold.</summary>
    public double Sans(string text)
    {
        double em = 0;
        foreach (char c in text)
        {
            em += c switch
            {
                'i' or 'j' or 'l' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' => 0.32,
                'f' or 't' or 'r' or 'I' or ' ' or '(' or ')' or '-' or '/' or '[' or ']' => 0.43,
                'm' or 'M' or 'W' or 'w' or '—' or '→' or '…' => 0.98,
                >= 'A' and <= 'Z' or '+' or '=' or '&' or '@' => 0.76,
                > '\u2e7f' => 1.05,
                _ => 0.66,
            };
        }
        return Math.Ceiling(em * Size);
    }

    /// <summary>The text, cut short with an ellipsis where it does not fit.</summary>
    public string Fit(string text, double width)
    {
        if (Sans(text) <= width)
            return text;
        int length = text.Length;
        while (length > 0 && Sans(text[..length] + "…") > width)
            length--;
        return text[..length].TrimEnd() + "…";
    }
}
