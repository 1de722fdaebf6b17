using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Texts;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Texts;

/// <summary>Every code that the product's source spells out has a sentence. Those that it puts together are held by the tests of what they are about.</summary>
public sealed partial class CodesInUseTests
{
    /// <summary>What looks like a code and is a file.</summary>
    private static readonly string[] Files = ["runs.db"];

    [Fact]
    public void Every_code_in_the_source_has_a_sentence()
    {
        HashSet<string> areas = [.. TextCatalog.English.Codes.Where(c => c.Contains('.', StringComparison.Ordinal)).Select(c => c.Split('.')[0])];
        (string File, string Code)[] used =
        [
            .. from file in Sources()
            from Match literal in Literal().Matches(File.ReadAllText(file))
            let code = literal.Groups[1].Value
            where areas.Contains(code.Split('.')[0]) && !Files.Contains(code)
            select (Path.GetFileName(file), code),
        ];
        Assert.True(used.Select(u => u.Code).Distinct().Count() > 300, $"{used.Length} codes: is this the source?");
        Assert.DoesNotContain(used, u => !TextCatalog.English.Has(u.Code) && !IsHead(u.Code));
    }

    /// <summary>What a place for a word completes: <c>verdict.cure.other</c> and <c>.socket</c>, <c>note.</c> and a name.</summary>
    private static bool IsHead(string code) =>
        TextCatalog.English.Codes.Any(c =>
            c.Length > code.Length && c.StartsWith(code, StringComparison.Ordinal) && (code[^1] is '.' or '-' || c[code.Length] == '.')
        );

    private static IEnumerable<string> Sources()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "ReuseAddrDashboard.sln")))
            at = at.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout with ReuseAddrDashboard.sln.");
        return Directory
            .EnumerateFiles(Path.Combine(at.FullName, "src"), "*.*", SearchOption.AllDirectories)
            .Where(f =>
                Path.GetExtension(f) is ".cs" or ".razor" && !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)
            );
    }

    // An activity that is traced has a name like a code.
    [GeneratedRegex(@"(?<!\$|StartActivity\()""([a-z]+(?:-[a-z]+)*\.[a-z0-9.-]*)""")]
    private static partial Regex Literal();
}
