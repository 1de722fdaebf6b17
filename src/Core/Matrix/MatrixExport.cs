using System.Globalization;
using System.Text;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Core.Matrix;

/// <summary>A matrix as text for other programs and for people.</summary>
public static class MatrixExport
{
    /// <summary>CSV (RFC 4180): lines that begin with # name the kernel, the sysctls and the date, then a line of names, then a line for each cell.</summary>
    public static string Csv(MatrixFile file)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in Head(file))
            text.Append(CultureInfo.InvariantCulture, $"# {name}: {value}\r\n");
        text.Append("left,first_address,second_address,first_so_reuseaddr,first_so_reuseport,second_so_reuseaddr,second_so_reuseport,kernel,rule,matches\r\n");
        foreach (MatrixResult result in Ordered(file))
        {
            MatrixCell c = result.Cell;
            string kernel = result.Kernel?.ToString() ?? "",
                matches = result.Kernel is null ? ""
                : result.IsMismatch ? "no"
                : "yes";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{MatrixCell.Name(c.Left)},{MatrixCell.Name(c.First)},{MatrixCell.Name(c.Second)},{Bit(c.FirstOptions.ReuseAddr)},{Bit(c.FirstOptions.ReusePort)},"
            );
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Bit(c.SecondOptions.ReuseAddr)},{Bit(c.SecondOptions.ReusePort)},{kernel},{result.Rule},{matches}\r\n"
            );
        }
        return text.ToString();
    }

    /// <summary>
    /// Markdown: what was tried where, the mismatches, and a table for each address pair and state, rows the first socket's options, columns the second's.
    /// </summary>
    /// <param name="file">The matrix.</param>
    /// <param name="texts">The reader's language.</param>
    public static string Markdown(MatrixFile file, TextCatalog texts)
    {
        var text = new StringBuilder($"# {texts["matrix.md.title"]}\n\n");
        foreach ((string name, string value) in Head(file))
            text.Append(CultureInfo.InvariantCulture, $"- {name}: `{value}`\n");
        MatrixResult[] all = [.. Ordered(file)],
            mismatches = [.. all.Where(r => r.IsMismatch)];
        text.Append(
            CultureInfo.InvariantCulture,
            $"\n{texts[Message.Of("matrix.md.count", ("tried", all.Count(r => r.Kernel is not null)), ("mismatches", mismatches.Length))]}\n"
        );
        foreach (MatrixResult result in mismatches)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"- `{result.Cell}`: {texts[Message.Of("matrix.md.mismatch", ("kernel", result.Kernel), ("rule", result.Rule))]}\n"
            );
        }

        foreach (IGrouping<(CellAddress First, CellAddress Second), MatrixResult> pair in all.GroupBy(r => (r.Cell.First, r.Cell.Second)))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n## {texts[Message.Of("matrix.md.pair", ("first", MatrixCell.Name(pair.Key.First)), ("second", MatrixCell.Name(pair.Key.Second)))]}\n"
            );
            foreach (IGrouping<LeftOnPort, MatrixResult> left in pair.GroupBy(r => r.Cell.Left))
                Table(text, texts, left);
        }
        return text.ToString();
    }

    private static void Table(StringBuilder text, TextCatalog texts, IGrouping<LeftOnPort, MatrixResult> left)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### {texts[$"matrix.left.{MatrixCell.Name(left.Key)}"]}\n\n| {texts["matrix.md.options"]} |");
        foreach (CellOptions second in MatrixCell.AllOptions)
            text.Append(CultureInfo.InvariantCulture, $" {MatrixCell.Name(second)} |");
        text.Append("\n|---|---|---|---|---|\n");
        ILookup<(CellOptions, CellOptions), MatrixResult> cells = left.ToLookup(r => (r.Cell.FirstOptions, r.Cell.SecondOptions));
        foreach (CellOptions first in MatrixCell.AllOptions)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {MatrixCell.Name(first)} |");
            foreach (CellOptions second in MatrixCell.AllOptions)
                text.Append(CultureInfo.InvariantCulture, $" {Shown(cells[(first, second)].FirstOrDefault(), texts)} |");
            text.Append('\n');
        }
    }

    private static string Shown(MatrixResult? result, TextCatalog texts) =>
        result switch
        {
            null => "",
            { Kernel: null } => texts["matrix.md.untried"],
            { IsMismatch: true } => $"**{result.Kernel}** ≠ {result.Rule}",
            _ => result.Kernel.Value.ToString(),
        };

    private static IEnumerable<(string Name, string Value)> Head(MatrixFile file)
    {
        yield return ("kernel", file.Host.Kernel);
        yield return ("os", file.Host.Os);
        yield return ("date", file.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        yield return ("uid", file.Host.Uid.ToString(CultureInfo.InvariantCulture));
        yield return ("agent", file.Host.Agent);
        foreach ((string name, string? value) in file.Host.Sysctls.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            yield return (
                name,
                value switch
                {
                    null => "?",
                    "" => "-",
                    _ => value.Replace('`', '\''),
                }
            );
        }
    }

    private static IEnumerable<MatrixResult> Ordered(MatrixFile file)
    {
        Dictionary<MatrixCell, MatrixResult> byCell = file.Results.ToDictionary(r => r.Cell);
        return MatrixCell.All.Where(byCell.ContainsKey).Select(c => byCell[c]);
    }

    private static char Bit(bool on) => on ? '1' : '0';
}
