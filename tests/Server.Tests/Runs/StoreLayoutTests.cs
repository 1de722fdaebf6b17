using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Runs;

public sealed class StoreLayoutTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_of_the_version_before_is_taken_over_and_its_runs_are_read_as_todays()
    {
        EarlierData.Make(_directory.Path);
        await using TestDashboard dashboard = await TestDashboard.Start(_directory.Path);

        RunFile completed = await dashboard.Run(EarlierData.Completed);
        Assert.Equal((RunHeader.CurrentFormat, Outcome.Completed, HostsMode.Namespaces), (completed.Format, completed.Outcome, completed.Mode));
        Assert.Equal(75, completed.Events.Count);
        Assert.Equal(("bind", "EADDRINUSE", 17001), (completed.Results[0].Call, completed.Results[0].Errno, completed.Ports["main"]));
        // It was not rewritten.
        Assert.Equal(
            [$"{EarlierData.Reset}|{RunFormat1.Name}|1", $"{EarlierData.Completed}|{RunFormat1.Name}|1", $"{EarlierData.Open}|{RunHeader.CurrentFormat}|0"],
            EarlierData.Query(_directory.Path, "SELECT Id, Format, Finished FROM runs ORDER BY Id")
        );

        // The one that was open is ended, in the words of today.
        RunFile open = await dashboard.Run(EarlierData.Open);
        Assert.Equal((Outcome.Interrupted, 31), (open.Outcome, open.Events.Count));
        Assert.True(TextCatalog.English.Has(Assert.IsType<EndEvent>(open.Events[^1]).Reason!.Code));
        Assert.Equal(Enumerable.Range(1, 31).Select(i => (long)i), open.Events.Select(e => e.Seq));
    }

    [Fact]
    public async Task The_list_of_runs_has_the_earlier_ones_and_is_the_same_when_asked_again()
    {
        EarlierData.Make(_directory.Path);
        await using TestDashboard dashboard = await TestDashboard.Start(_directory.Path);
        string first = await dashboard.Http.GetStringAsync("/api/runs", TestContext.Current.CancellationToken);
        Assert.Equal(["", "1", "1"], EarlierData.Query(_directory.Path, "SELECT CASE WHEN Summary IS NULL THEN '' ELSE '1' END FROM runs ORDER BY Id DESC"));
        Assert.Equal(first, await dashboard.Http.GetStringAsync("/api/runs", TestContext.Current.CancellationToken));
        Assert.Contains("Without SO_REUSEADDR", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_was_taken_over_starts_again_also_where_the_migration_was_killed_in_the_middle()
    {
        EarlierData.Make(_directory.Path);
        // What EF Core leaves when its process is killed while it holds its lock.
        EarlierData.Execute(
            _directory.Path,
            """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-11-26 01:00:00');"""
        );
        for (int start = 0; start < 2; start++)
        {
            await using TestDashboard dashboard = await TestDashboard.Start(_directory.Path);
            Assert.Equal(75, (await dashboard.Run(EarlierData.Completed)).Events.Count);
        }
        Assert.Equal(
            ["20261122000000_Layout1", "20261126000000_Layout2", "20261126120000_Layout3", "20261126220000_Layout4"],
            EarlierData.Query(_directory.Path, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId")
        );
        Assert.Equal(["2"], EarlierData.Query(_directory.Path, "PRAGMA user_version"));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 3;", "newer version")]
    [InlineData(
        """CREATE TABLE "__EFMigrationsHistory" ("MigrationId" TEXT PRIMARY KEY, "ProductVersion" TEXT NOT NULL); INSERT INTO "__EFMigrationsHistory" VALUES ('20991231000000_Layout9', '12.0'); PRAGMA user_version = 2;""",
        "newer version"
    )]
    [InlineData("CREATE TABLE recipes (id INTEGER);", "not a database of this dashboard")]
    public async Task What_is_newer_or_somebody_elses_is_refused_with_what_to_do_and_left_alone(string sql, string said)
    {
        EarlierData.Execute(_directory.Path, sql);
        List<string> before = EarlierData.Query(_directory.Path, "SELECT sql FROM sqlite_master");
        InvalidDataException refused = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using RunsDb db = Open();
            await StoreLayout.Prepare(db, "runs.db", TestContext.Current.CancellationToken);
        });
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, EarlierData.Query(_directory.Path, "SELECT sql FROM sqlite_master"));
    }

    [Fact]
    public async Task The_migrations_make_what_the_model_says_and_the_tables_of_the_version_before_are_those_of_the_first()
    {
        await using RunsDb db = Open();
        Assert.False(db.Database.HasPendingModelChanges());
        await StoreLayout.Prepare(db, "runs.db", TestContext.Current.CancellationToken);
        List<string> made = EarlierData.Query(_directory.Path, Columns);
        using var earlier = new TemporaryDirectory();
        EarlierData.Make(earlier.Path);
        Assert.Equal(
            [
                .. EarlierData.Query(earlier.Path, Columns),
                "runs|Format|TEXT|1|0",
                "runs|Scenario|TEXT|1|0",
                "runs|Result|TEXT|0|0",
                "runs|Kind|INTEGER|0|0",
                "runs|Note|TEXT|1|0",
                "runs|Kept|INTEGER|1|0",
                "runs|Removed|INTEGER|0|0",
            ],
            made
        );
    }

    private const string Columns =
        "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.name IN ('runs', 'events') ORDER BY t.name, c.cid";

    private RunsDb Open() =>
        new(new DbContextOptionsBuilder<RunsDb>().UseSqlite($"Data Source={Path.Combine(_directory.Path, "runs.db")};Pooling=False").Options);
}
