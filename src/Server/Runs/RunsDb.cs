using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>The runs as they are kept: a row for each run, a row for each event.</summary>
internal sealed class RunsDb(DbContextOptions<RunsDb> options) : DbContext(options)
{
    /// <summary>PRAGMA user_version of this layout.</summary>
    public const int SchemaVersion = 1;

    public DbSet<StoredRun> Runs => Set<StoredRun>();

    public DbSet<StoredEvent> Events => Set<StoredEvent>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<StoredRun>(run =>
        {
            run.ToTable("runs");
            run.HasKey(r => r.Id);
            run.HasIndex(r => new { r.Lab, r.Finished });
        });
        model.Entity<StoredEvent>(e =>
        {
            e.ToTable("events");
            e.HasKey(r => new { r.Run, r.Seq });
        });
    }
}

internal sealed class StoredRun
{
    public required string Id { get; init; }

    public required string Lab { get; init; }

    /// <summary>The RunHeader as JSON.</summary>
    public required string Header { get; set; }

    /// <summary>True once the run takes no more events.</summary>
    public bool Finished { get; set; }

    /// <summary>The RunSummary as JSON, once finished; null before.</summary>
    public string? Summary { get; set; }
}

internal sealed class StoredEvent
{
    public required string Run { get; init; }

    public required long Seq { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Json { get; init; }
}

/// <summary>
/// Commits wait for the operating system, not for the disk: a killed server loses nothing, a machine that loses power may lose the last events.
/// </summary>
internal sealed class SqliteSetup : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Setup(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Setup(connection);
        return Task.CompletedTask;
    }

    private static void Setup(DbConnection connection)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;";
        command.ExecuteNonQuery();
    }
}
