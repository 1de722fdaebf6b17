using System.Text;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Runs.Export;

/// <summary>Markdown that is put together block by block.</summary>
internal sealed class MarkdownText(TextCatalog texts)
{
    private readonly StringBuilder _text = new();

    public TextCatalog Texts => texts;

    public string Of(LocalText text) => text.In(texts.Language);

    public void Heading(string code) => Line($"## {texts[code]}");

    public void Line(string block) => _text.Append(_text.Length > 0 ? "\n" : "").Append(block).Append('\n');

    /// <summary>A block of code, with a fence that is longer than any within it.</summary>
    public void Fence(string language, string code)
    {
        string fence = Ticks(code, 3);
        Line($"{fence}{language}\n{code.TrimEnd('\n')}\n{fence}");
    }

    public void Table(IReadOnlyList<string> head, IEnumerable<string[]> rows)
    {
        var table = new StringBuilder($"| {string.Join(" | ", head)} |\n|{string.Concat(head.Select(_ => "---|"))}");
        foreach (string[] row in rows)
            table.Append($"\n| {string.Join(" | ", row.Select(cell => Plain(cell)))} |");
        Line(table.ToString());
    }

    /// <summary>Code within a line.</summary>
    public static string Code(string code)
    {
        string ticks = Ticks(code, 1);
        return code.StartsWith('`') || code.EndsWith('`') ? $"{ticks} {code} {ticks}" : $"{ticks}{code}{ticks}";
    }

    // More than any that stand together within it.
    private static string Ticks(string code, int least)
    {
        int longest = 0,
            together = 0;
        foreach (char c in code)
            longest = Math.Max(longest, together = c == '`' ? together + 1 : 0);
        return new('`', Math.Max(least, longest + 1));
    }

    /// <summary>Text in which nothing is markup, and that stays on its line.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '&' or '~')
                plain.Append('\\');
            plain.Append(char.IsControl(c) ? ' ' : c);
        }
        return plain.ToString();
    }

    public override string ToString() => _text.ToString();
}
