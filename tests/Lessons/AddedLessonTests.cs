using System.Text.RegularExpressions;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Lessons;

/// <summary>With the lesson that docs/scenarios.md adds, in the way it says: one file in a directory, and <c>--scenarios</c>.</summary>
public sealed partial class AddedLessonDashboard : LessonDashboard
{
    private readonly DirectoryInfo _directory;

    public AddedLessonDashboard()
        : this(Directory.CreateTempSubdirectory("reuseaddr-added-")) { }

    private AddedLessonDashboard(DirectoryInfo directory)
        : base("--scenarios", directory.FullName)
    {
        _directory = directory;
        string docs = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scenarios.md"));
        File.WriteAllText(
            Path.Combine(directory.FullName, "refused.yaml"),
            Fence().Matches(docs).Select(m => m.Groups[1].Value).Single(b => b.Contains("\nid: refused\n", StringComparison.Ordinal))
        );
        Lesson = Assert.Single(ScenarioCatalog.Load(directory.FullName).All);
    }

    public Scenario Lesson { get; }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}

public sealed class AddedLessonTests(AddedLessonDashboard dashboard) : LessonTest(dashboard), IClassFixture<AddedLessonDashboard>
{
    private readonly Scenario _lesson = dashboard.Lesson;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task The_kernel_does_as_the_document_says(int expectation)
    {
        Assert.Equal(2, _lesson.Expect!.Count);
        return Holds(_lesson, expectation, pauseMs: 0);
    }
}
