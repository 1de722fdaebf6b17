using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using ReuseAddrDashboard.Server.Runs.Migrations;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Brings a database to today's layout: a new one, one of an earlier version, one that has it already.</summary>
internal static class StoreLayout
{
    // PRAGMA user_version of the first version, which had no migrations, and of every one since.
    private const int WithoutMigrations = 1,
        WithMigrations = 2;

    /// <exception cref="InvalidDataException">It is of a newer version, or no database of runs; the message says what to do.</exception>
    public static async Task Prepare(RunsDb db, string path, CancellationToken cancel)
    {
        int layout = (await db.Database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").ToListAsync(cancel))[0];
        string[] tables = [.. await db.Database.SqlQueryRaw<string>("SELECT name AS Value FROM sqlite_master WHERE type = 'table'").ToListAsync(cancel)];
        if (layout > WithMigrations)
            throw Newer(path);
        if (layout == WithoutMigrations)
            await Baseline(db, cancel);
        else if (layout != WithMigrations && tables.Except([Lock, History]).Any())
            throw new InvalidDataException($"{path} is not a database of this dashboard. Name another directory with --data.");
        else if (tables.Contains(History) && (await db.Database.GetAppliedMigrationsAsync(cancel)).Except(db.Database.GetMigrations()).Any())
            throw Newer(path);
        // EF Core holds a row of this table while it migrates and waits for one that is there. Nobody else migrates a directory that this dashboard holds: the
        // row is of one that was killed.
        await db.Database.ExecuteSqlRawAsync($"DROP TABLE IF EXISTS \"{Lock}\"", cancel);
        await db.Database.MigrateAsync(cancel);
    }

    private const string Lock = "__EFMigrationsLock",
        History = "__EFMigrationsHistory";

    // Its tables are those of the first migration: that one is entered as made.
    private static async Task Baseline(RunsDb db, CancellationToken cancel)
    {
        IHistoryRepository history = db.GetService<IHistoryRepository>();
        await db.Database.ExecuteSqlRawAsync(history.GetCreateIfNotExistsScript(), cancel);
        if (!(await history.GetAppliedMigrationsAsync(cancel)).Any(m => m.MigrationId == Layout1.Name))
            await db.Database.ExecuteSqlRawAsync(history.GetInsertScript(new(Layout1.Name, ProductInfo.GetVersion())), cancel);
    }

    private static InvalidDataException Newer(string path) =>
        new($"{path} was written by a newer version of this dashboard. Start that version, or name another directory with --data.");
}
