using System.Globalization;

namespace ReuseAddrDashboard.Benchmarks.Report;

/// <summary>A Markdown table, written when it is complete.</summary>
internal sealed class Table(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row. Numbers get three significant digits, those from 100 on none after the point.</summary>
    public void Add(params object[] cells) => _rows.Add([.. cells.Select(Text)]);

    public void Print()
    {
        Console.WriteLine($"| {string.Join(" | ", columns)} |");
        Console.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", columns.Length))}");
        foreach (string[] row in _rows)
            Console.WriteLine($"| {string.Join(" | ", row)} |");
    }

    private static string Text(object cell) =>
        cell switch
        {
            double n when double.IsNaN(n) => "",
            double n => n.ToString(
                Math.Abs(n) switch
                {
                    >= 100 => "#,0",
                    >= 10 => "0.0",
                    >= 1 => "0.00",
                    _ => "0.000",
                },
                CultureInfo.InvariantCulture
            ),
            IFormattable n => n.ToString("#,0", CultureInfo.InvariantCulture),
            _ => cell.ToString() ?? "",
        };
}
