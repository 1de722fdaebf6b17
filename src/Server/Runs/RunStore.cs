using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Runs;

/// <summary>Keeps every run as it happens, and gives it back, whatever format it was written in.</summary>
internal sealed class RunStore(IDbContextFactory<RunsDb> databases, ILogger<RunStore> logger)
{
    /// <summary>Makes the tables, or brings those of an earlier version to today's layout.</summary>
    /// <exception cref="InvalidDataException">The data directory belongs to a newer version; the message says what to do.</exception>
    public async Task Prepare(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        await StoreLayout.Prepare(db, db.Database.GetDbConnection().DataSource, cancel);
    }

    /// <summary>Keeps a new run; one that is there stays.</summary>
    public async Task Create(RunHeader header)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        if (await db.Runs.AnyAsync(r => r.Id == header.Id))
            return;
        int kind = await RunKinds.Of(db, Line(header, Outcome.Running, [], 0));
        db.Runs.Add(
            new StoredRun
            {
                Id = header.Id,
                Lab = header.Lab,
                Scenario = header.Scenario,
                Format = RunHeader.CurrentFormat,
                Header = Written(header),
                Kind = kind,
            }
        );
        await db.SaveChangesAsync();
    }

    /// <summary>Keeps events; those that are there stay, so that what failed may be tried again whatever became of it.</summary>
    public async Task Append(string run, IReadOnlyList<RunEvent> events)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        await db.Database.OpenConnectionAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
        await using SqliteCommand insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT OR IGNORE INTO \"events\" (\"Run\", \"Seq\", \"Json\") VALUES ($run, $seq, $json)";
        insert.Parameters.AddWithValue("$run", run);
        SqliteParameter seq = insert.Parameters.Add("$seq", SqliteType.Integer),
            json = insert.Parameters.Add("$json", SqliteType.Text);
        await insert.PrepareAsync();
        foreach (RunEvent e in events)
        {
            (seq.Value, json.Value) = (e.Seq, Written(e));
            await insert.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    /// <summary>Marks a run as one that takes no more events.</summary>
    public async Task Finish(RunHeader header, ScenarioProgress progress)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        // Somebody deleted its row, or put an older database back: it is kept again, with what is left of it.
        if (await db.Runs.SingleOrDefaultAsync(r => r.Id == header.Id) is not { } run)
        {
            db.Runs.Add(
                run = new StoredRun
                {
                    Id = header.Id,
                    Lab = header.Lab,
                    Scenario = header.Scenario,
                    Format = RunHeader.CurrentFormat,
                    Header = "",
                }
            );
        }

        long events = await db.Events.LongCountAsync(e => e.Run == header.Id);
        run.Finished = true;
        run.Header = Written(header);
        await Keep(db, run, Line(header, progress.Outcome, progress.Results, events));
        await db.SaveChangesAsync();
    }

    /// <summary>Changes what a person may change of a run.</summary>
    /// <returns>False for an id that is not there.</returns>
    public async Task<bool> Change(string id, RunMark mark)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        return await db
                .Runs.Where(r => r.Id == id && r.Removed == null)
                .ExecuteUpdateAsync(set =>
                {
                    if (mark.Note is { } note)
                        set.SetProperty(r => r.Note, note);
                    if (mark.Kept is { } kept)
                        set.SetProperty(r => r.Kept, kept);
                }) > 0;
    }

    /// <summary>Takes runs out of every list. They can be put back until they are deleted for good (<see cref="RunCleaning"/>).</summary>
    /// <returns>Those that were there.</returns>
    public Task<IReadOnlyList<string>> Remove(IReadOnlyList<string> ids, DateTimeOffset now) => Remove(ids, r => r.Removed == null, now.ToUnixTimeSeconds());

    /// <summary>Puts back runs that were taken out.</summary>
    /// <returns>Those that were still there.</returns>
    public Task<IReadOnlyList<string>> Restore(IReadOnlyList<string> ids) => Remove(ids, r => r.Removed != null, null);

    private async Task<IReadOnlyList<string>> Remove(IReadOnlyList<string> ids, Expression<Func<StoredRun, bool>> which, long? removed)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        // One writer: nothing comes between the two.
        List<string> there = await db.Runs.Where(r => ids.Contains(r.Id)).Where(which).Select(r => r.Id).ToListAsync();
        await db.Runs.Where(r => there.Contains(r.Id)).ExecuteUpdateAsync(set => set.SetProperty(r => r.Removed, removed));
        return there;
    }

    /// <summary>Deletes a run and its events for good.</summary>
    public async Task Delete(string id)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Events.Where(e => e.Run == id).ExecuteDeleteAsync();
        await db.Runs.Where(r => r.Id == id).ExecuteDeleteAsync();
        await transaction.CommitAsync();
    }

    /// <summary>
    /// The lab's runs that were never finished, the oldest first. One of format 1 is rewritten: what is appended to it from here on is of today's.
    /// </summary>
    public async Task<IReadOnlyList<RunFile>> Unfinished(string lab, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        var runs = new List<RunFile>();
        foreach (StoredRun run in await db.Runs.Where(r => r.Lab == lab && !r.Finished).OrderBy(r => r.Id).ToListAsync(cancel))
        {
            try
            {
                RunFile read = await Read(db, run, cancel);
                runs.Add(read);
                if (run.Format != RunHeader.CurrentFormat)
                    await Rewrite(db, run, read, cancel);
            }
            catch (JsonException e)
            {
                // Its header cannot be read: nothing can be appended to it, and the rest is there all the same.
                RunStoreLog.Unreadable(logger, e, run.Id);
                run.Finished = true;
                await KeepUnreadable(db, run);
                await db.SaveChangesAsync(cancel);
            }
        }
        return runs;
    }

    /// <summary>A run with its whole log; null for an id that is not there.</summary>
    public async Task<RunFile?> Find(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.Removed == null, cancel) is { } run ? await Read(db, run, cancel) : null;
    }

    /// <summary>The lab that a run belongs to; null for an id that is not there.</summary>
    public async Task<string?> LabOf(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Id == id && r.Removed == null).Select(r => r.Lab).SingleOrDefaultAsync(cancel);
    }

    /// <summary>Makes the lines of the list that finished runs lack: those of an earlier version.</summary>
    /// <returns>How many were made; 0 when none is missing.</returns>
    public async Task<int> FillList(int most)
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        List<StoredRun> runs = await db.Runs.Where(r => r.Finished && r.Kind == null).OrderByDescending(r => r.Id).Take(most).ToListAsync();
        foreach (StoredRun run in runs)
        {
            try
            {
                await Keep(db, run, SummaryOf(await Read(db, run, CancellationToken.None)));
            }
            catch (JsonException)
            {
                await KeepUnreadable(db, run);
            }
        }
        await db.SaveChangesAsync();
        return runs.Count;
    }

    public static RunSummary SummaryOf(RunFile run) => Line(RunFiles.HeaderOf(run), run.Outcome, run.Results, run.Events.Count);

    /// <summary>The oldest run that may go when there are more than <paramref name="most"/>; null when not.</summary>
    public async Task<string?> BeyondCount(int most, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await MayGo(db).OrderByDescending(r => r.Id).Skip(most).Select(r => r.Id).LastOrDefaultAsync(cancel);
    }

    /// <summary>The oldest run that may go and whose id is below one that a run of that age would have; null where there is none.</summary>
    public async Task<string?> OldestBefore(string id, CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await MayGo(db).Where(r => string.Compare(r.Id, id) < 0).OrderBy(r => r.Id).Select(r => r.Id).FirstOrDefaultAsync(cancel);
    }

    /// <summary>A run that a person deleted before a moment; null where there is none.</summary>
    public async Task<string?> RemovedBefore(DateTimeOffset moment, CancellationToken cancel)
    {
        long second = moment.ToUnixTimeSeconds();
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.Where(r => r.Removed < second).Select(r => r.Id).FirstOrDefaultAsync(cancel);
    }

    /// <summary>Whether any run that a person deleted can be put back still.</summary>
    public async Task<bool> HasRemoved(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return await db.Runs.AnyAsync(r => r.Removed != null, cancel);
    }

    /// <summary>Deletes what no run has in common with any other any more.</summary>
    public async Task DeleteKindsWithoutRuns()
    {
        await using RunsDb db = await databases.CreateDbContextAsync();
        // One walk through the list's index.
        await db.Kinds.Where(k => !db.Runs.Where(r => r.Kind != null).Select(r => r.Kind!.Value).Contains(k.Number)).ExecuteDeleteAsync();
    }

    // Those that a person deleted go by themselves.
    private static IQueryable<StoredRun> MayGo(RunsDb db) => db.Runs.Where(r => r.Finished && !r.Kept && r.Removed == null);

    /// <summary>Octets of the database that hold something; pages that became free are used again.</summary>
    public async Task<long> Size(CancellationToken cancel)
    {
        await using RunsDb db = await databases.CreateDbContextAsync(cancel);
        return (
            await db
                .Database.SqlQueryRaw<long>(
                    "SELECT (p.page_count - f.freelist_count) * s.page_size AS Value FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
                )
                .ToListAsync(cancel)
        )[0];
    }

    private static async Task<RunFile> Read(RunsDb db, StoredRun run, CancellationToken cancel)
    {
        List<string> events = await db.Events.Where(e => e.Run == run.Id).OrderBy(e => e.Seq).Select(e => e.Json).ToListAsync(cancel);
        HashSet<int> lost = [.. events.Index().Where(e => !IsReadable(e.Item)).Select(e => e.Index)];
        // Any event of both formats stands in for them while the rest is read.
        (RunHeader header, IReadOnlyList<RunEvent> log) = RunReader.Log(
            run.Header,
            lost.Count == 0 ? events : [.. events.Select((e, i) => lost.Contains(i) ? """{"kind":"end","seq":0,"t":0,"source":"lab","outcome":"reset"}""" : e)]
        );
        if (lost.Count > 0)
        {
            log =
            [
                .. log.Select(
                    (e, i) =>
                        lost.Contains(i)
                            ? new GapEvent
                            {
                                Seq = i + 1,
                                T = i > 0 ? log[i - 1].T : 0,
                                Lost = 1,
                                Reason = new Message("gap.unreadable"),
                            }
                            : e
                ),
            ];
        }

        return RunFiles.Make(header, log);
    }

    // What is no JSON any more was lost; the rest of the run is not.
    private static bool IsReadable(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("kind", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task Rewrite(RunsDb db, StoredRun run, RunFile read, CancellationToken cancel)
    {
        run.Format = RunHeader.CurrentFormat;
        run.Header = Written(RunFiles.HeaderOf(read));
        Dictionary<long, RunEvent> bySeq = read.Events.ToDictionary(e => e.Seq);
        foreach (StoredEvent row in await db.Events.Where(e => e.Run == run.Id).ToListAsync(cancel))
            row.Json = Written(bySeq[row.Seq]);
        await db.SaveChangesAsync(cancel);
    }

    private static string Written(RunEvent e) => JsonSerializer.Serialize(e, WireJson.Default.RunEvent);

    private static string Written(RunHeader header) =>
        JsonSerializer.Serialize(header with { Script = header.Script with { Expect = null } }, WireJson.Default.RunHeader);

    private static RunSummary Line(RunHeader header, Outcome outcome, IReadOnlyList<RunResult> results, long events) =>
        new(
            header.Id,
            header.Lab,
            header.Scenario,
            header.Script.Title,
            header.Script.Topic,
            header.Values,
            header.Ports,
            header.StartedAt,
            header.Mode,
            [.. header.Hosts.Select(h => new RunHost(h.Name, h.HostName, h.Address, h.Kernel))],
            outcome,
            results,
            events
        );

    // Its line says at least which run it is.
    private static Task KeepUnreadable(RunsDb db, StoredRun run) =>
        Keep(
            db,
            run,
            new(
                run.Id,
                run.Lab,
                run.Scenario,
                LocalText.Of(run.Scenario),
                "",
                new Dictionary<string, Scalar>(),
                new Dictionary<string, int>(),
                default,
                default,
                [],
                Outcome.Interrupted,
                [],
                0
            )
        );

    private static async Task Keep(RunsDb db, StoredRun run, RunSummary summary)
    {
        run.Summary = JsonSerializer.Serialize(summary, WireJson.Default.RunSummary);
        run.Result = summary.Results is [.., var last] ? last.Errno ?? RunQuery.Ok : "";
        run.Kind = await RunKinds.Of(db, summary);
    }
}

internal static partial class RunStoreLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The stored run {Run} cannot be read")]
    public static partial void Unreadable(ILogger logger, Exception fault, string run);
}
