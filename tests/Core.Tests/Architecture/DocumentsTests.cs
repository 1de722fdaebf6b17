using System.Text.RegularExpressions;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Architecture;

/// <summary>What the documents name is there: folders, files, and the pages that they link to.</summary>
public sealed partial class DocumentsTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> Documents() =>
        [
            .. Directory
                .EnumerateFiles(Root, "*.md")
                .Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
                .Select(f => Path.GetRelativePath(Root, f)),
        ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_names_files_that_are_there(string document)
    {
        string text = File.ReadAllText(Path.Combine(Root, document)),
            folder = Path.GetDirectoryName(Path.Combine(Root, document))!;
        string[] named =
        [
            .. OwnPath().Matches(text).Select(m => Path.Combine(Root, m.Groups[1].Value)),
            .. Link().Matches(text).Select(m => Path.Combine(folder, m.Groups[1].Value)),
        ];
        Assert.Empty(named.Where(path => !Path.Exists(path)).Select(path => Path.GetRelativePath(Root, path)));
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ReuseAddrDashboard.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("These tests read the documents of the repository that they were built in.");
    }

    // One with a capital alone or a star in it stands for others: src/X, tests/X.Tests, Texts/LANGUAGE/*.json, Scenarios/ID.yaml.
    [GeneratedRegex(@"`((?:src|tests|docs|packaging|\.github)/(?:(?!X[.`]|LANGUAGE|ID\.)[A-Za-z0-9_./-])+)`")]
    private static partial Regex OwnPath();

    [GeneratedRegex(@"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
