using ReuseAddrDashboard.Components.Texts;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Rule;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Pages.Matrix;

/// <summary>A kernel that this one is compared with.</summary>
/// <param name="Id">By which it is chosen.</param>
/// <param name="Name">What it is called in a cell: <c>6.1</c>.</param>
/// <param name="File">What it did.</param>
public sealed record OtherKernel(string Id, string Name, MatrixFile File)
{
    /// <summary>What it answered, by cell.</summary>
    public IReadOnlyDictionary<MatrixCell, MatrixAnswer> Answers { get; } =
        File.Results.Where(r => r.Kernel is not null).ToDictionary(r => r.Cell, r => r.Kernel!.Value);

    /// <summary><c>6.1</c> of <c>6.1.0-56-cloud-amd64</c>; the release itself where it has no such numbers.</summary>
    public static string NameOf(string release) => KernelVersion.Parse(release) is { } version ? $"{version.Major}.{version.Minor}" : release;
}

/// <summary>How cells are told.</summary>
internal static class MatrixWords
{
    /// <summary>Tables in this order: what most lessons are about comes first.</summary>
    public static IEnumerable<LeftOnPort> Lefts => MatrixCell.AllLeft.Reverse();

    /// <summary>A sign beside the words, so that neither colour nor shape stands alone.</summary>
    public static string Sign(MatrixAnswer answer) => answer.IsOk ? "✓" : "✗";

    /// <summary>The words in a cell: <c>OK</c>, or the call that failed, and its error where that is not EADDRINUSE.</summary>
    public static string Short(MatrixAnswer answer) =>
        answer switch
        {
            { IsOk: true } => "OK",
            { Errno: "EADDRINUSE" } => Call(answer),
            _ => $"{Call(answer)} {answer.Errno}",
        };

    /// <summary>An answer as a sentence's part.</summary>
    public static string Long(MatrixAnswer answer, PageTexts texts) =>
        answer.IsOk ? texts["matrix.page.ok"] : texts["matrix.page.failed", ("call", Call(answer)), ("errno", answer.Errno)];

    /// <summary>The whole cell for who hears it, or rests on it.</summary>
    public static string Told(MatrixCell cell, MatrixResult? result, IEnumerable<OtherKernel> others, PageTexts texts)
    {
        MatrixAnswer rule = MatrixRule.Of(cell).Answer;
        var parts = new List<string>
        {
            texts[
                "matrix.page.cell",
                ("left", texts[$"matrix.left.{MatrixCell.Name(cell.Left)}"]),
                ("first", Options(cell.FirstOptions, texts)),
                ("second", Options(cell.SecondOptions, texts))
            ],
            result switch
            {
                null => texts["matrix.page.not-tried"],
                { Kernel: { } kernel } => texts["matrix.page.kernel-says", ("answer", Long(kernel, texts))],
                _ => texts[result.Untried!],
            },
            texts["matrix.page.rule-says", ("answer", Long(rule, texts))],
        };
        if (result is { IsMismatch: true })
            parts.Add(texts["matrix.page.mismatch"]);
        parts.AddRange(
            others
                .Where(o => o.Answers.ContainsKey(cell))
                .Select(o => texts["matrix.page.other-says", ("kernel", o.File.Host.Kernel), ("answer", Long(o.Answers[cell], texts))])
        );
        return string.Join(' ', parts);
    }

    /// <summary>Options by their names.</summary>
    public static string Options(CellOptions options, PageTexts texts) =>
        options switch
        {
            (true, true) => "SO_REUSEADDR + SO_REUSEPORT",
            (true, false) => "SO_REUSEADDR",
            (false, true) => "SO_REUSEPORT",
            _ => texts["matrix.page.no-option"],
        };

    /// <summary>Options in the head of a row or column.</summary>
    public static string Head(CellOptions options, PageTexts texts) =>
        options switch
        {
            (true, true) => texts["matrix.page.both"],
            (true, false) => "ADDR",
            (false, true) => "PORT",
            _ => texts["matrix.page.none"],
        };

    /// <summary>An address as it is bound.</summary>
    public static string Address(CellAddress address) =>
        address switch
        {
            CellAddress.V4 => "127.0.0.1",
            CellAddress.V6 => "[::1]",
            CellAddress.Dual => "[::]",
            _ => "::ffff:127.0.0.1",
        };

    /// <summary>The lesson that does in a run what the cell is about.</summary>
    public static string Lesson(MatrixCell cell) =>
        $"lab?lesson=matrix-cell&values=left:{MatrixCell.Name(cell.Left)},first:{MatrixCell.Name(cell.First)},second:{MatrixCell.Name(cell.Second)},"
        + $"firstReuseAddr:{Bit(cell.FirstOptions.ReuseAddr)},firstReusePort:{Bit(cell.FirstOptions.ReusePort)},secondReuseAddr:{Bit(cell.SecondOptions.ReuseAddr)},secondReusePort:{Bit(cell.SecondOptions.ReusePort)}";

    private static string Call(MatrixAnswer answer) => answer.Call == PortCall.Bind ? "bind()" : "listen()";

    private static char Bit(bool on) => on ? '1' : '0';
}
