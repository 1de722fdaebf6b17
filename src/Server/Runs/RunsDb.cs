using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>The runs as they are kept: a row for each run, a row for each event. What changes here needs a migration (<c>Migrations/</c>); a test compares the two.</summary>
internal sealed class RunsDb(DbContextOptions<RunsDb> options) : DbContext(options)
{
    public DbSet<StoredRun> Runs => Set<StoredRun>();

    public DbSet<StoredEvent> Events => Set<StoredEvent>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<StoredRun>(run =>
        {
            run.ToTable("runs");
            run.HasKey(r => r.Id);
            run.HasIndex(r => new { r.Lab, r.Finished });
            run.HasIndex(r => new { r.Scenario, r.Id });
            run.HasIndex(r => new { r.Result, r.Id });
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

    /// <summary>The format of header and events, <c>reuseaddr-run/2</c>; runs of format 1 stay as they were written and are converted when read.</summary>
    public required string Format { get; set; }

    /// <summary>The RunHeader as JSON.</summary>
    public required string Header { get; set; }

    /// <summary>The scenario's id.</summary>
    public required string Scenario { get; init; }

    /// <summary>What the last deciding call came to: <see cref="RunQuery.Ok"/> or its errno, once it is finished; empty where none was made.</summary>
    public string? Result { get; set; }

    /// <summary>True once the run takes no more events.</summary>
    public bool Finished { get; set; }

    /// <summary>The RunSummary as JSON, in today's format whatever the run's: made from the log once it is finished, at the latest when it is asked for. Null before.</summary>
    public string? Summary { get; set; }
}

internal sealed class StoredEvent
{
    public required string Run { get; init; }

    public required long Seq { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Json { get; set; }
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
