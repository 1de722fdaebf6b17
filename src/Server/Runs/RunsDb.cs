using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>
/// The runs as they are kept: a row for each run, a row for each event. What changes here needs a migration (<c>Migrations/</c>); a test compares the two.
/// </summary>
internal sealed class RunsDb(DbContextOptions<RunsDb> options) : DbContext(options)
{
    public DbSet<StoredRun> Runs => Set<StoredRun>();

    public DbSet<StoredEvent> Events => Set<StoredEvent>();

    public DbSet<StoredKind> Kinds => Set<StoredKind>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.Entity<StoredRun>(run =>
        {
            run.ToTable("runs");
            run.HasKey(r => r.Id);
            run.HasIndex(r => new { r.Lab, r.Finished });
            // All that the list and the cleaning ask for, in the list's order: a row itself is 20 kB, most of it the script.
            run.HasIndex(r => new
                {
                    r.Id,
                    r.Removed,
                    r.Finished,
                    r.Kept,
                    r.Scenario,
                    r.Result,
                    r.Kind,
                    r.Note,
                })
                .HasDatabaseName("IX_runs_List");
            run.Property(r => r.Note).HasDefaultValue("");
            run.Property(r => r.Kept).HasDefaultValue(false);
        });
        model.Entity<StoredKind>(kind =>
        {
            kind.ToTable("kinds");
            kind.HasKey(k => k.Number);
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

    /// <summary>
    /// The RunSummary as JSON, in today's format whatever the run's, without what a person may change later: made from the log once it is finished. Null
    /// before.
    /// </summary>
    public string? Summary { get; set; }

    /// <summary>The number of its <see cref="StoredKind"/>; null for a run of an earlier version whose line was not made yet.</summary>
    public int? Kind { get; set; }

    /// <summary>What somebody wrote down about it.</summary>
    public string Note { get; init; } = "";

    /// <summary>True for one that the cleaning leaves.</summary>
    public bool Kept { get; init; }

    /// <summary>The Unix second in which a person deleted it; it is in no list from then on, and goes for good a while later. Null for any other.</summary>
    public long? Removed { get; init; }
}

/// <summary>What many runs have in common, so that it is looked through once and not for each of them.</summary>
internal sealed class StoredKind
{
    public int Number { get; init; }

    /// <summary>The catalogue's group.</summary>
    public required string Topic { get; init; }

    /// <summary>What uname -r said on the hosts, each once, with a line break before and after.</summary>
    public required string Kernels { get; init; }

    /// <summary>What is searched: the lesson's id and its title in every language, and the kernels.</summary>
    public required string Text { get; init; }
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
